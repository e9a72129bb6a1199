//! What the standard defines, as tables made by `cargo xtask fhir-tables` from its own definitions.
//!
//! Texts parsed once on first use instead of Rust literals: they compile in no time and a reviewer can read them.

mod codes;
mod structure;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use codes::{CodeSet, code_set};
pub use structure::{ElementDef, Kind, Member, Primitive, TypeDef, TypeId, resource_structure, structure, structures};

static TYPES: LazyLock<Vec<&'static str>> = LazyLock::new(|| rows(include_str!("tables/types.txt")).collect());

static TYPE_CODES: LazyLock<HashMap<&'static str, u16>> =
    LazyLock::new(|| (0..).zip(TYPES.iter()).map(|(code, name)| (*name, code)).collect());

/// Lines of a table without its head.
fn rows(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// The number of a resource type. Stores keep it: types are only ever appended.
#[must_use]
pub fn type_code(name: &str) -> Option<u16> {
    TYPE_CODES.get(name).copied()
}

/// The resource type of that number.
#[must_use]
pub fn type_name(code: u16) -> Option<&'static str> {
    TYPES.get(usize::from(code)).copied()
}

/// All resource types in the order of their numbers.
pub fn types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_numbered_for_good() {
        assert_eq!(types().count(), 146);
        for (code, name) in
            [(0, "Account"), (6, "AuditEvent"), (95, "Observation"), (102, "Patient"), (145, "VisionPrescription")]
        {
            assert_eq!((type_code(name), type_name(code)), (Some(code), Some(name)));
        }
        assert_eq!((type_code("Patent"), type_code("Resource"), type_name(146)), (None, None, None));
    }
}
