//! TLS with the clinic's own certificate authority.
//!
//! A clinic's server has no public name, so no public authority can vouch for it. The clinic gets an
//! authority of its own on first start; each tablet installs its certificate once. So that installing
//! it risks nothing elsewhere, the authority is constrained (RFC 5280 §4.2.1.10) to private addresses,
//! local names and the names the clinic declared: whoever stole its key could not pose as a bank.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, SigningKey,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How long the authority lasts. Long, because installing it again means walking to every tablet.
const AUTHORITY_DAYS: i64 = 3650;
/// Below the 398 days beyond which Apple's devices refuse a certificate.
const SERVER_DAYS: i64 = 397;
/// Renewed this long before its end, so that a server that is off for weeks still comes back with a good one.
const RENEW_DAYS: i64 = 60;
/// Clocks of tablets run late.
const CLOCK_SKEW_DAYS: i64 = 2;

/// Names that lead nowhere outside the house (RFC 6761, 6762, 8375, ICANN's `internal`), and `lan`, which routers use.
const LOCAL_DOMAINS: [&str; 6] = ["localhost", "local", "home.arpa", "internal", "lan", "localdomain"];
const PRIVATE_NETWORKS: [(&str, u8); 7] = [
    ("127.0.0.0", 8),
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("169.254.0.0", 16),
    ("fc00::", 7),
    ("fe80::", 10),
];

/// What kept certificates from being made or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate library refused.
    #[error("failed making a certificate")]
    Make(#[from] rcgen::Error),
    /// A stored certificate or key does not read back.
    #[error("failed reading the stored certificate or key")]
    Read(#[from] rustls::pki_types::pem::Error),
    /// rustls refused the pair.
    #[error("failed setting up TLS")]
    Config(#[from] rustls::Error),
    /// A name is outside what the authority may vouch for.
    #[error("the certificate authority may not vouch for {0}")]
    NotPermitted(String),
}

/// The clinic's authority. `Debug` shows no key.
#[derive(Clone, Serialize, Deserialize)]
pub struct Authority {
    cert_pem: String,
    key_pem: Zeroizing<String>,
    /// Names permitted beside [`LOCAL_DOMAINS`] and [`PRIVATE_NETWORKS`].
    names: Vec<String>,
}

/// The server's certificate with its key. `Debug` shows no key.
#[derive(Clone, Serialize, Deserialize)]
pub struct ServerCertificate {
    cert_pem: String,
    key_pem: Zeroizing<String>,
    names: Vec<String>,
    ends: Date,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("names", &self.names).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerCertificate")
            .field("names", &self.names)
            .field("ends", &self.ends)
            .finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes a new authority that may vouch for `names` beside private addresses and local names.
    ///
    /// # Errors
    /// [`TlsError::Make`] when a name is not one or randomness fails.
    pub fn create(clinic: &str, names: &[String], now: Timestamp) -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        // The year tells two authorities apart in a tablet's settings.
        let year = day(now).year();
        params.distinguished_name.push(DnType::CommonName, format!("こまいぬ {clinic} {year}"));
        params.distinguished_name.push(DnType::OrganizationName, clinic);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: permitted(names), excluded_subtrees: Vec::new() });
        set_validity(&mut params, now, AUTHORITY_DAYS);
        let cert_pem = params.self_signed(&key)?.pem();
        Ok(Self { cert_pem, key_pem: Zeroizing::new(key.serialize_pem()), names: names.to_vec() })
    }

    /// A certificate for the server under all of `names` (host names and addresses).
    ///
    /// # Errors
    /// [`TlsError::NotPermitted`] for a name the authority is not allowed; clients would refuse it.
    pub fn issue(&self, names: &[String], now: Timestamp) -> Result<ServerCertificate, TlsError> {
        if let Some(name) = names.iter().find(|name| !self.permits(name)) {
            return Err(TlsError::NotPermitted(name.clone()));
        }
        let issuer = Issuer::from_ca_cert_pem(&self.cert_pem, KeyPair::from_pem(&self.key_pem)?)?;
        let key = KeyPair::generate()?;
        let params = server_params(names, now)?;
        Ok(ServerCertificate {
            cert_pem: sign(&params, &key, &issuer)?,
            key_pem: Zeroizing::new(key.serialize_pem()),
            names: names.to_vec(),
            ends: day_after(now, SERVER_DAYS),
        })
    }

    /// Whether clients would accept a certificate of this authority for that name.
    #[must_use]
    pub fn permits(&self, name: &str) -> bool {
        if self.names.iter().any(|n| n == name) {
            return true;
        }
        match name.parse::<IpAddr>() {
            Ok(address) => is_private(address),
            Err(_) => {
                LOCAL_DOMAINS.iter().any(|d| name == *d || name.strip_suffix(d).is_some_and(|rest| rest.ends_with('.')))
            }
        }
    }

    /// The certificate to install on tablets and PCs.
    #[must_use]
    pub fn cert_pem(&self) -> &str {
        &self.cert_pem
    }

    /// The same as DER, the form that phones take.
    ///
    /// # Errors
    /// [`TlsError::Read`] when the stored text is damaged.
    pub fn cert_der(&self) -> Result<Vec<u8>, TlsError> {
        Ok(CertificateDer::from_pem_slice(self.cert_pem.as_bytes())?.to_vec())
    }

    /// SHA-256 of the certificate as `AB:CD:…`, for people to compare with what a tablet shows.
    ///
    /// # Errors
    /// As [`Authority::cert_der`].
    pub fn fingerprint(&self) -> Result<String, TlsError> {
        let hash = Sha256::digest(self.cert_der()?);
        Ok(hash.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(":"))
    }
}

