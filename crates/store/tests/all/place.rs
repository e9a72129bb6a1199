//! The data directory: encrypted, bound to its key, and aware of being copied.

use std::fs;

use store::{Config, Expect, Keys, Kind, Location, Store, StoreError};

use crate::harness::{Place, block_on, get, patient, put};

async fn next_version(config: Config, id: &str) -> clinic::VersionId {
    let store = Store::open(config).unwrap();
    put(&store, patient(id, "佐藤"), Kind::Create, Expect::Any).await.unwrap().version
}

#[test]
fn nothing_readable_is_on_the_disk() {
    let place = Place::sqlite();
    block_on(async {
        let store = Store::open(place.config()).unwrap();
        for number in 0..200 {
            put(&store, patient(&format!("canary-{number}"), "ZZCANARY"), Kind::Create, Expect::Absent).await.unwrap();
        }
        for entry in fs::read_dir(place.path()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            for word in [&b"canary"[..], b"ZZCANARY", b"Patient", b"SQLite format"] {
                assert!(!bytes.windows(word.len()).any(|window| window == word));
            }
        }
    });
}

#[test]
fn another_key_opens_nothing() {
    let place = Place::sqlite();
    block_on(next_version(place.config(), "a"));
    let stranger = Config { keys: Keys::random().unwrap(), ..place.config() };
    assert_eq!(Store::open(stranger).err(), Some(StoreError::WrongKey));
    block_on(async {
        assert!(get(&Store::open(place.config()).unwrap(), "Patient", "a").await.unwrap().is_some());
    });
}

#[test]
fn a_restart_goes_on_counting() {
    let place = Place::sqlite();
    let first = block_on(next_version(place.config(), "a"));
    let second = block_on(next_version(place.config(), "b"));
    assert_eq!((second.origin, second.seq), (first.origin, first.seq + 1));
}

#[test]
fn a_copied_directory_begins_a_new_epoch() {
    let place = Place::sqlite();
    let first = block_on(next_version(place.config(), "a"));
    let copy = tempfile::TempDir::new().unwrap();
    for entry in fs::read_dir(place.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let copied = Config { location: Location::Directory(copy.path().to_owned()), ..place.config() };
    let there = block_on(next_version(copied, "b"));
    let here = block_on(next_version(place.config(), "b"));
    assert_eq!((there.origin.epoch, there.seq), (2, 1));
    assert_eq!((here.origin, here.seq), (first.origin, 2));
}

#[test]
fn two_restores_of_one_backup_give_out_different_names() {
    let place = Place::sqlite();
    block_on(next_version(place.config(), "a"));
    let database = place.path().join("komainu.db");
    let backup = fs::read(&database).unwrap();
    let mut names = vec![block_on(next_version(place.config(), "b"))];
    for _ in 0..2 {
        // Written over in place, so that the file is the same one and only its content is older.
        fs::write(&database, &backup).unwrap();
        // A log that was left there (nobody empties it when two connections close at once) belongs to the file
        // that is gone; SQLite would play it over the one put back.
        for log in ["komainu.db-wal", "komainu.db-shm"] {
            let _absent = fs::remove_file(place.path().join(log));
        }
        names.push(block_on(next_version(place.config(), "b")));
    }
    assert_eq!(names.iter().map(|name| name.origin.epoch).collect::<Vec<_>>(), [1, 2, 2]);
    assert_ne!(names[1].origin, names[2].origin);
}
