//! The relying party: under which name browsers know us.

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use webauthn_rs::prelude::{Url, Uuid};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::problem::{Problem, ProblemKind, Text};

/// For the name in the request, which the gate has checked to be one of ours. A key made under one name answers to
/// that alone, which is why it cannot be fished for.
///
/// # Errors
/// [`ProblemKind::Conflict`] when the page was opened by its address: browsers make passkeys for names only.
pub(super) fn of(headers: &HeaderMap, clinic: &str) -> Result<Webauthn, Problem> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).ok_or_else(needs_name)?;
    let origin = Url::parse(&format!("https://{host}")).map_err(|_| needs_name())?;
    let name = origin.domain().map(str::to_owned).ok_or_else(needs_name)?;
    let party = WebauthnBuilder::new(&name, &origin).map_err(|_| needs_name())?;
    party.rp_name(clinic).build().map_err(|_| needs_name())
}

/// What authenticators keep of whose a key is: 128 bits that say nothing about the person.
pub(super) fn handle(account: &str) -> Uuid {
    let digest = Sha256::new().chain_update("komainu account\0").chain_update(account).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}

fn needs_name() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        Text::new(
            "パスキーは、サーバーの名前でページを開いたときだけ使えます。",
            "Passkeys work only where the page was opened by the server's name.",
        ),
        Text::new(
            "数字のアドレスではなく、管理者が決めた名前(例: https://karte.local)で開いてください。",
            "Open it by the name that the administrator chose, e.g. https://karte.local, not by numbers.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under(host: &'static str) -> Result<Webauthn, ProblemKind> {
        of(&HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]), "ことり").map_err(|problem| problem.kind)
    }

    #[test]
    fn names_are_good_and_addresses_are_not() {
        for good in ["localhost", "localhost:8443", "karte.local", "karte.local:443"] {
            assert!(under(good).is_ok(), "{good}");
        }
        for bad in ["127.0.0.1", "127.0.0.1:8443", "[::1]:8443", "192.168.1.10"] {
            assert_eq!(under(bad).err(), Some(ProblemKind::Conflict), "{bad}");
        }
    }

    #[test]
    fn handles_differ_and_stay() {
        assert_eq!(handle("sato"), handle("sato"));
        assert_ne!(handle("sato"), handle("tanaka"));
        assert!(!handle("sato").to_string().contains("sato"));
    }
}
