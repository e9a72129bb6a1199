//! The watch.

use std::sync::mpsc;
use std::time::Duration;

use gateway::Event;

use crate::computer::{Computer, model, nft, request, smaller};

/// Runs the watch until it has told of something, or for a moment.
fn look(computer: &Computer) -> Vec<Event> {
    let (sender, stop) = mpsc::channel();
    let mut events = Vec::new();
    let timer = std::thread::spawn({
        let sender = sender.clone();
        move || {
            std::thread::sleep(Duration::from_millis(300));
            let _gone = sender.send(());
        }
    });
    computer.gateway.watch(&stop, |event| events.push(event));
    timer.join().unwrap();
    events
}

#[test]
fn the_first_look_loads_what_should_be() {
    let Some(computer) = Computer::new() else { return };
    assert!(matches!(look(&computer).as_slice(), [Event::Failed(gateway::Error::NothingApplied)]));
    computer.settle(&model());
    nft(&["flush ruleset"]);
    assert!(matches!(look(&computer).as_slice(), [Event::Loaded]));
    assert!(computer.agrees());
}

#[test]
fn it_keeps_a_trial_on_trial_and_ends_one_whose_time_is_over() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    computer.gateway.apply(&request(&smaller())).unwrap();
    look(&computer);
    assert!(nft(&["list", "tables"]).contains("komainu_trial") && computer.agrees());
    computer.edit("pending.json", |record| record["deadline_ms"] = 1.into());
    look(&computer);
    assert_eq!(nft(&["list", "tables"]).trim(), "table inet komainu");
    assert_eq!(computer.events(), ["applied", "given up"]);
}

#[test]
fn nobody_who_could_stop_it_is_a_stop() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    let (sender, stop) = mpsc::channel();
    drop(sender);
    let mut looks = 0;
    computer.gateway.watch(&stop, |_| looks += 1);
    assert_eq!(looks, 1);
}
