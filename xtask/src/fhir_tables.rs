//! `cargo xtask fhir-tables [DIR]`: the tables of `crates/fhir` from the standard's own definitions.
//!
//! `DIR` is the unpacked npm package `hl7.fhir.r4.examples` 4.0.1 (CC0); without it the package is fetched by
//! `npm pack`. Run again after a change here: the same package gives the same files, byte for byte.

mod codes;
pub(crate) mod package;
mod search;
mod structures;
mod types;

use std::path::Path;

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
    let package = Package::open(&dir)?;
    let definitions = structures::definitions(&package)?;
    let into = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/fhir/src/tables");
    let old_types = std::fs::read_to_string(into.join("types.txt")).unwrap_or_default();
    let old_search = std::fs::read_to_string(into.join("search.txt")).unwrap_or_default();
    let bound = structures::required_value_sets(&definitions);
    let codes = codes::table(&package, &bound)?;
    let elements = structures::table(&definitions, &codes::listed(&package, &bound)?);
    let search = search::table(&package, &elements, &codes, &old_search)?;
    for (file, text) in [
        ("types.txt", types::table(&definitions, &old_types)),
        ("codes.txt", codes),
        ("elements.txt", elements),
        ("search.txt", search),
    ] {
        let path = into.join(file);
        std::fs::write(&path, &text).map_err(|why| format!("writing {}: {why}", path.display()))?;
        println!("{file}: {} lines, {} bytes", text.lines().count(), text.len());
    }
    Ok(())
}