impl ServerCertificate {
    /// Whether it still serves: the same names, and not near its end.
    #[must_use]
    pub fn is_good(&self, names: &[String], now: Timestamp) -> bool {
        self.names == names && day_after(now, RENEW_DAYS) < self.ends
    }
}

/// TLS as the server speaks it: 1.3, or from 1.2 (ECDHE with AEAD, rustls knows no other) when `allow_1_2`.
///
/// # Errors
/// [`TlsError`] when the stored pair is damaged.
pub fn server_config(certificate: &ServerCertificate, allow_1_2: bool) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    let versions: &[_] =
        if allow_1_2 { &[&rustls::version::TLS13, &rustls::version::TLS12] } else { &[&rustls::version::TLS13] };
    let chain = vec![CertificateDer::from_pem_slice(certificate.cert_pem.as_bytes())?];
    let key = PrivateKeyDer::from_pem_slice(certificate.key_pem.as_bytes())?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(versions)?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn server_params(names: &[String], now: Timestamp) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name.push(DnType::CommonName, "Komainu");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now, SERVER_DAYS);
    Ok(params)
}

fn sign(
    params: &CertificateParams,
    key: &KeyPair,
    issuer: &Issuer<'_, impl SigningKey>,
) -> Result<String, rcgen::Error> {
    Ok(params.signed_by(key, issuer)?.pem())
}

fn permitted(names: &[String]) -> Vec<GeneralSubtree> {
    let local = LOCAL_DOMAINS.iter().map(|d| GeneralSubtree::DnsName((*d).to_owned()));
    let private = PRIVATE_NETWORKS.iter().filter_map(|(network, prefix)| Some(subtree(network.parse().ok()?, *prefix)));
    let loopback_v6 = subtree(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), 128);
    let declared = names.iter().map(|name| match name.parse::<IpAddr>() {
        Ok(address) => subtree(address, if address.is_ipv4() { 32 } else { 128 }),
        Err(_) => GeneralSubtree::DnsName(name.clone()),
    });
    local.chain(private).chain([loopback_v6]).chain(declared).collect()
}

