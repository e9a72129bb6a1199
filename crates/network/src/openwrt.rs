//! OpenWrt: UCI text read, compared with the intent, and written.
//!
//! What UCI means is what fw4 makes of it, the program that turns it into rules of nftables on every OpenWrt since
//! 22.03; the steps here follow its generator.

pub mod compile;
pub mod config;
mod devices;
mod fields;
mod layout;
mod matching;
pub mod meaning;
mod reading;
pub mod uci;

pub use compile::compile;
pub use config::Config;
pub use meaning::{evaluate, prove, walk};
pub use reading::read;
