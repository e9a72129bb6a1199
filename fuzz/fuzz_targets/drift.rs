#![no_main]
#![expect(dead_code, reason = "each target runs one of the properties")]

#[path = "../../crates/network/tests/all/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::drift(data));
