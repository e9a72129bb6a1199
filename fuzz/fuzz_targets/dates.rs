//! Dates of FHIR and of `clinic::wareki`, each against the other.
#![no_main]
#![expect(dead_code, reason = "each target runs one of the properties")]

#[path = "../../crates/fhir/tests/all/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::dates(data));
