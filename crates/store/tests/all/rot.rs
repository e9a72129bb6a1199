//! Bits change on disks. A damaged page must never be read as a chart that says something else.

use std::fs;

use access::Action;
use rand::{Rng, SeedableRng};
use store::{Expect, Kind, Store, StoreError, Stored};

use crate::harness::{Place, block_on, event, patient, permit, put};

const TRIALS: usize = 25;

#[test]
fn a_flipped_bit_is_found_or_does_no_harm() {
    let place = Place::sqlite();
    let written: Vec<Stored> = block_on(async {
        let store = Store::open(place.config()).unwrap();
        let mut written = Vec::new();
        for number in 0..60 {
            let patient = patient(&format!("p{number}"), &format!("佐藤{number}").repeat(20));
            written.push(put(&store, patient, Kind::Create, Expect::Absent).await.unwrap());
        }
        written
    });
    let database = place.path().join("komainu.db");
    let whole = fs::read(&database).unwrap();
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut found = 0;
    for _ in 0..TRIALS {
        let mut damaged = whole.clone();
        let at = random.random_range(0..damaged.len());
        damaged[at] ^= 1 << random.random_range(0..8);
        fs::write(&database, &damaged).unwrap();
        match block_on(read_all(&place, &written)) {
            Ok(damage) => found += usize::from(!damage.is_empty()),
            Err(_) => found += 1,
        }
    }
    // Not every byte of the file is in use.
    assert!(found > TRIALS / 2, "only {found} of {TRIALS}");
}

/// Everything, by its own name; an error wherever a page is damaged, but nothing that differs.
async fn read_all(place: &Place, written: &[Stored]) -> Result<Vec<String>, StoreError> {
    let store = Store::open(place.config())?;
    let mut failed = None;
    for expected in written.iter().cloned() {
        let (id, version) = (expected.id.clone(), expected.version);
        let read = store
            .read(move |snapshot| {
                snapshot.audit(event("read"));
                snapshot.version(&permit(Action::Read), "Patient", &id, version)
            })
            .await;
        match read {
            Ok(read) => assert_eq!(read.as_ref(), Some(&expected)),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => store.read_long(|snapshot| snapshot.check_storage()).await,
    }
}
