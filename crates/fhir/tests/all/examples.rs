//! Every example of the standard (npm hl7.fhir.r4.examples): it reads, writes back the same and validates, or it
//! is listed in `refused.txt` with what is wrong with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fhir::Resource;
use fhir::json::Json;
use fhir::outcome::Issue;
use fhir::search::query::View;
use fhir::validate::{Mode, validate};
use fhir::view::view;

/// Larger ones are definitions of the standard itself; a part of one shows nothing that smaller ones do not.
const VIEWED_BYTES_MAX: usize = 100_000;

/// Bundles of definitions that are there one by one too, and would take longer than all others together.
const LEFT_OUT: [&str; 5] = [
    "Bundle-dataelements.json",
    "Bundle-resources.json",
    "Bundle-v3-valuesets.json",
    "Bundle-valueset-expansions.json",
    "Bundle-valuesets.json",
];

fn dir() -> Option<PathBuf> {
    let dir = std::env::var_os("KOMAINU_FHIR_EXAMPLES")
        .map_or_else(|| super::root().join("target/fhir-examples/package"), PathBuf::from);
    if dir.join("package.json").is_file() {
        return Some(dir);
    }
    println!("skipped: no examples in {} (`cargo xtask setup` fetches them)", dir.display());
    None
}

/// What stands against the file, one line each.
fn refusals(name: &str, text: &[u8]) -> BTreeSet<String> {
    let resource = match Resource::parse(text) {
        Ok(resource) => resource,
        Err(error) => return BTreeSet::from([format!("{name}: {error}")]),
    };
    assert_eq!(Json::parse(&resource.to_vec()).as_ref(), Ok(&Json::Object(resource.json().clone())), "{name}");
    let mut refusals = errors(name, &resource, |_| true);
    if refusals.is_empty() && text.len() < VIEWED_BYTES_MAX {
        // A summary keeps what must be there, but not what is contained, which references may still name.
        let has_contained = resource.json().contains("contained");
        let of_summary = |issue: &Issue| !(has_contained && issue.diagnostics.contains("ref-1"));
        refusals = errors(&format!("summary of {name}"), &view(resource, &View::Summary), of_summary);
    }
    refusals
}

fn errors(name: &str, resource: &Resource, counts: impl Fn(&Issue) -> bool) -> BTreeSet<String> {
    let issues = validate(resource, Mode::Strict).into_iter().filter(|issue| issue.is_error() && counts(issue));
    issues.map(|issue| format!("{name}: {}: {}", without_indices(&issue.expression), issue.diagnostics)).collect()
}

/// The same mistake in every item of an array is one line.
fn without_indices(expression: &str) -> String {
    expression.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

fn refused_of(files: &[PathBuf]) -> BTreeSet<String> {
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().flat_map(|file| refusals(&name(file), &std::fs::read(file).unwrap())).collect()
}

#[test]
fn every_example_is_taken_or_refused_for_a_listed_reason() {
    let Some(dir) = dir() else { return };
    let is_resource = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy();
        name.ends_with(".json")
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && !LEFT_OUT.contains(&&*name)
    };
    let files: Vec<PathBuf> = super::files(&dir).into_iter().filter(is_resource).collect();
    assert!(files.len() > 5000, "only {} examples: the package is not whole", files.len());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found: BTreeSet<String> = std::thread::scope(|scope| {
        let parts: Vec<_> =
            files.chunks(files.len().div_ceil(threads)).map(|part| scope.spawn(|| refused_of(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    let listed: BTreeSet<String> = include_str!("refused.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let refused: BTreeSet<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
    println!("{} examples, {} taken, {} refused", files.len(), files.len() - refused.len(), refused.len());
    let not_listed: Vec<&String> = found.difference(&listed).collect();
    let not_found: Vec<&String> = listed.difference(&found).collect();
    assert!(
        not_listed.is_empty() && not_found.is_empty(),
        "not in refused.txt: {not_listed:#?}\nno longer refused: {not_found:#?}"
    );
}
