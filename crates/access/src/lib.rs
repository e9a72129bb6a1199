//! actor × action × resource → [`Permit`]. The only place that can make one.
//!
//! `store` asks for a permit in every function that touches a record, so a path that forgot to ask
//! does not compile. Pure: no IO, no clock.

mod actor;
mod permit;
mod policy;

pub use actor::{Actor, ActorKind, Duty, Scope};
pub use permit::{Denied, Permit, Read, Right, Write};
pub use policy::{Action, decide};
