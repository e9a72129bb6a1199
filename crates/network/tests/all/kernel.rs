//! With a kernel: what it loads, what it says of it, and what it does to real packets.
//!
//! These need root, network namespaces and `nft`; without them they say so and pass.

mod frames;
mod mutants;
pub(crate) mod nft;
mod packets;
mod proof;
mod telling;
mod traffic;
mod trial;
mod world;
