//! An authenticator, made by the tests from the standard, and an ear at the program's log.

use std::cell::RefCell;
use std::io::Write;
use std::sync::{Arc, Mutex, Once};

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

pub(super) const STEP_MS: i64 = 30_000;

/// Somebody's telephone with an authenticator.
pub(super) struct Telephone(String);

impl Telephone {
    /// With a secret as it is shown.
    pub(super) fn of(spelled: &str) -> Self {
        Self(spelled.replace(' ', ""))
    }

    pub(super) fn base32(&self) -> &str {
        &self.0
    }

    /// What it shows at that time (RFC 6238).
    pub(super) fn code(&self, now_ms: i64) -> String {
        let secret = BASE32_NOPAD.decode(self.0.as_bytes()).unwrap();
        let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(&secret).unwrap();
        mac.update(&(now_ms / STEP_MS).to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let at = usize::from(digest[19] % 16);
        let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) % 0x8000_0000;
        format!("{:06}", number % 1_000_000)
    }
}

thread_local! {
    /// Where what is logged on this thread goes.
    static EAR: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// All that the program logs on this thread from now on.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

/// The one subscriber of the process. One per thread would not do: whether a place in the program logs at all is
/// remembered for the process, by whichever test comes there first.
struct Ears;

impl Log {
    pub(super) fn listen() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let everything = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| Ears);
            tracing::subscriber::set_global_default(everything.finish()).unwrap();
        });
        let log = Self::default();
        EAR.set(Some(log.clone()));
        log
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Ears {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        EAR.with_borrow(|ear| {
            if let Some(log) = ear {
                log.0.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
