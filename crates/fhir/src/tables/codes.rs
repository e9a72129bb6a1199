//! The codes that required bindings allow.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A value set, expanded.
#[derive(Debug)]
pub struct CodeSet {
    /// The last part of its URL, for instance `administrative-gender`.
    pub name: &'static str,
    systems: Vec<(&'static str, Vec<&'static str>)>,
}

impl CodeSet {
    /// Whether a `code` element may have this code: its system goes without saying.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.systems.iter().any(|(_, codes)| codes.contains(&code))
    }

    /// Whether a Coding of this system and code is in the set.
    #[must_use]
    pub fn has_coding(&self, system: &str, code: &str) -> bool {
        self.systems.iter().any(|(own, codes)| *own == system && codes.contains(&code))
    }

    /// All codes, in the order of the standard.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.systems.iter().flat_map(|(_, codes)| codes.iter().copied())
    }
}

static SETS: LazyLock<HashMap<&'static str, CodeSet>> = LazyLock::new(|| {
    let mut sets = HashMap::new();
    let mut name = "";
    for row in super::rows(include_str!("codes.txt")) {
        if let Some(next) = row.strip_prefix('@') {
            name = next;
            sets.insert(name, CodeSet { name, systems: Vec::new() });
        } else if let Some(set) = sets.get_mut(name) {
            let mut columns = row.split('\t');
            set.systems.push((columns.next().unwrap_or_default(), columns.collect()));
        }
    }
    sets
});

/// The value set of that name.
#[must_use]
pub fn code_set(name: &str) -> Option<&'static CodeSet> {
    SETS.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_as_in_the_standard() {
        let gender = code_set("administrative-gender").unwrap();
        assert_eq!(gender.codes().collect::<Vec<_>>(), ["male", "female", "other", "unknown"]);
        assert!(gender.has("male") && !gender.has("Male") && !gender.has(""));
        let clinical = code_set("condition-clinical").unwrap();
        assert!(clinical.has_coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"));
        assert!(!clinical.has_coding("http://hl7.org/fhir/condition-clinical", "active"));
        assert!(code_set("mimetypes").is_none(), "open sets are checked by their grammar");
    }
}
