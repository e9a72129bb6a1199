#![no_main]

#[path = "../../crates/network/tests/all/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::rtx(data));
