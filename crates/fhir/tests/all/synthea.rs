//! Charts of synthetic patients, made by other people's software: every entry of every bundle is valid.

use std::path::PathBuf;
use std::process::Command;

use fhir::Resource;
use fhir::validate::{Mode, validate};

const ARCHIVE: &str = "data/patients/synthea-r4-120.tar.xz";

fn unpacked() -> Option<PathBuf> {
    let shared = std::env::var_os("KOMAINU_SHARED").map_or_else(|| super::root().join("../shared"), PathBuf::from);
    let archive = shared.join(ARCHIVE);
    if !archive.is_file() {
        println!("skipped: no synthetic patients in {}", archive.display());
        return None;
    }
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("synthea");
    if !dir.join("whole").is_file() {
        std::fs::create_dir_all(&dir).unwrap();
        assert!(Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(&dir).status().unwrap().success());
        std::fs::write(dir.join("whole"), "").unwrap();
    }
    Some(dir)
}

#[test]
fn every_entry_is_valid() {
    let Some(dir) = unpacked() else { return };
    let bundles: Vec<PathBuf> =
        super::files(&dir).into_iter().filter(|file| file.extension().is_some_and(|end| end == "json")).collect();
    let mut entries = 0;
    for file in &bundles {
        let bundle = Resource::parse(&std::fs::read(file).unwrap()).unwrap();
        entries += bundle.json().get("entry").map_or(0, |entries| entries.items().len());
        let errors: Vec<_> = validate(&bundle, Mode::Strict).into_iter().filter(|issue| issue.is_error()).collect();
        assert_eq!(errors, [], "{}", file.display());
    }
    println!("{} bundles, {entries} entries", bundles.len());
    assert!(entries > 1000, "only {entries} entries: the archive is not whole");
}
