//! Someone with the key and the database open changes the log; the store finds out.

use audit::{Finding, Outcome, Tampering};
use tempfile::TempDir;

use super::*;
use crate::config::Config;
use crate::db::Sqlite;
use crate::store::Store;
use crate::vault::Keys;

struct Clinic {
    directory: TempDir,
    keys: Keys,
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

impl Clinic {
    /// A clinic whose log has `events` events, all signed.
    fn with(events: i64) -> Self {
        let clinic = Self { directory: TempDir::new().unwrap(), keys: Keys::random().unwrap() };
        let store = clinic.open();
        run(async {
            store
                .write::<_, StoreError, _>(move |tx| {
                    (1..=events).for_each(|at| tx.audit(Event::new(at, "sato", "read", Outcome::Done)));
                    Ok(())
                })
                .await
                .unwrap();
        });
        clinic
    }

    fn open(&self) -> Store {
        Store::open(Config::directory(self.directory.path(), self.keys.clone())).unwrap()
    }

    fn tamper(&self, sql: &str) {
        let mut db =
            Sqlite::open(&self.directory.path().join("komainu.db"), &self.keys.database, self.keys.page_mac, 1024)
                .unwrap();
        db.batch(sql).unwrap();
    }

    fn verify(&self, anchors: &[Checkpoint]) -> Result<Verified, StoreError> {
        let (store, anchors) = (self.open(), anchors.to_vec());
        let key = store.audit_key();
        run(store.read(move |snapshot| snapshot.verify_audit(&key, &anchors)))
    }
}

const UNLOCK: &str = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;
    DROP TRIGGER audit_checkpoint_no_delete;";

#[test]
fn the_log_of_a_closed_store_is_signed_to_the_end() {
    for events in [1, 255, 256, 700] {
        let events_unsigned = events as u64;
        assert_eq!(Clinic::with(events).verify(&[]), Ok(Verified { events: events_unsigned, signed: events_unsigned }));
    }
}

#[test]
fn every_change_of_the_rows_is_found() {
    let cases = [
        ("UPDATE audit SET event = CAST('{}' AS BLOB) WHERE seq = 200", 200, Tampering::Edited),
        ("DELETE FROM audit WHERE seq = 257", 257, Tampering::Deleted),
        ("DELETE FROM audit WHERE seq > 299", 300, Tampering::Truncated),
        ("INSERT INTO audit SELECT clinic, 301, at, patient, event FROM audit WHERE seq = 1", 301, Tampering::Inserted),
        (
            "UPDATE audit SET seq = -1 WHERE seq = 10; UPDATE audit SET seq = 10 WHERE seq = 290;
             UPDATE audit SET seq = 290 WHERE seq = -1",
            10,
            Tampering::Reordered,
        ),
        ("DELETE FROM audit_checkpoint", 1, Tampering::Checkpoint),
        ("UPDATE audit_head SET size = 0, peaks = x'', leaves = x''", 301, Tampering::Checkpoint),
    ];
    for (sql, seq, what) in cases {
        let clinic = Clinic::with(300);
        clinic.tamper(&format!("{UNLOCK} {sql}"));
        assert_eq!(clinic.verify(&[]), Err(StoreError::Tampered(Finding { seq, what })), "{sql}");
    }
}

#[test]
fn lines_and_checkpoints_are_append_only() {
    let clinic = Clinic::with(3);
    let mut db =
        Sqlite::open(&clinic.directory.path().join("komainu.db"), &clinic.keys.database, clinic.keys.page_mac, 1024)
            .unwrap();
    for sql in [
        "UPDATE audit SET at = 0",
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit_checkpoint SET at = 0",
        "DELETE FROM audit_checkpoint",
    ] {
        let refused = db.batch(sql).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
    }
}

#[test]
fn a_checkpoint_on_paper_shows_a_log_put_back() {
    let clinic = Clinic::with(300);
    let anchor = run(clinic.open().read::<_, StoreError, _>(|snapshot| snapshot.audit_checkpoint())).unwrap().unwrap();
    assert_eq!(anchor.size, 300);
    assert!(clinic.verify(std::slice::from_ref(&anchor)).is_ok());
    clinic.tamper(&format!("{UNLOCK} DELETE FROM audit; DELETE FROM audit_checkpoint; DELETE FROM audit_head"));
    assert!(clinic.verify(&[]).is_ok(), "nothing inside can show that there ever was a log");
    let finding = Finding { seq: 1, what: Tampering::Truncated };
    assert_eq!(clinic.verify(&[anchor]), Err(StoreError::Tampered(finding)));
}
