//! `cargo xtask fhir-tables [DIR]`: the tables of `crates/fhir` from the standard's own definitions.
//!
//! `DIR` is the unpacked npm package `hl7.fhir.r4.examples` 4.0.1 (CC0); without it the package is fetched by
//! `npm pack`. Run again after a change here: the same package gives the same files, byte for byte.

mod codes;
pub(crate) mod package;
mod search;
mod structures;
mod types;

use std::path::{Path, PathBuf};

use package::Package;

/// The first line of every table.
const HEAD: &str = "# Made by `cargo xtask fhir-tables` from npm hl7.fhir.r4.examples 4.0.1 (CC0). Do not edit.\n";

/// Makes all tables again.
pub(crate) fn fhir_tables(args: &[String]) -> Result<(), String> {
    let dir = match args {
        [] => package::examples()?,
        [dir] if dir == "--npm" => package::examples()?,
        [dir] => dir.into(),
        _ => return Err("cargo xtask fhir-tables [DIR]".to_owned()),
    };
    let into = folder();
    for (file, text) in tables(&Package::open(&dir)?, &into)? {
        let path = into.join(file);
        std::fs::write(&path, &text).map_err(|why| format!("writing {}: {why}", path.display()))?;
        println!("{file}: {} lines, {} bytes", text.lines().count(), text.len());
    }
    Ok(())
}

/// Where the tables are kept.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/fhir/src/tables")
}

/// The files and what they should say; those whose numbers stores keep only grow from what is in `old`.
fn tables(package: &Package, old: &Path) -> Result<[(&'static str, String); 4], String> {
    let definitions = structures::definitions(package)?;
    let old_types = std::fs::read_to_string(old.join("types.txt")).unwrap_or_default();
    let old_search = std::fs::read_to_string(old.join("search.txt")).unwrap_or_default();
    let bound = structures::required_value_sets(&definitions);
    let codes = codes::table(package, &bound)?;
    let elements = structures::table(&definitions, &codes::listed(package, &bound)?);
    let search = search::table(package, &elements, &codes, &old_search)?;
    let types = types::table(&definitions, &old_types);
    Ok([("types.txt", types), ("codes.txt", codes), ("elements.txt", elements), ("search.txt", search)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_tables_are_what_the_standard_says() {
        let Some(dir) = package::fetched() else {
            println!("skipped: the examples package is not there (`cargo xtask setup` fetches it)");
            return;
        };
        for (file, text) in tables(&Package::open(&dir).unwrap(), &folder()).unwrap() {
            let committed = std::fs::read_to_string(folder().join(file)).unwrap();
            assert!(text == committed, "{file} is not fresh: run `cargo xtask fhir-tables`");
        }
    }
}
