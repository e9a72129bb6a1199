//! What can go wrong.

use std::io;
use std::path::{Path, PathBuf};

use clinic::model::{NotAClinic, Platform};
use network::Report;
use network::policy::Shut;
use network::session::Session;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was not done. Unless it says otherwise the rules are as they were.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the state directory.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of the state directory is not what was written.
    #[error("{path}: {why}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The clinic's file cannot be read.
    #[error("{} corrections are needed", .0.0.len())]
    NotAClinic(NotAClinic),
    /// The clinic has in it what must not be.
    #[error("{0} findings are errors")]
    Unsound(usize),
    /// The clinic's gateway is not a Linux computer.
    #[error("the gateway is declared as {}", .0.word())]
    Platform(Platform),
    /// `nft` cannot be run, or the kernel does not take what it is given.
    #[error("{0}")]
    Nft(String),
    /// Rules are on trial already.
    #[error("rules are on trial for {seconds_left} more seconds")]
    OnTrial {
        /// For how much longer.
        seconds_left: u64,
    },
    /// No rules are on trial, or no longer.
    #[error("no rules are on trial")]
    NothingOnTrial,
    /// The connection the person works through would be cut.
    #[error("the connection from {} to {} port {} would be cut", .0.client, .0.server, .0.server_port)]
    WouldCut(Session),
    /// What the kernel has loaded is not proven to be what was declared; the former rules are in force again.
    #[error("what is loaded is not proven to be what is declared")]
    NotProven(Box<Report>),
    /// Nothing was ever confirmed.
    #[error("nothing has been applied yet")]
    NothingApplied,
    /// There is no such applied file in the history.
    #[error("event {0} put no rules in force")]
    NoSuchEvent(u64),
    /// No such vendor is declared, or it is not let in.
    #[error("no vendor {0}")]
    NoSuchVendor(String),
    /// The vendor cannot be let in now.
    #[error("{vendor}: {shut}")]
    Shut {
        /// What people call it.
        vendor: String,
        /// Why.
        shut: Shut,
    },
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::File { path: path.to_owned(), source }
    }
}
