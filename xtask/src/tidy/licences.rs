//! Nothing that is linked or shipped binds our users to the GPL family, or to anything unread.

use serde_json::Value;

use super::files::File;
use super::packages::Package;

/// Read, and fit to be linked into a program that is given away under Apache-2.0 or MIT.
const FIT: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    // By file: what it covers stays under it, what is linked to it does not come under it (3.3).
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
];
/// SQLite's dedication to the public domain.
const BLESSING: &str = "blessing";

/// Every crate of the graph, tests and build scripts included: stricter than needed, and simpler.
pub(super) fn check(packages: &[Package]) -> Vec<String> {
    let unfit = packages.iter().filter(|package| !package.ours && !fits(&package.licence));
    unfit.map(|package| format!("{} {}: licence `{}`", package.name, package.version, package.licence)).collect()
}

/// What the page is made of; tools that only build it are not shipped.
pub(super) fn check_page(files: &[File]) -> Vec<String> {
    let Some(lock) = files.iter().find(|file| file.path == "web/package-lock.json") else { return Vec::new() };
    let Ok(lock) = serde_json::from_str::<Value>(&lock.text) else {
        return vec!["web/package-lock.json: not JSON".into()];
    };
    let packages = lock["packages"].as_object().into_iter().flatten();
    let shipped = packages.filter(|(path, package)| !path.is_empty() && package["dev"] != true);
    let unfit = shipped.filter(|(_, package)| !fits(package["license"].as_str().unwrap_or_default()));
    unfit.map(|(path, package)| format!("web/package-lock.json: {path}: licence {}", package["license"])).collect()
}

/// SPDX: `OR` needs one side, `AND` every side; `/` is how `OR` was once written.
fn fits(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let fits = either(&mut words);
    fits && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words) -> bool {
    let mut fits = both(words);
    while words.next_if_eq(&"OR").is_some() {
        fits |= both(words);
    }
    fits
}

fn both(words: &mut Words) -> bool {
    let mut fits = one(words);
    while words.next_if_eq(&"AND").is_some() {
        fits &= one(words);
    }
    fits
}

fn one(words: &mut Words) -> bool {
    let Some(word) = words.next() else { return false };
    if word == "(" {
        let fits = either(words);
        return words.next_if_eq(&")").is_some() && fits;
    }
    let name = match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
        Some(exception) => format!("{word} WITH {exception}"),
        None => word.to_owned(),
    };
    name == BLESSING || FIT.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    #[test]
    fn expressions() {
        for fit in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0) AND ISC",
            "MIT AND BSD-3-Clause",
            "Apache-2.0 WITH LLVM-exception OR MIT",
            "MIT AND BSD-3-Clause AND blessing AND WTFPL",
        ] {
            assert!(fits(fit), "{fit}");
        }
        for unfit in [
            "",
            "GPL-3.0",
            "LGPL-2.1 AND MIT",
            "AGPL-3.0-only",
            "MIT AND (GPL-2.0 OR LGPL-3.0)",
            "MIT ISC",
            "(MIT",
            "GPL-2.0 WITH Classpath-exception-2.0",
            "SomethingNew-1.0",
        ] {
            assert!(!fits(unfit), "{unfit}");
        }
    }

    #[test]
    fn a_crate_under_the_gpl_fails() {
        let package = |licence: &str, ours| Package { licence: licence.into(), ours, ..Package::default() };
        assert_eq!(check(&[package("MIT", false), package("", true), package("GPL-3.0-only", false)]).len(), 1);
    }

    #[test]
    fn only_what_the_page_ships_counts() {
        let lock = r#"{"packages": {"": {}, "node_modules/a": {"license": "MIT"},
            "node_modules/b": {"license": "GPL-3.0", "dev": true}, "node_modules/c": {"license": "LGPL-3.0"}}}"#;
        assert_eq!(check_page(&[file("web/package-lock.json", lock)]).len(), 1);
    }
}
