//! Tests of predicting, surveying and calibrating Wi-Fi.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod calibrate;
mod cover;
mod import;
mod material;
mod office;
mod place;
mod predict;
mod properties;
mod synthetic;
