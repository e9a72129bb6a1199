//! `cargo xtask tidy`: properties of the source tree that no compiler checks.
//!
//! Each check takes what it looks at as a value and gives complaints, one line each with the place
//! first; nothing here repairs anything.

mod advisories;
mod edges;
mod files;
mod generated;
mod licences;
mod links;
mod manifests;
mod packages;
mod purity;
mod sizes;
mod words;

use crate::run::Done;

use files::File;
use packages::Package;

/// Runs every check and prints all complaints at once.
pub(crate) fn tidy() -> Done {
    let files = files::read()?;
    let packages = packages::read()?;
    let complaints = complaints(&files, &packages);
    if complaints.is_empty() {
        println!("tidy: {} files, {} packages, nothing to say", files.len(), packages.len());
        return Ok(());
    }
    Err(format!("{}\ntidy: {} complaints", complaints.join("\n"), complaints.len()))
}

/// All that there is to say about a tree, in order of place.
fn complaints(files: &[File], packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    complaints.extend(edges::check(files, packages));
    complaints.extend(manifests::check(files));
    complaints.extend(purity::check(files));
    complaints.extend(sizes::check(files));
    complaints.extend(words::check(files));
    complaints.extend(generated::check(files));
    complaints.extend(licences::check(packages));
    complaints.extend(licences::check_page(files));
    complaints.extend(advisories::check(files, packages));
    complaints.extend(links::check(files));
    complaints.sort();
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use files::file;

    const EDGES: &str = "<!-- edges -->\nclinic → –\nstore → clinic\n<!-- /edges -->\n";
    const SNAPSHOT: &str = "taken = \"2026-11-23\"\nadvisory = []\n";

    fn tree() -> Vec<File> {
        vec![
            file("ARCHITECTURE.md", EDGES),
            file("xtask/advisories.toml", SNAPSHOT),
            file("crates/clinic/Cargo.toml", "[package]\n"),
            file("crates/clinic/src/lib.rs", "pub fn a() {}\n"),
            file("crates/clinic/tests/all.rs", "#[test]\nfn a() {}\n"),
            file("crates/store/Cargo.toml", "[dependencies]\nclinic.workspace = true\n"),
            file("crates/store/src/lib.rs", "use clinic::a;\n"),
        ]
    }

    fn packages() -> Vec<Package> {
        let package = |name: &str| Package { name: name.into(), ours: true, ..Package::default() };
        let mut store = package("store");
        store.depends_on.insert("clinic".into(), packages::Use::Product);
        vec![package("clinic"), store]
    }

    #[test]
    fn a_tidy_tree_has_nothing_to_be_said_about() {
        assert_eq!(complaints(&tree(), &packages()), [""; 0]);
    }

    #[test]
    fn every_check_is_asked_and_the_places_are_in_order() {
        let mut files = tree();
        files.push(file("web/package-lock.json", r#"{"packages": {"node_modules/a": {"license": "GPL-3.0"}}}"#));
        files.push(file("crates/clinic/src/clock.rs", "fn now() { std::time::SystemTime::now(); }\n"));
        files.push(file("crates/store/src/long.rs", &"x\n".repeat(801)));
        files.push(file("crates/store/src/made.rs", "// Made by `cargo xtask unknown`.\n"));
        files.push(file("docs/a.md", concat!("in /ro", "ot/x\n")));
        files.push(file("crates/new/Cargo.toml", "[dependencies]\nserde = \"1\"\n"));
        files.retain(|file| file.path != "xtask/advisories.toml");
        let mut packages = packages();
        packages.push(Package { name: "new".into(), ours: true, ..Package::default() });
        packages.push(Package { name: "gpl".into(), licence: "GPL-3.0".into(), ..Package::default() });
        let complaints = complaints(&files, &packages);
        for part in [
            "new is not drawn",
            "why is it there",
            "SystemTime in a pure crate",
            "801 lines",
            "a path of one machine",
            "knows no command",
            "licence `GPL-3.0`",
            "node_modules/a: licence",
            "advisories.toml: missing",
        ] {
            assert!(complaints.iter().any(|line| line.contains(part)), "{part} in {complaints:#?}");
        }
        assert!(complaints.is_sorted());
    }
}
