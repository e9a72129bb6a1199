//! Tests of predicting, surveying and calibrating Wi-Fi.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod building;
mod calibrate;
mod causes;
mod cover;
mod drawing;
mod import;
mod map;
mod material;
mod office;
mod place;
mod predict;
mod properties;
mod room;
mod synthetic;
