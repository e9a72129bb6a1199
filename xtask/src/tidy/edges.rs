//! The edges drawn in ARCHITECTURE.md are the edges there are: no more, no fewer.

use std::collections::BTreeMap;

use super::files::File;
use super::packages::{Package, Use};

const DRAWING: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- edges -->";
const END: &str = "<!-- /edges -->";

/// Third parties that only one crate may name, because its purpose is to hide them.
const ONLY: [(&str, &str); 6] = [
    ("rusqlite", "store"),
    ("tokio-postgres", "store"),
    ("deadpool-postgres", "store"),
    ("axum", "server"),
    ("rcgen", "server"),
    ("jiter", "fhir"),
];

/// What a crate may depend on, in the product and in its tests.
type Drawing = BTreeMap<String, (Vec<String>, Vec<String>)>;

pub(super) fn check(files: &[File], packages: &[Package]) -> Vec<String> {
    match files.iter().find(|file| file.path == DRAWING).and_then(|file| drawing(&file.text)) {
        Some(drawing) => compare(&drawing, packages),
        None => vec![format!("{DRAWING}: no table of edges between {BEGIN} and {END}")],
    }
}

/// Lines like `store → clinic fhir (tests: sample)`; `–` stands for none.
fn drawing(text: &str) -> Option<Drawing> {
    let table = text.split_once(BEGIN)?.1.split_once(END)?.0;
    let names = |list: &str| list.split_whitespace().filter(|name| *name != "–").map(String::from).collect::<Vec<_>>();
    let row = |line: &str| {
        let (name, to) = line.split_once('→')?;
        let (product, tests) = to.split_once("(tests:").unwrap_or((to, ""));
        Some((name.trim().to_owned(), (names(product), names(tests.trim_end().trim_end_matches(')')))))
    };
    Some(table.lines().filter_map(row).collect())
}

fn compare(drawing: &Drawing, packages: &[Package]) -> Vec<String> {
    let ours: BTreeMap<&str, &Package> =
        packages.iter().filter(|package| package.ours).map(|package| (package.name.as_str(), package)).collect();
    let mut complaints = Vec::new();
    for (name, package) in &ours {
        let Some((product, tests)) = drawing.get(*name) else {
            complaints.push(format!("{DRAWING}: {name} is not drawn"));
            continue;
        };
        for (to, used) in &package.depends_on {
            if let Some((_, owner)) =
                ONLY.iter().find(|(only, owner)| only == to && owner != name && *used == Use::Product)
            {
                complaints.push(format!("{name} → {to}: only {owner} may"));
            }
            let drawn = product.contains(to) || (*used == Use::Tests && tests.contains(to));
            if ours.contains_key(to.as_str()) && !drawn {
                complaints.push(format!("{name} → {to}: no such edge is drawn in {DRAWING}"));
            }
        }
        for to in product.iter().chain(tests).filter(|to| !package.depends_on.contains_key(*to)) {
            complaints.push(format!("{DRAWING}: {name} → {to} is drawn but not there"));
        }
    }
    for name in drawing.keys().filter(|name| !ours.contains_key(name.as_str())) {
        complaints.push(format!("{DRAWING}: {name} is drawn but there is no such crate"));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, depends_on: &[(&str, Use)]) -> Package {
        let depends_on = depends_on.iter().map(|(name, used)| ((*name).to_owned(), *used)).collect();
        Package { name: name.into(), ours: true, depends_on, ..Package::default() }
    }

    fn check(table: &str, packages: &[Package]) -> Vec<String> {
        compare(&drawing(&format!("{BEGIN}\n{table}\n{END}")).unwrap(), packages)
    }

    #[test]
    fn drawn_edges_pass() {
        let packages = [package("a", &[]), package("b", &[("a", Use::Product), ("c", Use::Tests)]), package("c", &[])];
        assert_eq!(check("a → –\nb → a (tests: c)\nc → –", &packages), [""; 0]);
    }

    #[test]
    fn an_edge_not_drawn_or_not_there_fails() {
        let packages = [package("a", &[("b", Use::Product)]), package("b", &[])];
        assert_eq!(
            check("a → –\nb → a", &packages),
            ["a → b: no such edge is drawn in ARCHITECTURE.md", "ARCHITECTURE.md: b → a is drawn but not there",]
        );
    }

    #[test]
    fn an_edge_for_tests_does_not_serve_the_product() {
        let packages = [package("a", &[("b", Use::Product)]), package("b", &[])];
        assert_eq!(check("a → (tests: b)\nb → –", &packages).len(), 1);
    }

    #[test]
    fn every_crate_is_drawn_and_every_drawn_crate_exists() {
        assert_eq!(check("gone → –", &[package("new", &[])]).len(), 2);
    }

    #[test]
    fn sql_belongs_to_one_crate() {
        let packages = [package("server", &[("rusqlite", Use::Product)])];
        assert_eq!(check("server → –", &packages), ["server → rusqlite: only store may"]);
    }
}
