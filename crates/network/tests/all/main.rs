//! The compiler and the prover, held to each other and to hand-written configurations.

mod intents;
mod packet;
mod properties;
mod rtx_hostile;
mod rtx_meaning;
mod rtx_round_trip;
mod rtx_traps;
