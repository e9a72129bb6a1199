use fhir::validate::{Mode, validate};
use fhir::{Resource, json::Json};
use std::path::PathBuf;

#[test]
fn scan() {
    let dir = std::env::var("KOMAINU_FHIR_EXAMPLES").unwrap();
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut n = 0;
    let mut bad = 0;
    for f in files {
        if f.extension().and_then(|e| e.to_str()) != Some("json") {
            continue;
        }
        let name = f.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("package") || name.starts_with(".") || name.starts_with("ig-r4") {
            continue;
        }
        let text = std::fs::read(&f).unwrap();
        n += 1;
        match Resource::parse(&text) {
            Err(e) => {
                bad += 1;
                println!("{name}\tPARSE\t{e}");
            }
            Ok(r) => {
                assert_eq!(Json::parse(&r.to_vec()).unwrap(), Json::Object(r.json().clone()));
                let issues: Vec<_> = validate(&r, Mode::Strict).into_iter().filter(|i| i.is_error()).collect();
                if !issues.is_empty() {
                    bad += 1;
                }
                for i in issues {
                    println!("{name}\t{}\t{}", i.expression, i.diagnostics);
                }
            }
        }
    }
    println!("{n} files, {bad} refused");
}
