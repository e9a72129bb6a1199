//! `codes.txt`: the value sets of required bindings, expanded. `@NAME`, then one line a system: the system and
//! its codes, separated by tabs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::HEAD;
use super::package::{Package, items, str};

/// Sets whose expansion in the package is not the set: every MIME type, every UCUM unit.
const OPEN: [&str; 2] = ["http://hl7.org/fhir/ValueSet/mimetypes", "http://hl7.org/fhir/ValueSet/ucum-units"];

type Systems = BTreeMap<String, Vec<String>>;

/// The table of the value sets in `bound`.
pub(super) fn table(package: &Package, bound: &BTreeSet<String>) -> Result<String, String> {
    let mut text = format!("{HEAD}# @value set, then per system: system and codes, separated by tabs.\n");
    for (url, systems) in expansions(package, bound)? {
        let _ = writeln!(text, "@{}", name(&url));
        for (system, codes) in systems {
            let _ = writeln!(text, "{system}\t{}", codes.join("\t"));
        }
    }
    Ok(text)
}

/// Those of `bound` that the table has.
pub(super) fn listed(package: &Package, bound: &BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    Ok(expansions(package, bound)?.into_keys().collect())
}

/// The last part of a value set's URL, unique among those bound.
pub(super) fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn expansions(package: &Package, bound: &BTreeSet<String>) -> Result<BTreeMap<String, Systems>, String> {
    let mut sets = BTreeMap::new();
    let bundle = package.read("Bundle-valueset-expansions.json")?;
    for entry in items(&bundle, "entry") {
        let set = &entry["resource"];
        let url = str(set, "url");
        if !bound.contains(url) || OPEN.contains(&url) {
            continue;
        }
        let mut systems = Systems::new();
        collect(&set["expansion"], &mut systems);
        if systems.is_empty() {
            return Err(format!("{url} is bound but its expansion is empty"));
        }
        sets.insert(url.to_owned(), systems);
    }
    Ok(sets)
}

fn collect(of: &Value, systems: &mut Systems) {
    for concept in items(of, "contains") {
        // An abstract concept groups others and cannot be chosen itself.
        if concept["abstract"] != true && concept["code"].is_string() {
            let codes = systems.entry(str(concept, "system").to_owned()).or_default();
            codes.push(str(concept, "code").to_owned());
        }
        collect(concept, systems);
    }
}
