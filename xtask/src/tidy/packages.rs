//! Everything that is compiled, as `cargo metadata` tells it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::run::{Doing, Done, cargo, read as read_output};

/// One package of the resolved graph.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// SPDX expression as the package states it, `/` in old ones.
    pub(super) licence: String,
    /// One of ours.
    pub(super) ours: bool,
    /// Names of direct dependencies and whether each is for tests only.
    pub(super) depends_on: BTreeMap<String, Use>,
}

/// Where a dependency may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    Product,
    Tests,
}

/// The graph for Linux, where clinics run it; other systems' packages are never fetched.
pub(super) fn read() -> Done<Vec<Package>> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let text = read_output(&mut cargo(["metadata", "--format-version=1", "--locked", "--filter-platform", &target]))?;
    let metadata: Value = serde_json::from_str(&text).doing("reading cargo metadata")?;
    let list = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    Ok(list.iter().map(package).collect())
}

fn package(value: &Value) -> Package {
    let text = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let mut depends_on = BTreeMap::new();
    for dependency in value["dependencies"].as_array().into_iter().flatten() {
        let name = dependency["name"].as_str().unwrap_or_default().to_owned();
        let used = if dependency["kind"] == "dev" { Use::Tests } else { Use::Product };
        // Declared for both, it is used in the product.
        depends_on.entry(name).and_modify(|known: &mut Use| *known = used.min(*known)).or_insert(used);
    }
    Package {
        name: text("name"),
        version: text("version"),
        licence: text("license"),
        ours: value["source"].is_null(),
        depends_on,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_read_with_its_strictest_use() {
        let package = package(&serde_json::json!({
            "name": "a", "version": "1.2.3", "license": "MIT", "source": null,
            "dependencies": [{"name": "b", "kind": "dev"}, {"name": "b", "kind": null}, {"name": "c", "kind": "dev"}]
        }));
        assert!(package.ours);
        assert_eq!(package.depends_on["b"], Use::Product);
        assert_eq!(package.depends_on["c"], Use::Tests);
    }
}
