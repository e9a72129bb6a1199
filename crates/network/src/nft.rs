//! nftables: the policy as rules, the rules read back from the kernel, and what they let pass.

mod compile;
mod text;

pub use compile::compile;
