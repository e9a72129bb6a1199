//! What another replica is given: every version once, in order, each with a hash that fits.

use access::Action;
use store::{Expect, Kind, Store, StoreError};
use sync::{Range, Vector};

use crate::harness::{Place, block_on, event, on_both, patient, permit, put};

async fn pull(store: &Store, known: Vector, count: u32) -> Result<Vec<store::Pulled>, StoreError> {
    store
        .read(move |snapshot| {
            snapshot.audit(event("pull"));
            let mut pulled = Vec::new();
            for range in snapshot.vector()?.beyond(&known) {
                pulled.extend(snapshot.pull(&permit(Action::Read), range, count)?);
            }
            Ok(pulled)
        })
        .await
}

#[test]
fn a_replica_that_knows_nothing_is_given_everything() {
    on_both(async |store| {
        assert_eq!(pull(&store, Vector::default(), 100).await, Ok(vec![]));
        let first = put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        let second = put(&store, patient("b", "鈴木"), Kind::Create, Expect::Absent).await.unwrap();
        let third = put(&store, patient("a", "高橋"), Kind::Update, Expect::Any).await.unwrap();
        let pulled = pull(&store, Vector::default(), 100).await.unwrap();
        let ids: Vec<_> = pulled.iter().map(|pulled| pulled.version.id).collect();
        assert_eq!(ids, [first.version, second.version, third.version]);
        assert_eq!(pulled[2].version.parents, [first.version]);
        let content = String::from_utf8(pulled[0].content.clone()).unwrap();
        assert_eq!(content, r#"{"resourceType":"Patient","id":"a","meta":{},"name":[{"family":"佐藤"}]}"#);

        let known = Vector::from_iter([(first.version.origin, 2)]);
        assert_eq!(pull(&store, known, 100).await.unwrap(), pulled[2..]);
        assert_eq!(pull(&store, Vector::default(), 2).await.unwrap(), pulled[..2]);
    });
}

#[test]
fn parents_of_another_epoch_keep_their_name() {
    let place = Place::sqlite();
    block_on(async {
        let first = {
            let store = Store::open(place.config()).unwrap();
            put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap()
        };
        // As a restore from a backup does.
        std::fs::write(place.path().join("instance"), "another").unwrap();
        let store = Store::open(place.config()).unwrap();
        let second = put(&store, patient("a", "鈴木"), Kind::Update, Expect::Head(first.version)).await.unwrap();
        assert_ne!(second.version.origin, first.version.origin);
        let origin = second.version.origin;
        let pulled = store
            .read::<_, StoreError, _>(move |snapshot| {
                snapshot.audit(event("pull"));
                snapshot.pull(&permit(Action::Read), Range { origin, first: 1, last: 9 }, 9)
            })
            .await
            .unwrap();
        assert_eq!(pulled[0].version.parents, [first.version]);
    });
}
