#![no_main]

#[path = "../../crates/wifi/tests/all/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::import(data));
