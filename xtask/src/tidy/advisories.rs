//! Known weaknesses of what is linked, from a snapshot committed beside the lock file, so that the
//! answer does not depend on the day or the line.

use semver::{Version, VersionReq};

use super::files::File;
use super::packages::Package;

const SNAPSHOT: &str = "xtask/advisories.toml";

pub(super) fn check(files: &[File], packages: &[Package]) -> Vec<String> {
    match files.iter().find(|file| file.path == SNAPSHOT).map(|file| read(&file.text)) {
        Some(Ok(advisories)) => compare(&advisories, packages),
        Some(Err(why)) => vec![format!("{SNAPSHOT}: {why}")],
        None => vec![format!("{SNAPSHOT}: missing")],
    }
}

struct Advisory {
    id: String,
    package: String,
    title: String,
    /// Versions that are not affected, or are repaired.
    good: Vec<VersionReq>,
    /// Why it does not reach us, where it does not.
    accepted: Option<String>,
}

fn read(text: &str) -> Result<Vec<Advisory>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|why| why.to_string())?;
    if table.get("taken").and_then(toml::Value::as_str).is_none() {
        return Err("says not on which day it was taken".into());
    }
    let list = table.get("advisory").and_then(toml::Value::as_array).ok_or("lists no advisory")?;
    list.iter().map(advisory).collect()
}

fn advisory(value: &toml::Value) -> Result<Advisory, String> {
    let text = |field: &str| value.get(field).and_then(toml::Value::as_str).map(String::from);
    let id = text("id").ok_or("an advisory without an id")?;
    let missing = |field: &str| format!("{id}: no {field}");
    let good = value.get("good").and_then(toml::Value::as_array).ok_or_else(|| missing("good"))?;
    let requirement = |value: &toml::Value| VersionReq::parse(value.as_str().unwrap_or_default());
    Ok(Advisory {
        package: text("package").ok_or_else(|| missing("package"))?,
        title: text("title").ok_or_else(|| missing("title"))?,
        good: good.iter().map(requirement).collect::<Result<_, _>>().map_err(|why| format!("{id}: {why}"))?,
        accepted: text("accepted"),
        id,
    })
}

fn compare(advisories: &[Advisory], packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    for advisory in advisories {
        for package in packages.iter().filter(|package| !package.ours && package.name == advisory.package) {
            let good = Version::parse(&package.version)
                .is_ok_and(|version| advisory.good.iter().any(|good| good.matches(&version)));
            if !good && advisory.accepted.is_none() {
                complaints.push(format!("{} {}: {} {}", package.name, package.version, advisory.id, advisory.title));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
        taken = "2026-11-23"
        [[advisory]]
        id = "RUSTSEC-0000-0001"
        package = "leaky"
        title = "Leaks"
        good = [">=1.2.3", "<0.9.0"]
    "#;

    fn check_version(text: &str, version: &str) -> usize {
        let package = Package { name: "leaky".into(), version: version.into(), ..Package::default() };
        compare(&read(text).unwrap(), &[package]).len()
    }

    #[test]
    fn affected_versions_fail_and_others_pass() {
        assert_eq!(check_version(ONE, "1.2.2"), 1);
        assert_eq!(check_version(ONE, "1.2.3"), 0);
        assert_eq!(check_version(ONE, "0.8.0"), 0);
    }

    #[test]
    fn one_that_does_not_reach_us_says_why() {
        assert_eq!(check_version(&format!("{ONE}\naccepted = \"its server half is not compiled\""), "1.2.2"), 0);
    }

    #[test]
    fn the_committed_snapshot_knows_old_versions() {
        let snapshot = read(include_str!("../../advisories.toml")).unwrap();
        assert!(!snapshot.is_empty());
        for advisory in &snapshot {
            let old = Version::new(0, 0, 1);
            let since = advisory.good.iter().any(|good| good.matches(&old));
            assert!(
                since
                    || !compare(
                        &snapshot,
                        &[Package { name: advisory.package.clone(), version: old.to_string(), ..Package::default() }]
                    )
                    .is_empty(),
                "{}",
                advisory.id
            );
        }
    }

    #[test]
    fn a_snapshot_without_a_day_is_refused() {
        assert!(read("[[advisory]]").is_err());
        assert!(read("taken = \"2026-11-23\"").is_err());
    }
}
