//! Transactions and batches as they are sent.
#![no_main]

#[path = "../../crates/record/tests/all/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::bundle(data));
