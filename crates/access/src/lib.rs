//! actor × action × resource → [`Permit`]. The only place that can make one.
//!
//! `store` asks for a permit in every function that touches a record, so a path that forgot to ask
//! does not compile. Pure: no IO, no clock. Everything unknown is refused: a duty, a scope, a resource type.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod actor;
mod class;
mod network;
mod permit;
mod policy;
mod scope;

pub use actor::{Actor, ActorKind, Duty, NotADuty};
pub use class::Class;
pub use permit::{Denied, Permit, Read, Right, Write};
pub use policy::{Action, decide, table_text};
pub use scope::{Context, Scope, ScopeEntry, ScopeError};
