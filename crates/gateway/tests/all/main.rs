//! What the command line and the server call, each test in a network namespace of its own thread.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod boots;
mod computer;
mod opens;
mod records;
mod sentences;
mod trials;
mod watches;
