//! A hub: the same server over PostgreSQL.
//!
//! Needs a server that `KOMAINU_TEST_POSTGRES` names (`cargo xtask test` starts one), and psql.

use std::process::Command;

use crate::harness::{Place, komainu, run, said};

#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
/// A new database with a role of its own, whose name is its password.
fn database() -> Option<(String, String)> {
    let Ok(admin) = std::env::var("KOMAINU_TEST_POSTGRES") else {
        eprintln!("skipping the hub: KOMAINU_TEST_POSTGRES names no PostgreSQL");
        return None;
    };
    let name = format!("komainu_hub_{}", std::process::id());
    for sql in [
        format!("CREATE ROLE {name} LOGIN PASSWORD '{name}' NOSUPERUSER"),
        format!("CREATE DATABASE {name} OWNER {name}"),
    ] {
        let made = Command::new("psql").args(["-q", "-X", &admin, "-c", &sql]).output().expect("psql");
        assert!(made.status.success(), "{}", said(&made));
    }
    let place = admin.split_once('@').unwrap().1.split_once('/').unwrap().0;
    Some((format!("postgres://{name}@{place}/{name}"), name))
}

#[test]
fn a_hub_serves_and_every_command_finds_its_database() {
    let Some((url, password)) = database() else { return };
    let place = Place::new();
    let mut first = komainu();
    first.args(["hub", "--listen", "127.0.0.1:0", "--clinic", "x", "--database", &url, "--data"]).arg(place.data());
    first.arg("--database-password-file").arg(place.secret("database-password", &password));
    first.arg("--admin-password-file").arg(place.secret("password", crate::harness::PASSWORD));
    first.arg("--key-file").arg(place.path("key"));
    assert_eq!(place.run(first, "").stop("-TERM"), Some(0));
    let token = place.token("system/*.cruds");
    let server = place.run(place.start(), &token);
    let headers = [("content-type", "application/fhir+json")];
    let put = server.client.send("PUT", "/fhir/Patient/h1", &headers, r#"{"resourceType":"Patient","id":"h1"}"#);
    assert_eq!(put.unwrap().status, 201);
    server.kill();
    let server = place.run(place.start(), &token);
    assert_eq!(server.client.get("/fhir/Patient/h1").status, 200);
    assert_eq!(server.stop("-TERM"), Some(0));
    let verified = run(komainu().args(["audit", "verify", "--data"]).arg(place.data()));
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(!place.log().contains(&format!(":{password}@")), "the password is not in the log");
    assert!(!place.data().join("komainu.db").exists());
}
