#![no_main]

#[path = "../../crates/clinic/tests/all/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::model(data));
