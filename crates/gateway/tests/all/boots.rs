//! At the start of the computer.

use std::fs;

use gateway::{Booted, Error};

use crate::computer::{Computer, model, nft, request, smaller};

fn closed() -> bool {
    let rules = nft(&["list", "ruleset"]);
    rules.matches("policy drop").count() == 3 && rules.matches("accept").count() == 4
}

#[test]
fn the_confirmed_is_loaded_and_what_was_on_trial_is_not() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    computer.gateway.apply(&request(&smaller())).unwrap();
    computer.edit("pending.json", |record| record["boot"] = "another".into());
    nft(&["flush ruleset"]);
    assert!(matches!(computer.gateway.boot(), Ok(Booted::Applied { number: 1 })));
    assert!(computer.agrees());
    assert_eq!(computer.events(), ["applied", "given up"]);
}

#[test]
fn without_records_nothing_passes() {
    let Some(computer) = Computer::new() else { return };
    let Ok(Booted::Closed { why: Error::NothingApplied }) = computer.gateway.boot() else { panic!("not closed") };
    assert!(closed());
    // A first apply that nobody confirms leads back to that, not to an open door.
    computer.gateway.apply(&request(&model())).unwrap();
    assert!(computer.agrees() && !closed());
    computer.gateway.withdraw().unwrap();
    assert!(closed());
    computer.settle(&model());
    assert!(computer.agrees());
}

#[test]
fn where_nothing_was_confirmed_nothing_is_loaded() {
    let Some(computer) = Computer::new() else { return };
    computer.gateway.apply(&request(&model())).unwrap();
    computer.gateway.withdraw().unwrap();
    assert!(matches!(computer.gateway.boot(), Ok(Booted::Nothing)));
    assert_eq!(nft(&["list", "ruleset"]), "");
}

#[test]
fn damaged_records_close_the_gateway() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    for (name, text) in [("history/000001.json", ""), ("pending.json", "{}"), ("open.json", "[")] {
        let kept = fs::read(computer.path(name)).ok();
        fs::write(computer.path(name), text).unwrap();
        nft(&["flush ruleset"]);
        assert!(matches!(computer.gateway.boot(), Ok(Booted::Closed { why: Error::Damaged { .. } })), "{name}");
        assert!(closed(), "{name}");
        match kept {
            Some(kept) => fs::write(computer.path(name), kept).unwrap(),
            None => fs::remove_file(computer.path(name)).unwrap(),
        }
    }
    assert!(matches!(computer.gateway.boot(), Ok(Booted::Applied { .. })));
}

/// A later version may no longer read the file; the rules that were made of it are kept beside it.
#[test]
fn a_file_that_is_no_longer_read_is_loaded_as_it_was() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    let before = nft(&["-s", "list", "ruleset"]);
    computer.edit("history/000001.json", |record| record["model"] = "[later]".into());
    nft(&["flush ruleset"]);
    assert!(matches!(computer.gateway.boot(), Ok(Booted::AsStored { number: 1, why: Error::NotAClinic(_) })));
    assert_eq!(nft(&["-s", "list", "ruleset"]), before);
}
