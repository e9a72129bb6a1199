//! HTTP: FHIR REST, the page’s own API, sign-in, the accept loop, the embedded page.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod api;
mod app;
pub mod fhir;
pub mod http;
pub mod net;
pub mod network;
mod page;
pub mod problem;
mod router;
pub mod signin;
pub mod tls;

pub use app::{App, Config, OpenError};
pub use router::router;
