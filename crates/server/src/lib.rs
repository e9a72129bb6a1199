//! HTTP: FHIR REST, the page’s own API, sign-in, the accept loop, the embedded page.

pub mod net;
