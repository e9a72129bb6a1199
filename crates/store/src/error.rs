//! What can go wrong, told apart by what the caller can do about it.

use clinic::VersionId;

/// Why a read or write was not done. Nothing of it was kept, save an audit line that it was tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The resource is not at the version that was expected (FHIR: 409 or 412).
    #[error("the resource is at version {found:?}, not at the one expected")]
    Conflict {
        /// Its head now; None when it has no version at all.
        found: Option<VersionId>,
    },
    /// The entry is 確定 and only an amendment may follow.
    #[error("the entry is finalised; only an amendment can follow")]
    Finalised,
    /// The permit does not cover this type of resource: a mistake in the caller, who should have asked `access`.
    #[error("the permit does not cover {0}")]
    NotPermitted(String),
    /// There is none, or none that the actor may know of (404).
    #[error("there is no such resource, or none that may be known of")]
    Hidden,
    /// The job touched records and recorded no audit event: a mistake in the caller.
    #[error("records were touched without an audit event")]
    Unaudited,
    /// The job panicked; its changes were rolled back.
    #[error("the job failed inside")]
    Panicked,
    /// A resource without an id, or otherwise not fit to be stored: a mistake in the caller.
    #[error("not fit to be stored: {0}")]
    Unfit(&'static str),
    /// The query took longer than it may.
    #[error("the query took too long")]
    Deadline,
    /// No room on the disk (507). Reading goes on, and so does writing when there is room again.
    #[error("no room left on the disk")]
    Full,
    /// The database does not answer, or not just now. It may have kept the change; asking again tells.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// An I/O error was met. What the disk holds is uncertain, so nothing more is read or written until a restart.
    #[error("the store has stopped after an I/O error: {0}")]
    Stopped(String),
    /// The key does not open this database.
    #[error("the key does not open this database")]
    WrongKey,
    /// The database was written by a later program.
    #[error("the database has schema {found}, this program knows {known}")]
    Newer {
        /// The schema number in the database.
        found: i64,
        /// The last one this program knows.
        known: i64,
    },
    /// Something stored does not read back as what was written.
    #[error("stored data does not read back: {0}")]
    Corrupt(String),
    /// The audit log is not the one that was written.
    #[error(transparent)]
    Tampered(#[from] audit::Finding),
    /// The database refused a statement: a mistake in this program.
    #[error("database: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether the store can no longer be trusted to keep what it is given.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Stopped(_))
    }
}

/// What a database said, before it is known whom to tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DbError {
    #[error("no room")]
    Full,
    #[error("{0}")]
    Io(String),
    #[error("interrupted")]
    Deadline,
    #[error("{0}")]
    Lost(String),
    #[error("not a database under this key")]
    WrongKey,
    #[error("{0}")]
    Corrupt(String),
    #[error("{0}")]
    Other(String),
}

impl From<DbError> for StoreError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Full => Self::Full,
            DbError::Io(what) => Self::Stopped(what),
            DbError::Deadline => Self::Deadline,
            DbError::Lost(what) => Self::Unavailable(what),
            DbError::WrongKey => Self::WrongKey,
            DbError::Corrupt(what) => Self::Corrupt(what),
            DbError::Other(what) => Self::Database(what),
        }
    }
}
