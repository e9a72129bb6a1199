//! The server as a client sees it: real sockets, real TLS, a real store.

mod api;
mod fhir;
mod net;
