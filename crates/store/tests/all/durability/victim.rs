//! Writes until it is killed, meets an I/O error or has no room: the victim of `tests/all/durability`.
//!
//! `victim MODE DIRECTORY ACKS [URL]` opens the store there and appends a line to the file ACKS for every write that
//! was acknowledged, `Patient ID VERSION`, after the acknowledgement and never before.
#![expect(
    clippy::unwrap_used,
    clippy::exit,
    clippy::disallowed_methods,
    reason = "the victim of tests: whatever is unexpected should show"
)]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use access::{Action, Actor, decide};
use audit::{Event, Outcome};
use fhir::Resource;
use store::{Config, Draft, Expect, Kind, Store, StoreError, Stored, Vault};

/// Told apart from any other end by the tests.
const STOPPED: i32 = 74;
const CLIENTS: u64 = 8;
const BALLAST: &str = "ballast";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, directory, acks, url @ ..] = arguments.as_slice() else { panic!("MODE DIRECTORY ACKS [URL]") };
    let (directory, acks) = (PathBuf::from(directory), open(Path::new(acks)));
    let keys = Vault::open(&directory, None).unwrap();
    let config = match url {
        [] => Config::directory(&directory, keys),
        [url, ..] => Config::postgres(url, &directory, keys),
    };
    let config = Config { readers: 2, ..config };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        match mode.as_str() {
            "write" => until_stopped(config, acks).await,
            "lost" => until_lost(config, acks, false).await,
            "failing" => until_lost(config, acks, true).await,
            "fill" => until_full(config, acks, &directory, !url.is_empty()).await,
            other => panic!("no mode {other}"),
        }
    });
}

fn open(acks: &Path) -> Arc<File> {
    Arc::new(OpenOptions::new().append(true).create(true).open(acks).unwrap())
}

/// Writes from several sides at once, so that commits are shared. Ends only when the store has stopped.
async fn until_stopped(config: Config, acks: Arc<File>) {
    let store = Store::open(config).unwrap();
    for client in 0..CLIENTS {
        let (store, acks) = (store.clone(), Arc::clone(&acks));
        tokio::spawn(async move {
            let mut number = 0;
            loop {
                number += 1;
                match put(&store, client, number).await {
                    Ok(stored) => acknowledge(&acks, &stored),
                    Err(StoreError::Stopped(_)) => break,
                    Err(error) => panic!("{error}"),
                }
                if number % 4 == 0 {
                    look(&store, client, number).await;
                }
            }
        });
    }
    store.stopped().await;
    // From here on nothing may be answered as done, on whatever way.
    for number in 0..50 {
        assert!(matches!(put(&store, CLIENTS, number).await, Err(StoreError::Stopped(_))));
        let read: Result<(), StoreError> = store.read(|_| Ok(())).await;
        assert!(matches!(read, Err(StoreError::Stopped(_))));
    }
    std::process::exit(STOPPED);
}

