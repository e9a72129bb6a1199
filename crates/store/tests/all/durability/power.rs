//! The power goes.
//!
//! A victim's writes and syncs are written down by a library preloaded into it (`shim.c`). Then, for many moments,
//! the disk is made as it may be had the power gone just then: what was synced is there; of what was not, any
//! sectors or none. Acknowledgements are in the same record, so it is known what clients had been told by then.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rand::Rng;
use store::{Config, Vault};
use tempfile::TempDir;

use super::trace::{self, Disk, Luck, Step};
use super::{Ward, check, count, has, parse_acks, random, skip};
use crate::harness::block_on;

const ACKNOWLEDGED_MIN: usize = 300;

#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    if !has("cc") {
        return skip("writing down what a process writes needs a C compiler");
    }
    let ward = Ward::sqlite();
    let steps = record(&ward);
    assert!(steps.iter().any(|step| matches!(step, Step::Sync { .. })));
    let mut random = random();
    let mut moments: Vec<usize> =
        (0..count("KOMAINU_POWER_CUTS", 40)).map(|_| random.random_range(0..=steps.len())).collect();
    moments.sort_unstable();
    let (mut disk, mut done) = (Disk::default(), 0);
    for (cut, moment) in moments.into_iter().enumerate() {
        steps[done..moment].iter().for_each(|step| disk.apply(step));
        done = moment;
        let luck = [Luck::Some, Luck::None, Luck::Some, Luck::All][cut % 4];
        eprintln!("cut {cut} after {moment} of {} steps, {luck:?}", steps.len());
        open_after(&ward, &disk, luck, &mut random);
    }
}

/// A victim's life, until it has acknowledged enough.
fn record(ward: &Ward) -> Vec<Step> {
    let [library, trace] = ["shim.so", "trace"].map(|name| ward.directory.path().join(name));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/durability/shim.c");
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).arg("-ldl").status();
    assert!(built.unwrap().success());
    let line = ward.victim("write");
    let mut victim = Command::new(&line[0])
        .args(&line[1..])
        .env("LD_PRELOAD", &library)
        .env("KOMAINU_TRACE", &trace)
        .env("KOMAINU_TRACE_DIR", ward.data())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    while ward.acknowledged().len() < ACKNOWLEDGED_MIN {
        assert!(victim.try_wait().unwrap().is_none(), "the victim ended by itself");
        thread::sleep(Duration::from_millis(10));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    trace::read(&trace)
}

fn open_after(ward: &Ward, disk: &Disk, luck: Luck, random: &mut impl Rng) {
    let after = TempDir::new().unwrap();
    disk.cut(luck, random, &ward.data(), after.path());
    // Made before the record begins.
    fs::copy(ward.data().join("key.json"), after.path().join("key.json")).unwrap();
    // Clients remember what they were told, whatever the disk does.
    let told = String::from_utf8(disk.seen(&ward.acks)).unwrap();
    let keys = Vault::open(after.path(), None).unwrap();
    block_on(check(Config::directory(after.path(), keys), parse_acks(&told)));
}
