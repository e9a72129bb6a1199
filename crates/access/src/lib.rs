//! actor × action × resource → [`Permit`]. The only place that can make one.
//!
//! `store` asks for a permit in every function that touches a record, so a path that forgot to ask
//! does not compile. Which charts are closed to an actor is decided in [`Cut`], what else people may do with closed
//! charts and the trail in [`Power`]. Pure: no IO, no clock. Everything unknown is refused: a duty, a scope, a resource type.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod actor;
mod chart;
mod class;
mod network;
mod permit;
mod policy;
mod power;
mod scope;

pub use actor::{Actor, ActorKind, Duty, NotADuty};
pub use chart::{Against, Cut, Guard, OPENING_MS, OPENINGS_A_DAY, OPENINGS_AT_ONCE, VISIT_MS, Way, Ways};
pub use class::Class;
pub use permit::{Denied, Permit, Read, Right, Write};
pub use policy::{Action, decide, table_text};
pub use power::{Grant, Power, grant};
pub use scope::{Context, Scope, ScopeEntry, ScopeError};
