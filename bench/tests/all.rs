//! The whole of a comparison, small, against the real server.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on should stop, and says so")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// The server that `cargo test --workspace` builds beside the tests, or the one that is named.
fn komainu() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_BIN_EXE_bench")).with_file_name("komainu");
    let program = std::env::var_os("KOMAINU_BIN").map_or(beside, PathBuf::from);
    if program.is_file() {
        return Some(program);
    }
    println!("skipped: no {}; `cargo build -p komainu` makes it", program.display());
    None
}

fn bench(program: &Path, folder: &Path, args: &[&str]) -> Output {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    bench.args(args).args(["--seconds", "0.05", "--komainu"]).arg(program);
    bench.arg("--folder").arg(folder.join("work")).arg("--out").arg(folder.join("out.json"));
    bench.output().unwrap()
}

fn results(folder: &Path, output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&std::fs::read(folder.join("out.json")).unwrap()).unwrap()
}

/// One patient with an encounter and two measurements, as a transaction.
fn bundle(number: usize) -> Value {
    let entry = |id: &str, resource: Value| {
        let resource_type = resource["resourceType"].clone();
        json!({"fullUrl": format!("urn:uuid:{id}"), "resource": resource,
            "request": {"method": "POST", "url": resource_type}})
    };
    let patient = "6fdd2a0c-1a0b-4a42-9a59-000000000001";
    let encounter = "6fdd2a0c-1a0b-4a42-9a59-000000000002";
    let subject = json!({"reference": format!("urn:uuid:{patient}")});
    let measured = |day: &str| {
        json!({"resourceType": "Observation", "status": "final", "subject": subject, "effectiveDateTime": day,
            "encounter": {"reference": format!("urn:uuid:{encounter}")},
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "valueQuantity": {"value": 61.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}})
    };
    json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        entry(patient, json!({"resourceType": "Patient", "birthDate": "1958-04-05",
            "identifier": [{"system": "urn:oid:1.2.3", "value": format!("{number}")}],
            "name": [{"family": "山田", "given": ["太郎"]}]})),
        entry(encounter, json!({"resourceType": "Encounter", "status": "finished", "subject": subject,
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}})),
        entry("6fdd2a0c-1a0b-4a42-9a59-000000000003", measured("2025-01-06T10:00:00+09:00")),
        entry("6fdd2a0c-1a0b-4a42-9a59-000000000004", measured("2026-01-06T10:00:00+09:00")),
    ]})
}

#[test]
fn every_figure_is_measured_and_nothing_is_refused() {
    let Some(program) = komainu() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    for number in 0..5 {
        std::fs::write(data.join(format!("{number}.json")), bundle(number).to_string()).unwrap();
    }
    let output = bench(&program, folder.path(), &["compare", "--copies", "2", "--data", data.to_str().unwrap()]);
    let results = results(folder.path(), &output);
    let ours = &results["sides"][0];
    assert_eq!((&results["resources"], &ours["name"]), (&json!(40), &json!("komainu")));
    assert!(ours["bytes_per_resource"].as_f64().unwrap() > 0.0 && ours["start_s"].as_f64().unwrap() > 0.0);
    for asked in ours["asked"].as_array().unwrap() {
        assert_eq!(asked["refused"], Value::Null, "{asked}");
        assert!(asked["found"].as_u64().unwrap() > 0, "{asked}");
        for clients in ["1", "8"] {
            assert_eq!(asked["clients"][clients]["refused"], 0, "{asked}");
            assert!(asked["clients"][clients]["requests"].as_u64().unwrap() > 0, "{asked}");
        }
    }
}

#[test]
fn each_screen_is_measured_with_few_and_more_patients() {
    let Some(program) = komainu() else { return };
    let folder = tempfile::tempdir().unwrap();
    let output = bench(&program, folder.path(), &["scale", "--patients", "5,20"]);
    let results = results(folder.path(), &output);
    for (measured, patients) in results.as_array().unwrap().iter().zip([5, 20]) {
        assert_eq!(measured["patients"], patients);
        assert!(measured["resources"].as_u64().unwrap() > patients);
        for (title, figure) in measured["figures"].as_object().unwrap() {
            assert_eq!(figure["refused"], 0, "{title}: {figure}");
        }
    }
}

#[test]
fn an_unknown_figure_is_refused_with_the_names_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let output = bench(Path::new("none"), folder.path(), &["compare", "--data", ".", "--only", "nothing"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("nothing") && said.contains("read-patient"), "{said}");
}
