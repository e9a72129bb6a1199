//! The server as a client sees it: real sockets, real TLS, a real store.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod api;
mod fhir;
mod net;
