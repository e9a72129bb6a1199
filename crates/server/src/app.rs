//! What every handler shares.

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::Gateway;
use jiff::Timestamp;
use record::Record;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Clock, Store, StoreError};

use crate::fhir::Limits;
use crate::http::Edge;
use crate::network::Declared;
use crate::signin::{Lasting, SignIn};
use crate::tls::{Authority, ServerCertificate, TlsError};

/// Handle to the server's parts; clones share them.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    store: Store,
    record: Record,
    limits: Limits,
    clock: Clock,
    clinic: String,
    authority: Authority,
    edge: Edge,
    sign_in: SignIn,
    declared: Declared,
    gateway: Option<Gateway>,
}

/// How a server is opened.
#[derive(Debug, Clone)]
pub struct Config {
    /// Names, and whether connections are TLS.
    pub edge: Edge,
    /// How long sessions last.
    pub lasting: Lasting,
    /// What bounds one FHIR request.
    pub limits: Limits,
    /// The clinic's name for a data directory that has none yet.
    pub clinic: String,
    /// The data directory, where the clinic's file is kept.
    pub directory: PathBuf,
    /// Where this computer keeps what it applied, if it is the clinic's gateway.
    pub gateway: Option<PathBuf>,
    /// Make a new authority though there is one. Every device has to install it then.
    pub new_authority: bool,
}

/// Why a server could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A setting does not read back.
    #[error("the setting {0} does not read back")]
    Setting(&'static str),
    /// No randomness or memory.
    #[error("the system gave no randomness or memory")]
    System,
}

const CLINIC: &str = "clinic.name";
const AUTHORITY: &str = "tls.authority";
const CERTIFICATE: &str = "tls.certificate";
const DEVICE_KEY: &str = "sign-in.device-key";

impl App {
    /// Opens the server's parts over a store; on first start makes the authority and the keys it needs.
    /// All of them live in the store, which is encrypted.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(store: Store, clock: Clock, config: Config) -> Result<Self, OpenError> {
        let now = now(&clock);
        let clinic = setting(&store, &clock, CLINIC, || Ok(config.clinic.clone())).await?;
        let names = config.edge.hosts.names();
        let create = || Ok(Authority::create(&clinic, names, now)?);
        let authority = if config.new_authority {
            let authority = create()?;
            save(&store, &clock, AUTHORITY, &authority).await?;
            save(&store, &clock, CERTIFICATE, &Option::<ServerCertificate>::None).await?;
            authority
        } else {
            setting(&store, &clock, AUTHORITY, create).await?
        };
        let key: String = setting(&store, &clock, DEVICE_KEY, || {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|_| OpenError::System)?;
            Ok(STANDARD.encode(key))
        })
        .await?;
        let key = STANDARD.decode(key).ok().and_then(|key| key.try_into().ok());
        let sign_in = SignIn::new(key.ok_or(OpenError::Setting(DEVICE_KEY))?, config.lasting);
        let sign_in = sign_in.map_err(|_| OpenError::System)?;
        let limits = config.limits;
        let declared = Declared::new(config.directory);
        let gateway = config.gateway.as_deref().map(Gateway::new);
        let record = Record::new(store.clone(), limits.record);
        Ok(Self(Arc::new(Parts {
            store,
            record,
            limits,
            clock,
            clinic,
            authority,
            edge: config.edge,
            sign_in,
            declared,
            gateway,
        })))
    }

    /// The server's certificate: the stored one while it is good for the names, else a new one, which is stored.
    ///
    /// # Errors
    /// [`OpenError`]; [`TlsError::NotPermitted`] for a name that the authority may not vouch for.
    pub async fn certificate(&self) -> Result<ServerCertificate, OpenError> {
        let (now, names) = (now(&self.0.clock), self.0.edge.hosts.names());
        let stored: Option<ServerCertificate> = load::<Option<_>>(&self.0.store, CERTIFICATE).await?.flatten();
        if let Some(certificate) = stored.filter(|c| c.is_good(names, now)) {
            return Ok(certificate);
        }
        let certificate = self.0.authority.issue(names, now)?;
        save(&self.0.store, &self.0.clock, CERTIFICATE, &certificate).await?;
        Ok(certificate)
    }

    /// The records.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The one way to records.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.0.record
    }

    /// What bounds one FHIR request.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// The FHIR base as the client knows it; the gate has checked that the host is one of ours.
    pub(crate) fn fhir_base(&self, headers: &HeaderMap) -> String {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let scheme = if self.0.edge.tls { "https" } else { "http" };
        format!("{scheme}://{}/fhir", host.unwrap_or("localhost"))
    }

    /// Now, in ms since 1970 UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.0.clock)()
    }

    /// The clinic's name.
    #[must_use]
    pub fn clinic(&self) -> &str {
        &self.0.clinic
    }

    /// The clinic's certificate authority.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.0.authority
    }

    /// Asks the store anew who everybody is, instead of believing for up to a second what it said before.
    pub fn forget_callers(&self) {
        self.0.sign_in.forget_callers();
    }

    pub(crate) fn edge(&self) -> &Edge {
        &self.0.edge
    }

    pub(crate) fn declared(&self) -> &Declared {
        &self.0.declared
    }

    pub(crate) fn gateway(&self) -> Option<&Gateway> {
        self.0.gateway.as_ref()
    }

    pub(crate) fn sign_in(&self) -> &SignIn {
        &self.0.sign_in
    }
}

fn now(clock: &Clock) -> Timestamp {
    Timestamp::from_millisecond(clock()).unwrap_or_default()
}

/// The stored value, or the one that `make` gives, which is stored first.
async fn setting<T: Serialize + DeserializeOwned>(
    store: &Store,
    clock: &Clock,
    name: &'static str,
    make: impl FnOnce() -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    if let Some(value) = load(store, name).await? {
        return Ok(value);
    }
    let value = make()?;
    save(store, clock, name, &value).await?;
    Ok(value)
}

async fn load<T: DeserializeOwned>(store: &Store, name: &'static str) -> Result<Option<T>, OpenError> {
    let text = store.read(move |s| s.setting(name)).await?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| OpenError::Setting(name))).transpose()
}

async fn save<T: Serialize>(store: &Store, clock: &Clock, name: &'static str, value: &T) -> Result<(), OpenError> {
    let text = serde_json::to_string(value).map_err(|_| OpenError::Setting(name))?;
    let mut event = audit::Event::new(clock(), "komainu", "set", audit::Outcome::Done);
    event.detail = Some(name.to_owned());
    let saved: Result<(), StoreError> = store
        .write(move |tx| {
            tx.audit(event);
            tx.set_setting(name, &text)
        })
        .await;
    Ok(saved?)
}
