//! `wifi evaluate`, `wifi place` and `wifi map`.

use std::path::PathBuf;

use serde_json::Value;

use crate::harness::{Place, komainu, run, said};

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

fn clinic(place: &Place) -> PathBuf {
    let path = place.path("clinic.toml");
    assert!(run(komainu().args(["init", "--pattern", "cloud-chart", "--out"]).arg(&path)).status.success());
    path
}

#[test]
fn access_points_for_a_declared_clinic_are_proposed_within_the_rules() {
    let place = Place::new();
    let output = run(komainu().args(["wifi", "place", "--json", "--roaming", "all"]).arg(clinic(&place)));
    let answer = json(&output);
    let (count, least) = (answer["count"].as_u64().unwrap(), answer["least"].as_u64().unwrap());
    assert!(count >= 2 && least <= count && answer["gap"] == count - least, "{answer}");
    for ap in answer["aps"].as_array().unwrap() {
        assert!(ap["eirp_dbm"].as_f64() <= ap["eirp_most_dbm"].as_f64(), "{ap}");
        // The file counts downwards from the corner of the plan.
        assert!(ap["x_m"].as_f64() > Some(0.0) && ap["y_m"].as_f64() > Some(0.0), "{ap}");
    }
    for room in answer["rooms"].as_array().unwrap() {
        assert!(room["meets"].as_f64() > Some(0.79) && room["out_of_reach"] == 0, "{room}");
    }
    let words = run(komainu().args(["wifi", "place"]).arg(place.path("clinic.toml")));
    assert!(
        said(&words).contains("アクセスポイント")
            || String::from_utf8_lossy(&words.stdout).contains("アクセスポイント")
    );
    let unknown = run(komainu().args(["wifi", "place", "--roaming", "屋上"]).arg(place.path("clinic.toml")));
    assert_eq!(unknown.status.code(), Some(4), "{}", said(&unknown));
    let floor = run(komainu().args(["wifi", "place", "--floor", "attic"]).arg(place.path("clinic.toml")));
    assert_eq!(floor.status.code(), Some(4), "{}", said(&floor));
}

#[test]
fn a_map_is_written_for_a_clinic_and_for_a_drawing() {
    let place = Place::new();
    let (out, path) = (place.path("map.svg"), clinic(&place));
    for show in ["level", "probability"] {
        let output = run(komainu().args(["wifi", "map", "--show", show, "--out"]).arg(&out).arg(&path));
        assert!(output.status.success(), "{}", said(&output));
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.starts_with("<svg"), "{text}");
        assert!(text.ends_with("</svg>\n"), "{text}");
    }
    let (lines, aps) = (place.path("lines.csv"), place.path("aps.csv"));
    std::fs::write(&lines, "class,x1,y1,x2,y2\nwall,0,0,20,0\nwall,0,0,0,15\n").unwrap();
    std::fs::write(&aps, "ap_id,band,freq_mhz,x,y\na,5,5180,10,7\n").unwrap();
    let drawn = |more: &[&str]| {
        run(komainu()
            .args(["wifi", "map", "--out"])
            .arg(&out)
            .arg("--lines")
            .arg(&lines)
            .arg("--aps")
            .arg(&aps)
            .args(more))
    };
    assert!(drawn(&[]).status.success());
    assert_eq!(drawn(&["--band", "6"]).status.code(), Some(3));
    assert_eq!(drawn(&["--cell", "0.0001"]).status.code(), Some(3));
    std::fs::write(&lines, "class,x1,y1,x2,y2\nwall,0,0,NaN,0\n").unwrap();
    let bad = drawn(&[]);
    assert!(bad.status.code() == Some(3) && said(&bad).contains("line 2, column \"x2\""), "{}", said(&bad));
}

#[test]
fn an_evaluation_names_its_figures_and_refuses_what_cannot_be() {
    let place = Place::new();
    let write = |name: &str, text: &str| {
        let path = place.path(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let reading = |i: i32| format!("{},{},p,{}\n", i % 7, i / 7, -40 - i % 13);
    let rows: String = (0..40).map(reading).collect();
    let rows: String = rows.lines().map(|row| format!("{row},a,5\n")).collect();
    let readings = format!("x,y,phone,rssi_dbm,ap_id,band\n{rows}");
    let lines = write("lines.csv", "class,x1,y1,x2,y2\nwall,3,0,3,6\nwall,0,0,8,8\n");
    let aps = write("aps.csv", "ap_id,band,freq_mhz,x,y\na,5,5180,1,1\n");
    let train = write("train.csv", &readings);
    let ask = |test: &PathBuf| {
        let mut command = komainu();
        command.args(["wifi", "evaluate", "--json", "--band", "5", "--leave-ap-out", "false"]);
        for (name, path) in [("--lines", &lines), ("--aps", &aps), ("--train", &train), ("--test", test)] {
            command.arg(name).arg(path);
        }
        run(&mut command)
    };
    let answer = json(&ask(&train));
    for name in ["rmse_db", "bias_db", "interval_90", "pass_fail", "pass_fail_with_silent"] {
        assert!(answer[name].is_f64(), "{name}: {answer}");
    }
    assert!(answer["fitted"]["parameters"]["noise_db"].is_f64() && answer["never_surveyed"].is_null(), "{answer}");
    let bad = ask(&write("test.csv", &readings.replacen(",-40,", ",30,", 1)));
    assert!(bad.status.code() == Some(3) && said(&bad).contains("30 is no received level"), "{}", said(&bad));
}
