//! Where a store lives and how it is held.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinic::ClinicId;

use crate::vault::Keys;

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A data directory with an embedded database of one clinic.
    Directory(PathBuf),
    /// A hub's database, `postgres://…`, reached without TLS: over the machine's own socket or loopback, or a
    /// tunnel that encrypts. The directory beside it holds the keys and the mark of this instance.
    Postgres {
        /// Host, user, password, database.
        url: String,
        /// The data directory.
        directory: PathBuf,
    },
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(path) => write!(f, "Directory({})", path.display()),
            // The URL may hold a password.
            Self::Postgres { directory, .. } => write!(f, "Postgres(…, {})", directory.display()),
        }
    }
}

/// ms since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a store is opened.
#[derive(Clone)]
pub struct Config {
    /// Where the data is.
    pub location: Location,
    /// What opens it and signs its audit log; see [`crate::Vault`].
    pub keys: Keys,
    /// Whose records; a hub's store makes handles of other clinics with [`crate::Store::of_clinic`].
    pub clinic: ClinicId,
    /// Threads that do long reads, each with a connection and a page cache of its own.
    pub readers: usize,
    /// How long one read job may take; one that is known to be long, ten times that.
    pub read_deadline: Duration,
    /// What time it is.
    pub clock: Clock,
    /// Page cache of the one connection that writes, in KiB.
    pub writer_cache_kib: u32,
}

/// Enough for a day's writing; a page that is not at hand is read, authenticated and decrypted again.
const WRITER_CACHE_KIB: u32 = 24 * 1024;
/// A large import writes all over the indexes: with the small cache each resource costs several times as much
/// once the database is a few times larger than it.
const LOADING_CACHE_KIB: u32 = 1024 * 1024;

impl Config {
    /// For a process that loads very much and then ends: a page cache of a gigabyte at most.
    #[must_use]
    pub fn loading(self) -> Self {
        Self { writer_cache_kib: LOADING_CACHE_KIB, ..self }
    }

    /// An embedded store in a data directory, which is made if it is not there.
    #[must_use]
    pub fn directory(path: impl Into<PathBuf>, keys: Keys) -> Self {
        Self::at(Location::Directory(path.into()), keys)
    }

    /// A hub's store in PostgreSQL, with a data directory beside it.
    #[must_use]
    pub fn postgres(url: impl Into<String>, directory: impl Into<PathBuf>, keys: Keys) -> Self {
        Self::at(Location::Postgres { url: url.into(), directory: directory.into() }, keys)
    }

    fn at(location: Location, keys: Keys) -> Self {
        Self {
            location,
            keys,
            clinic: ClinicId::ONLY,
            readers: 2,
            read_deadline: Duration::from_secs(1),
            clock: Arc::new(system_clock),
            writer_cache_kib: WRITER_CACHE_KIB,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the store's one clock, unless it is given another")]
fn system_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("clinic", &self.clinic).field("readers", &self.readers).finish_non_exhaustive()
    }
}
