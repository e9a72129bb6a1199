//! The compilers and the proof, held against each other and against a kernel.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod kernel;
mod policies;
