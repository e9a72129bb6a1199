//! What the command line refuses, with which code and which words.

use std::process::Output;

use crate::harness::{Place, komainu, run, said};

/// The exit code, after checking that the words tell what happened in both languages.
fn code(output: &Output) -> i32 {
    let said = said(output);
    assert!(said.contains("エラー: ") && said.contains("\nerror: "), "{said}");
    output.status.code().unwrap()
}

#[test]
fn a_first_start_without_a_password_or_key_makes_nothing() {
    let place = Place::new();
    let without_all = run(&mut place.start());
    assert_eq!(code(&without_all), 2);
    let without_key =
        run(place.start().args(["--clinic", "x", "--admin-password-file"]).arg(place.secret("pw", "tori-ga-3wa-niwa")));
    assert_eq!(code(&without_key), 2);
    assert!(said(&without_key).contains("--key-file"), "says what to do");
    let weak = run(place.start().args(["--clinic", "x", "--admin-password-file"]).arg(place.secret("weak", "admin")));
    assert_eq!(code(&weak), 3);
    assert!(!place.data().join("key.json").exists() && !place.data().join("komainu.db").exists());
}

#[test]
fn secrets_that_others_can_read_are_not_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let password = place.secret("pw", "tori-ga-3wa-niwa");
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = run(place.start().args(["--clinic", "x", "--admin-password-file"]).arg(password));
    assert_eq!(code(&output), 3);
    assert!(said(&output).contains("chmod 600"));
}

#[test]
fn a_directory_in_use_is_refused_and_told_by_whom() {
    let place = Place::new();
    let server = place.run(place.first_start(), "");
    for command in [&mut place.start(), komainu().args(["token", "create", "--data"]).arg(place.data())] {
        let output = run(command);
        assert_eq!(code(&output), 5);
        assert!(said(&output).contains(&server.pid().to_string()), "{}", said(&output));
    }
    assert_eq!(server.stop("-TERM"), Some(0));
}

#[test]
fn encryption_is_left_out_on_this_machine_only() {
    let place = Place::new();
    let output = run(komainu().args(["serve", "--plain-http", "--listen", "0.0.0.0:0", "--data"]).arg(place.data()));
    assert_eq!(code(&output), 2);
    assert!(!place.data().exists());
}

#[test]
fn a_key_that_is_gone_is_asked_for() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-INT");
    std::fs::rename(place.path("key"), place.path("elsewhere")).unwrap();
    let output = run(&mut place.start());
    assert_eq!(code(&output), 4);
    std::fs::rename(place.path("elsewhere"), place.path("key")).unwrap();
    assert_eq!(place.run(place.start(), "").stop("-TERM"), Some(0));
}

#[test]
fn a_passphrase_seals_as_well_as_a_key_file() {
    let place = Place::new();
    let mut short = place.start();
    short.args(["--clinic", "x", "--admin-password-file"]).arg(place.secret("pw", "tori-ga-3wa-niwa"));
    assert_eq!(code(&run(short.arg("--passphrase-file").arg(place.secret("short", "狛犬")))), 3);
    let passphrase = place.secret("passphrase", "狛犬は二匹とも門にいる\n");
    let mut first = place.start();
    first.args(["--clinic", "x", "--admin-password-file"]).arg(place.secret("pw", "tori-ga-3wa-niwa"));
    first.arg("--passphrase-file").arg(&passphrase);
    place.run(first, "").stop("-TERM");
    assert_eq!(code(&run(&mut place.start())), 2, "nobody is there to type it");
    let wrong = place.secret("wrong", "狛犬は一匹だけ門にいる");
    assert_eq!(code(&run(place.start().arg("--passphrase-file").arg(wrong))), 6);
    let mut again = place.start();
    again.arg("--passphrase-file").arg(passphrase);
    assert_eq!(place.run(again, "").stop("-TERM"), Some(0));
}

#[test]
fn commands_say_where_there_is_nothing() {
    let place = Place::new();
    for command in [["token", "create"], ["audit", "verify"]] {
        assert_eq!(code(&run(komainu().args(command).arg("--data").arg(place.data()))), 4);
    }
    let output = run(komainu().arg("import").arg(place.path("none.ndjson")).arg("--data").arg(place.data()));
    assert_eq!(code(&output), 4);
    assert!(!place.data().exists(), "looking made nothing");
}

#[test]
fn a_hubs_address_holds_no_password() {
    let place = Place::new();
    let url = "postgres://komainu:secret@127.0.0.1/komainu";
    let output = run(komainu().args(["hub", "--database", url, "--data"]).arg(place.data()));
    assert_eq!(code(&output), 2);
    assert!(!said(&output).contains("secret"));
}

#[test]
fn the_log_of_audit_events_is_verified() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    let output = run(komainu().args(["audit", "verify", "--json", "--data"]).arg(place.data()));
    assert!(output.status.success(), "{}", said(&output));
    let verified: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(verified["ok"].as_bool().unwrap() && verified["events"].as_u64().unwrap() > 0, "{verified}");
}

#[test]
fn a_server_goes_by_the_names_it_was_given_once() {
    let place = Place::new();
    let mut first = place.first_start();
    first.args(["--name", "Karte.local", "--name", "192.168.1.10"]);
    place.run(first, "").stop("-TERM");
    let server = place.run(place.start(), "");
    for (host, status) in [("karte.local", 200), ("192.168.1.10:8443", 200), ("evil.example", 421)] {
        let answer = server.client.send("GET", "/api/health", &[("host", host)], "").unwrap();
        assert_eq!(answer.status, status, "{host}");
    }
    server.stop("-TERM");
    let mut foreign = place.start();
    let output = run(foreign.args(["--name", "karte.example.jp"]));
    assert_eq!(code(&output), 3);
    assert!(said(&output).contains("--new-authority"));
}
