//! What may pass: compiled into rules, read back from what runs, and proven to be the same.
//!
//! Everything goes through one intermediate form, the [`Policy`]: what the declared clinic means at one moment, told
//! in zones, flows and addresses. Compilers turn it into text for a router; [`intent`] turns it into the exact set
//! of packets that shall pass, and a proof holds against that set whatever rules were read back. Pure: no IO, no
//! clock; text comes in and goes out.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod boxes;
pub mod intent;
mod joining;
pub mod nft;
pub mod openwrt;
pub mod packets;
pub mod passage;
pub mod policy;
pub mod proof;
pub mod rtx;
pub mod session;

pub use intent::Intent;
pub use passage::Passage;
pub use policy::Policy;
pub use proof::{Proof, Report, prove};
