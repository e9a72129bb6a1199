//! Loading rules safely: what was declared becomes what this computer's kernel does, and stays that.
//!
//! All that touches the kernel or the disk for rules is here; what is decided is decided in `network` and `clinic`,
//! which do neither. The command line and the server call the same functions of [`Gateway`].
//!
//! - **Rules are always whole.** Every change is one transaction of `nft`, which the kernel does or does not do.
//! - **The way back needs no program.** New rules are loaded on trial beside the former ones, and the kernel itself
//!   gives them up when nobody confirms them in time ([`network::nft::trial`]).
//! - **The directory says what shall be loaded**, the kernel is made to agree with it. Every record is written beside
//!   its place, synced and moved there. What a killed process has left half done is finished or taken back by whoever
//!   comes next ([`Gateway`] does so before anything else), and at boot.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod apply;
mod boot;
mod drift;
mod error;
mod history;
mod kernel;
mod live;
mod moment;
mod open;
mod pending;
mod sessions;
mod state;
mod telling;
mod watch;
mod whole;

pub use apply::{Request, Trial, WINDOW_MAX_SECONDS, WINDOW_SECONDS};
pub use boot::Booted;
pub use drift::Drifted;
pub use error::{Error, Result};
pub use history::{Applied, Because, Entry, What};
pub use live::Opened;
pub use moment::Moment;
pub use open::Opening;
pub use sessions::own_session;
pub use state::{Gateway, OnTrial, Status};
pub use watch::Event;
pub use whole::write_whole;
