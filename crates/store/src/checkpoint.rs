//! Moves what was committed from SQLite's log into the database, beside the writer instead of in its way.
//!
//! A commit that has to do this itself waits for several syncs. A passive checkpoint waits for nobody, but under
//! a steady load it may never reach the end of the log, which then grows: so beyond [`LOG_MAX`] the writer makes
//! one itself between two commits ([`crate::db::Db::begin_write`]), which has little left to do by then.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::watch;

use crate::db::{Db, Sqlite};

/// From this size of the log on, bytes, a passive checkpoint is worth its syncs.
const LOG_WORTH: u64 = 16 << 20;
/// Beyond this the writer steps in.
pub(crate) const LOG_MAX: u64 = 64 << 20;
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) struct Checkpointer {
    db: Sqlite,
    log: PathBuf,
    /// Closed when the store is dropped.
    end: Receiver<()>,
    stop: Arc<watch::Sender<Option<String>>>,
}

impl Checkpointer {
    pub(crate) fn new(db: Sqlite, log: PathBuf, end: Receiver<()>, stop: Arc<watch::Sender<Option<String>>>) -> Self {
        Self { db, log, end, stop }
    }

    pub(crate) fn run(mut self) {
        while self.end.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
            if self.stop.borrow().is_some() || log_size(&self.log) < LOG_WORTH {
                continue;
            }
            if let Err(error) = self.db.batch("PRAGMA wal_checkpoint(PASSIVE)") {
                tracing::warn!(%error, "checkpoint failed");
            }
            if let Some(reason) = self.db.broken() {
                self.stop.send_replace(Some(reason));
            }
        }
    }
}

/// Bytes in the log; 0 when there is none.
pub(crate) fn log_size(path: &std::path::Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}
