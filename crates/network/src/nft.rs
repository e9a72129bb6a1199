//! nftables: the policy as rules, the rules read back from the kernel, and what they let pass.

mod compile;
mod eval;
mod keys;
mod plan;
mod read;
mod rules;
mod text;

pub use compile::compile;
pub use eval::evaluate;
pub use keys::{Key, Kind, Needs, Span};
pub use read::{ReadError, TEXT_MAX, read};
pub use rules::{Base, Chain, ChainId, Hook, Place, Rule, Ruleset, Statement, Unknown, Verdict};
