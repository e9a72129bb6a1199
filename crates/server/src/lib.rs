//! HTTP: FHIR REST, the page’s own API, sign-in, the accept loop, the embedded page.

pub mod http;
pub mod net;
mod page;
pub mod problem;
pub mod tls;

pub mod signin;
