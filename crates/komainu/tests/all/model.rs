//! `init`, `check` and `plan`.

use serde_json::Value;

use crate::harness::{Place, komainu, run, said};

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_pattern_can_be_written_checked_and_compared() {
    let place = Place::new();
    let listed = run(komainu().args(["init", "--list-patterns"]));
    let names: Vec<String> = String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(names, ["cloud-chart", "on-premises", "imaging", "floors", "group-hub"]);
    for name in &names {
        let path = place.path(name);
        assert!(run(komainu().args(["init", "--pattern", name, "--out"]).arg(&path)).status.success());
        let checked = run(komainu().args(["check", "--json"]).arg(&path));
        assert!(checked.status.success(), "{}", said(&checked));
        assert_eq!(json(&checked)["ok"], true);
        let same = run(komainu().args(["plan", "--json"]).arg(&path).arg(&path));
        assert_eq!(json(&same)["opens"], Value::Array(Vec::new()));
    }
    let plan = run(komainu().arg("plan").arg(place.path("cloud-chart")).arg(place.path("imaging")));
    let text = String::from_utf8(plan.stdout).unwrap();
    assert!(text.contains("通るようになります") && text.contains("Closes: "), "{text}");
    let table = run(komainu().args(["plan", "--table"]).arg(place.path("cloud-chart")).arg(place.path("imaging")));
    assert!(String::from_utf8(table.stdout).unwrap().contains("呼ぶ側"));
}

#[test]
fn a_file_is_never_written_over() {
    let place = Place::new();
    let path = place.path("clinic.toml");
    std::fs::write(&path, "mine").unwrap();
    let output = run(komainu().args(["init", "--pattern", "imaging", "--out"]).arg(&path));
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(run(komainu().args(["init", "--pattern", "imagin", "--out", "x"])).status.code(), Some(2));
    assert_eq!(run(komainu().arg("init")).status.code(), Some(2));
}

#[test]
fn a_slip_is_told_with_file_and_line() {
    let place = Place::new();
    let path = place.path("clinic.toml");
    run(komainu().args(["init", "--pattern", "cloud-chart", "--out"]).arg(&path));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("platform = \"openwrt\"", "platform = \"openwtr\"", 1)).unwrap();
    let line = text.lines().position(|line| line.starts_with("platform")).unwrap() + 1;
    for command in ["check", "plan"] {
        let output = run(komainu().arg(command).arg(&path).args((command == "plan").then_some(&path)));
        assert_eq!(output.status.code(), Some(3));
        let said = said(&output);
        assert!(said.contains(&format!("clinic.toml:{line}: ")) && said.contains("\"openwrt\""), "{said}");
    }
    let output = run(komainu().args(["check", "--json"]).arg(&path));
    assert_eq!(json(&output)["problems"][0]["line"], line);
    std::fs::write(&path, text.replacen("ipv4 = \"192.168.10.5\"", "ipv4 = \"192.168.40.5\"", 1)).unwrap();
    let output = run(komainu().args(["check", "--json"]).arg(&path));
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(json(&output)["findings"][0]["code"], "outside-its-zone");
}

#[test]
fn what_is_not_there_is_told() {
    let place = Place::new();
    assert_eq!(run(komainu().arg("check").arg(place.path("none"))).status.code(), Some(4));
    let path = place.path("clinic.toml");
    run(komainu().args(["init", "--pattern", "cloud-chart", "--out"]).arg(&path));
    let output = run(komainu().arg("plan").arg(&path).arg("--state").arg(place.path("state")));
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("Give two files to compare."), "{}", said(&output));
    std::fs::write(&path, b"\xff\xfe").unwrap();
    let output = run(komainu().arg("check").arg(&path));
    assert!(output.status.code() == Some(3) && said(&output).contains("UTF-8"));
}
