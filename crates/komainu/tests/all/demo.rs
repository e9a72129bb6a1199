//! The demonstration, as a person and as a script see it.

use crate::harness::{Place, run, said};

#[test]
fn a_demonstration_opens_to_people_and_programs_and_survives_a_kill() {
    let place = Place::new();
    let demo = place.run(place.demo(3), "");
    let users = demo.ready["users"].as_array().unwrap().clone();
    let doctor = users.iter().find(|u| u["duties"][0] == "doctor").unwrap();
    let body = serde_json::json!({ "user": doctor["user"], "password": doctor["password"] });
    let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
    let entered = demo.client.stranger().send("POST", "/api/session", &headers, &body.to_string()).unwrap();
    assert_eq!((entered.status, &entered.json()["name"]), (200, &doctor["name"]));
    assert!(entered.headers.contains("Sensitive") || !entered.headers.contains("__Host-komainu=;"));
    assert_eq!(demo.client.stranger().get("/fhir/Patient/p000001").status, 401);
    let chart = demo.client.get("/fhir/Patient/p000001");
    assert_eq!((chart.status, chart.json()["id"].as_str()), (200, Some("p000001")));
    let token = demo.ready["token"].as_str().unwrap().to_owned();
    demo.kill();

    let again = place.run(place.start(), &token);
    assert_eq!(again.client.get("/fhir/Patient/p000001").json(), chart.json(), "nothing changed");
    assert_eq!(again.stop("-TERM"), Some(0));
}

#[test]
fn a_second_demonstration_in_the_same_place_is_the_same_clinic_with_new_passwords() {
    let place = Place::new();
    let first = place.run(place.demo(2), "");
    let (patient, users) = (first.client.get("/fhir/Patient/p000000").json(), first.ready["users"].clone());
    assert_eq!(first.stop("-INT"), Some(0));
    let second = place.run(place.demo(2), "");
    assert_eq!(second.client.get("/fhir/Patient/p000000").json(), patient);
    assert_ne!(second.ready["users"][0]["password"], users[0]["password"]);
    second.stop("-INT");
    let other = run(&mut place.demo(3));
    assert_eq!(other.status.code(), Some(3), "{}", said(&other));
}

#[test]
fn real_data_is_never_taken_for_a_demonstration() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    let output = run(&mut place.demo(1));
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
}

#[test]
fn the_ready_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let demo = place.run(place.demo(0), "");
    for name in ["ready.json", "data"] {
        let mode = std::fs::metadata(place.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
    demo.stop("-INT");
}
