//! nftables: the policy as rules, the rules read back from the kernel, and what they let pass.

mod compile;
mod drift;
mod eval;
mod keys;
mod plan;
mod read;
mod rules;
mod text;
mod trial;

pub use compile::compile;
pub use drift::{Change, Drift, drift};
pub use eval::evaluate;
pub use keys::{Key, Kind, Needs, Span};
pub use read::{ReadError, TEXT_MAX, read};
pub use rules::{Base, Chain, ChainId, Hook, Place, Rule, Ruleset, Statement, Unknown, Verdict};
pub use trial::{Former, Trial, closed, nothing, settled, trial};