/// Writes until the database is gone: each of several sides goes on asking for a while after it was refused. `for_good`:
/// what was begun after the first refusal may not succeed.
async fn until_lost(config: Config, acks: Arc<File>, for_good: bool) {
    let store = Store::open(config).unwrap();
    let refused = Arc::new(AtomicBool::new(false));
    let client = |client| {
        let (store, acks, refused) = (store.clone(), Arc::clone(&acks), Arc::clone(&refused));
        async move {
            let (mut number, mut left) = (0, 40);
            while left > 0 && number < 20_000 {
                number += 1;
                let late = refused.load(Ordering::SeqCst);
                match put(&store, client, number).await {
                    Ok(stored) => {
                        acknowledge(&acks, &stored);
                        assert!(!(late && for_good), "a success after a failed sync");
                    }
                    Err(StoreError::Stopped(_) | StoreError::Unavailable(_) | StoreError::Full) => {
                        refused.store(true, Ordering::SeqCst);
                        left -= 1;
                        tokio::time::sleep(Duration::from_millis(25)).await;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            left
        }
    };
    let clients: Vec<_> = (0..CLIENTS).map(|number| tokio::spawn(client(number))).collect();
    for client in clients {
        assert_eq!(client.await.unwrap(), 0, "the database was not lost");
    }
    std::process::exit(STOPPED);
}

/// Writes until there is no room, then shows that reading goes on, and writing too when there is room again.
/// A hub's server may go down for want of room and come up again.
async fn until_full(config: Config, acks: Arc<File>, directory: &Path, is_hub: bool) {
    std::fs::write(directory.join(BALLAST), vec![1; 8 << 20]).unwrap();
    let store = Store::open(config).unwrap();
    let mut written = Vec::new();
    let mut refused = 0;
    for number in 0.. {
        match put(&store, 0, number).await {
            Ok(stored) => {
                acknowledge(&acks, &stored);
                written.push(stored);
            }
            Err(StoreError::Full) => refused += 1,
            Err(StoreError::Unavailable(_)) if is_hub => refused += 1,
            Err(error) => panic!("{error}"),
        }
        if refused == 5 {
            break;
        }
    }
    assert!(written.len() > 100, "only {} before the disk was full", written.len());
    // A read's line may still find room. If it does not, what it tells of is not answered.
    assert!(matches!(get(&store, &written[0]).await, Ok(()) | Err(StoreError::Full | StoreError::Unavailable(_))));
    std::fs::remove_file(directory.join(BALLAST)).unwrap();
    for _ in 0..200 {
        if !(is_hub && matches!(put(&store, 0, 0).await, Err(StoreError::Unavailable(_)))) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for stored in &written {
        let mut got = get(&store, stored).await;
        // Each of a hub's readers has a connection of its own, and finds out by itself that the server went down.
        while is_hub && matches!(got, Err(StoreError::Unavailable(_))) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            got = get(&store, stored).await;
        }
        assert_eq!(got, Ok(()));
    }
    put(&store, 0, 0).await.unwrap();
}

async fn put(store: &Store, client: u64, number: u64) -> Result<Stored, StoreError> {
    // Some new, some changed for the fifth time; of many sizes, and not to be compressed away.
    let id = format!("{}-{client}-{}", std::process::id(), number % 100);
    let mut random = client << 32 | number;
    let text: String = (0..number * 37 % 500)
        .map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{:x}", random >> 40)
        })
        .collect();
    let json = format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{text}"}}]}}"#);
    let draft = Draft::prepare(Resource::parse(json.as_bytes()).unwrap(), Kind::Update)?;
    let permit = decide(&Actor::system("victim"), Action::Update, &["Patient"]).unwrap();
    store
        .write(move |tx| {
            tx.audit(Event::new(0, "victim", "update", Outcome::Done));
            tx.append(&permit, draft, Expect::Any)
        })
        .await
}

async fn get(store: &Store, stored: &Stored) -> Result<(), StoreError> {
    let (id, version) = (stored.id.clone(), stored.version);
    let permit = decide(&Actor::system("victim"), Action::Read, &["Patient"]).unwrap();
    let found = store
        .read(move |snapshot| {
            snapshot.audit(Event::new(0, "victim", "read", Outcome::Done));
            snapshot.version(&permit, "Patient", &id, version)
        })
        .await?;
    assert_eq!(found.as_ref(), Some(stored));
    Ok(())
}

/// A read, for its audit line: those commit without a sync.
async fn look(store: &Store, client: u64, number: u64) {
    let event = Event::new(0, "victim", &format!("look-{client}-{number}"), Outcome::Done);
    let looked: Result<(), StoreError> = store
        .read(move |snapshot| {
            snapshot.audit(event.clone());
            Ok(())
        })
        .await;
    assert!(matches!(looked, Ok(()) | Err(StoreError::Stopped(_))));
    tokio::time::sleep(Duration::from_micros(200)).await;
}

/// One write, so that a kill leaves a whole line or none.
fn acknowledge(mut acks: &File, stored: &Stored) {
    acks.write_all(format!("Patient {} {}\n", stored.id, stored.version).as_bytes()).unwrap();
}
