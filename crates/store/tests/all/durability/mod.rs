//! Acknowledged means durable: what a client was told is kept must be there after kills, power cuts, full disks and
//! disks that fail. `cargo xtask durability` runs the long form.

mod faults;
mod kill;
mod power;
mod trace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use access::Action;
use clinic::VersionId;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use store::{Config, Seal, Store, StoreError, Vault};
use tempfile::TempDir;

use crate::harness::{event, permit};
use crate::postgres;

/// A directory whose keys are in a file outside it, so that it can be opened by other processes.
struct Ward {
    directory: TempDir,
    url: Option<String>,
    acks: PathBuf,
}

impl Ward {
    fn sqlite() -> Self {
        let directory = TempDir::new().unwrap();
        let data = directory.path().join("data");
        Vault::create(&data, Seal::KeyFile(&directory.path().join("clinic.key"))).unwrap();
        let acks = data.join("acks");
        Self { directory, url: None, acks }
    }

    fn postgres() -> Option<Self> {
        Some(Self { url: Some(postgres::database()?), ..Self::sqlite() })
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The command line of the victim.
    fn victim(&self, mode: &str) -> Vec<String> {
        let mut line: Vec<String> =
            [Path::new(env!("CARGO_BIN_EXE_victim")), Path::new(mode), &self.data(), &self.acks]
                .map(|part| part.to_str().unwrap().to_owned())
                .to_vec();
        line.extend(self.url.clone());
        line
    }

    fn config(&self) -> Config {
        let keys = Vault::open(&self.data(), None).unwrap();
        match &self.url {
            None => Config::directory(self.data(), keys),
            Some(url) => Config::postgres(url, self.data(), keys),
        }
    }

    /// What clients were told, by now.
    fn acknowledged(&self) -> Vec<(String, VersionId)> {
        parse_acks(&std::fs::read_to_string(&self.acks).unwrap_or_default())
    }
}

fn parse_acks(text: &str) -> Vec<(String, VersionId)> {
    let line = |line: &str| {
        let mut words = line.split(' ').skip(1);
        (words.next().unwrap().to_owned(), words.next().unwrap().parse().unwrap())
    };
    // A kill may come between the kernel taking the first and the last byte of a line.
    text.split_inclusive('\n').filter(|text| text.ends_with('\n')).map(|text| line(text.trim_end())).collect()
}

/// Opens the store as it was left and holds it against what clients were told.
async fn check(config: Config, acknowledged: Vec<(String, VersionId)>) {
    let store = Store::open(config).unwrap();
    let key = store.audit_key();
    store
        .read_long::<_, StoreError, _>(move |snapshot| {
            snapshot.audit(event("check"));
            assert_eq!(snapshot.check_storage()?, Vec::<String>::new());
            snapshot.verify_audit(&key, &[])?;
            let permit = permit(Action::Read);
            let mut newest = BTreeMap::new();
            for (id, version) in acknowledged {
                let found = snapshot.version(&permit, "Patient", &id, version)?;
                assert!(found.is_some(), "acknowledged and lost: {id} {version}");
                let at = found.map(|stored| stored.updated);
                newest.entry(id).and_modify(|newest| *newest = at.max(*newest)).or_insert(at);
            }
            for (id, at) in newest {
                let head = snapshot.head(&permit, "Patient", &id)?;
                assert!(head.map(|stored| stored.updated) >= at, "the current version of {id} is an older one");
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// How often, from the environment: `cargo xtask durability` asks for more.
fn count(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Another one each time, shown so that a failure can be had again.
fn random() -> ChaCha8Rng {
    let given = std::env::var("KOMAINU_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| getrandom::u64().unwrap());
    eprintln!("KOMAINU_SEED={seed}");
    ChaCha8Rng::seed_from_u64(seed)
}

/// Says why a test does nothing here.
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