fn subtree(network: IpAddr, prefix: u8) -> GeneralSubtree {
    GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(network, prefix))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn set_validity(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let midnight = |date: Date| {
        rcgen::date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = midnight(day_after(now, -CLOCK_SKEW_DAYS));
    params.not_after = midnight(day_after(now, days));
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn day_after(now: Timestamp, days: i64) -> Date {
    day(now).saturating_add(jiff::Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::{ServerName, UnixTime};
    use std::time::Duration;

    fn now() -> Timestamp {
        "2026-11-23T00:00:00Z".parse().unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    /// Asks the verifier that Komainu's own clients use.
    fn verify(
        authority: &Authority,
        certificate: &ServerCertificate,
        name: &str,
        at: Timestamp,
    ) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.cert_pem().as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let leaf = CertificateDer::from_pem_slice(certificate.cert_pem.as_bytes()).unwrap();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(at.as_second().unsigned_abs()));
        verifier.verify_server_cert(&leaf, &[], &ServerName::try_from(name.to_owned()).unwrap(), &[], at).map(drop)
    }

    #[test]
    fn a_tablet_with_the_authority_accepts_every_name_of_the_server() {
        let all = names(&[
            "localhost",
            "127.0.0.1",
            "::1",
            "192.168.1.10",
            "karte.local",
            "karte-server",
            "karte.example.jp",
        ]);
        let authority = Authority::create("ことり内科クリニック", &all[5..], now()).unwrap();
        let certificate = authority.issue(&all, now()).unwrap();
        for name in &all {
            assert_eq!(verify(&authority, &certificate, name, now()), Ok(()), "{name}");
        }
        assert!(verify(&authority, &certificate, "other.local", now()).is_err());
        let later = now() + jiff::SignedDuration::from_hours(24 * 400);
        assert!(verify(&authority, &certificate, "localhost", later).is_err(), "after its end");
    }

    #[test]
    fn the_authority_cannot_vouch_for_the_rest_of_the_world() {
        let authority = Authority::create("ことり", &[], now()).unwrap();
        for name in ["bank.example.jp", "203.0.113.5", "2001:db8::1", "notlocal", "evil-local"] {
            assert!(matches!(authority.issue(&names(&[name]), now()), Err(TlsError::NotPermitted(n)) if n == name));
            // And were its key stolen, clients would still refuse:
            let forged =
                Authority { names: names(&[name]), ..authority.clone() }.issue(&names(&[name]), now()).unwrap();
            assert!(verify(&authority, &forged, name, now()).is_err(), "{name}");
        }
    }

    #[test]
    fn a_certificate_is_renewed_before_its_end_and_when_the_names_change() {
        let authority = Authority::create("ことり", &[], now()).unwrap();
        let certificate = authority.issue(&names(&["localhost"]), now()).unwrap();
        let in_days = |days: i64| now() + jiff::SignedDuration::from_hours(24 * days);
        assert!(certificate.is_good(&names(&["localhost"]), in_days(0)));
        assert!(certificate.is_good(&names(&["localhost"]), in_days(SERVER_DAYS - RENEW_DAYS - 1)));
        assert!(!certificate.is_good(&names(&["localhost"]), in_days(SERVER_DAYS - RENEW_DAYS)));
        assert!(!certificate.is_good(&names(&["localhost", "karte.local"]), in_days(0)));
    }

    #[test]
    fn keys_do_not_print() {
        let authority = Authority::create("ことり", &[], now()).unwrap();
        let certificate = authority.issue(&names(&["localhost"]), now()).unwrap();
        let printed = format!("{authority:?} {certificate:?}");
        assert!(!printed.contains("PRIVATE") && printed.contains("localhost"));
        assert_eq!(authority.fingerprint().unwrap().len(), 32 * 3 - 1);
    }

    #[test]
    fn what_is_stored_reads_back() {
        let authority = Authority::create("ことり", &[], now()).unwrap();
        let stored = serde_json::to_vec(&authority).unwrap();
        let again: Authority = serde_json::from_slice(&stored).unwrap();
        assert_eq!(again.cert_pem(), authority.cert_pem());
        assert!(server_config(&again.issue(&names(&["localhost"]), now()).unwrap(), false).is_ok());
    }
}
