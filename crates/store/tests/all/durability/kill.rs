//! Killed at any moment.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rand::Rng;

use super::{Ward, check, count, random};
use crate::harness::block_on;

fn kill_loop(ward: &Ward, kills: usize) {
    let mut random = random();
    for _ in 0..kills {
        let before = ward.acknowledged().len();
        let line = ward.victim("write");
        let mut victim = Command::new(&line[0]).args(&line[1..]).stdin(Stdio::null()).spawn().unwrap();
        // Not before it is at work, or most would die while opening.
        while ward.acknowledged().len() == before {
            assert!(victim.try_wait().unwrap().is_none(), "the victim ended by itself");
            thread::sleep(Duration::from_millis(2));
        }
        thread::sleep(Duration::from_micros(random.random_range(0..60_000)));
        victim.kill().unwrap();
        victim.wait().unwrap();
        block_on(check(ward.config(), ward.acknowledged()));
    }
    assert!(ward.acknowledged().len() >= kills);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    kill_loop(&Ward::sqlite(), count("KOMAINU_KILLS", 15));
}

#[test]
fn nothing_acknowledged_is_lost_when_a_hub_is_killed() {
    let Some(ward) = Ward::postgres() else { return };
    kill_loop(&ward, count("KOMAINU_KILLS", 8));
}
