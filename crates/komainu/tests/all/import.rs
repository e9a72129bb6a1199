//! Importing, into a directory and over the network.

use std::fs;

use serde_json::Value;

use crate::harness::{Place, komainu, run, said};

const LINES: &str = concat!(
    r#"{"resourceType":"Patient","id":"i1","birthDate":"1958-04-05"}"#,
    "\n\n",
    r#"{"resourceType":"Patient","id":"i2","birthDate":"1958-04-06"}"#,
    "\n",
    r#"{"resourceType":"Pet","id":"i3"}"#,
    "\n",
);

fn report(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

#[test]
fn lines_are_imported_once_and_what_was_refused_is_told() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    fs::write(place.path("a.ndjson"), LINES).unwrap();
    let import =
        || run(komainu().arg("import").arg(place.path("a.ndjson")).args(["--json", "--data"]).arg(place.data()));
    let first = import();
    assert_eq!(first.status.code(), Some(8), "{}", said(&first));
    let told = report(&first);
    assert_eq!((&told["written"], &told["refused"]), (&2.into(), &1.into()), "{told}");
    assert_eq!(told["files"][0]["bad"][0]["place"], "line 4");
    fs::write(place.path("a.ndjson"), LINES.replace(r#"{"resourceType":"Pet","id":"i3"}"#, "")).unwrap();
    let second = import();
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    assert_eq!((&report(&second)["written"], &report(&second)["existing"]), (&0.into(), &2.into()));
}

#[test]
fn a_running_server_imports_over_the_network() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    let token = place.token("system/*.cruds");
    let server = place.run(place.start(), &token);
    fs::write(place.path("a.ndjson"), LINES).unwrap();
    fs::write(place.path("ca.pem"), server.ready["ca_pem"].as_str().unwrap()).unwrap();
    let remote = |token: &str, ca: bool| {
        let mut command = komainu();
        command.arg("import").arg(place.path("a.ndjson")).args([
            "--json",
            "--url",
            server.ready["url"].as_str().unwrap(),
        ]);
        command.arg("--token-file").arg(place.secret("token", token));
        if ca {
            command.arg("--ca").arg(place.path("ca.pem"));
        }
        run(&mut command)
    };
    let done = remote(&token, true);
    assert_eq!(done.status.code(), Some(8), "{}", said(&done));
    assert_eq!((&report(&done)["written"], &report(&done)["refused"]), (&2.into(), &1.into()));
    assert_eq!(server.client.get("/fhir/Patient/i2").json()["birthDate"], "1958-04-06");
    assert_eq!(remote("komainu_wrong", true).status.code(), Some(6));
    assert_eq!(remote(&token, false).status.code(), Some(7), "an authority nobody vouches for");
    server.stop("-TERM");
}

#[test]
fn a_token_never_travels_in_the_clear() {
    let place = Place::new();
    fs::write(place.path("a.ndjson"), LINES).unwrap();
    let output = run(komainu()
        .arg("import")
        .arg(place.path("a.ndjson"))
        .args(["--url", "http://192.0.2.1", "--token-file"])
        .arg(place.secret("token", "komainu_x")));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

const LIST: &str =
    "患者番号,氏名,フリガナ,生年月日,性別\n1001,佐藤 健,サトウ ケン,S33.4.5,男\n1002,鈴木 花,スズキ ハナ,H元.1.8,女\n";

#[test]
fn a_list_of_patients_becomes_the_same_patients_whichever_way_it_comes() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    let token = place.token("system/*.cruds");
    fs::write(place.path("list.csv"), LIST).unwrap();
    let local = run(komainu().arg("import").arg(place.path("list.csv")).args(["--json", "--data"]).arg(place.data()));
    assert_eq!(report(&local)["written"], 2, "{}", said(&local));
    let server = place.run(place.start(), &token);
    fs::write(place.path("ca.pem"), server.ready["ca_pem"].as_str().unwrap()).unwrap();
    let remote = run(komainu()
        .arg("import")
        .arg(place.path("list.csv"))
        .args(["--json", "--url", server.ready["url"].as_str().unwrap(), "--token-file"])
        .arg(place.secret("token", &token))
        .arg("--ca")
        .arg(place.path("ca.pem")));
    assert_eq!(
        (&report(&remote)["written"], &report(&remote)["existing"]),
        (&0.into(), &2.into()),
        "{}",
        said(&remote)
    );
    let found = server.client.get("/fhir/Patient?birthdate=1958-04-05");
    assert_eq!(found.json()["entry"].as_array().map(Vec::len), Some(1), "{}", found.body);
    server.stop("-TERM");
}

#[test]
fn a_bundle_is_imported_whole_or_not_at_all() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    let token = place.token("system/*.cruds");
    let entry = |resource: Value| serde_json::json!({ "resource": resource });
    let patient = serde_json::json!({ "resourceType": "Patient", "id": "b1" });
    let pet = serde_json::json!({ "resourceType": "Pet", "id": "b2" });
    let bundle =
        |entries: &[Value]| serde_json::json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    let import = |bundle: Value| {
        fs::write(place.path("bundle.json"), bundle.to_string()).unwrap();
        run(komainu().arg("import").arg(place.path("bundle.json")).args(["--json", "--data"]).arg(place.data()))
    };
    let half = import(bundle(&[entry(patient.clone()), entry(pet)]));
    assert_eq!((half.status.code(), &report(&half)["written"]), (Some(8), &0.into()), "{}", said(&half));
    let whole = import(bundle(&[entry(patient)]));
    assert_eq!((whole.status.code(), &report(&whole)["written"]), (Some(0), &1.into()), "{}", said(&whole));
    let server = place.run(place.start(), &token);
    assert_eq!(server.client.get("/fhir/Patient/b1").status, 200);
    server.stop("-TERM");
}
