//! What a killed process, a full disk or a hand may have left in the directory.

use std::fs;
use std::os::unix::fs::MetadataExt;

use gateway::{Because, Error, What, write_whole};

use crate::computer::{Computer, model, nft, request, smaller};

#[test]
fn a_file_is_there_whole_or_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("record");
    write_whole(&path, b"one", 0o600).unwrap();
    // What an earlier write left beside it is no obstacle.
    fs::write(dir.path().join("record.new"), b"half").unwrap();
    write_whole(&path, b"two", 0o600).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    assert!(write_whole(&dir.path().join("absent/record"), b"x", 0o600).is_err());
}

#[test]
fn records_are_for_their_owner_only() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    computer.gateway.apply(&request(&smaller())).unwrap();
    for name in ["history/000001.json", "pending.json", "lock"] {
        assert_eq!(fs::metadata(computer.path(name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
    for name in ["", "history"] {
        assert_eq!(fs::metadata(computer.path(name)).unwrap().mode() & 0o777, 0o700, "{name}");
    }
}

#[test]
fn nothing_is_made_by_looking() {
    let Some(computer) = Computer::new() else { return };
    assert!(computer.gateway.status().unwrap().current.is_none());
    assert!(computer.gateway.history().unwrap().is_empty());
    assert!(matches!(computer.gateway.drift(), Err(Error::NothingApplied)));
    assert!(matches!(computer.gateway.confirm("院長"), Err(Error::NothingApplied)));
    assert!(!computer.path("").exists());
}

/// Killed after the record was written, before the rules were proven.
#[test]
fn an_unproven_trial_is_given_up_by_whoever_comes_next() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    computer.gateway.apply(&request(&smaller())).unwrap();
    computer.edit("pending.json", |record| record["proven"] = false.into());
    assert!(computer.gateway.status().unwrap().trial.is_none());
    assert!(computer.agrees());
    let last = computer.gateway.history().unwrap().pop().unwrap();
    assert!(matches!(last.what, What::GivenUp { because: Because::Interrupted, .. }));
    assert_eq!((last.who.as_str(), last.why.as_str()), ("院長", "試す"));
}

/// Killed after the event was written, before the kernel was told.
#[test]
fn a_decided_trial_is_loaded_by_whoever_comes_next() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    computer.gateway.apply(&request(&smaller())).unwrap();
    let pending = fs::read(computer.path("pending.json")).unwrap();
    computer.gateway.confirm("院長").unwrap();
    fs::write(computer.path("pending.json"), pending).unwrap();
    nft(&["flush ruleset"]);
    assert!(computer.agrees());
    assert!(!computer.path("pending.json").exists());
    assert_eq!(computer.events(), ["applied", "applied"]);
}

#[test]
fn time_that_is_over_ends_a_trial_and_so_does_another_start() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    for (key, value) in [("deadline_ms", 1.into()), ("boot", "another".into())] {
        computer.gateway.apply(&request(&smaller())).unwrap();
        computer.edit("pending.json", |record| record[key] = value);
        assert!(matches!(computer.gateway.confirm("院長"), Err(Error::NothingOnTrial)));
        assert!(computer.agrees());
    }
    assert_eq!(computer.events(), ["applied", "given up", "given up"]);
}

#[test]
fn what_is_not_a_record_is_passed_over_and_what_is_damaged_is_told() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    fs::write(computer.path("history/000002.json.new"), "{").unwrap();
    fs::write(computer.path("history/notes.txt"), "mine").unwrap();
    assert_eq!(computer.events(), ["applied"]);
    fs::write(computer.path("history/000002.json"), "{").unwrap();
    assert!(matches!(computer.gateway.status(), Err(Error::Damaged { path, .. }) if path.ends_with("000002.json")));
    fs::remove_file(computer.path("history/000002.json")).unwrap();
    computer.gateway.apply(&request(&smaller())).unwrap();
    computer.edit("pending.json", |record| record["more"] = 1.into());
    assert!(matches!(computer.gateway.status(), Err(Error::Damaged { .. })));
}
