//! The compiler and the prover, held to each other and to hand-written configurations.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod intents;
mod packet;
mod properties;
mod rtx_hostile;
mod rtx_meaning;
mod rtx_round_trip;
mod rtx_traps;
