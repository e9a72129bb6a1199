#![no_main]

// For the property, which names it.
use jiff as _;

#[path = "../../crates/clinic/tests/all/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::model(data));
