//! Second factors: what is spent once stays spent, and tries are counted whatever becomes of them.

use store::{Place, Store, StoreError, Totp, TotpState, Tries};
use zeroize::Zeroizing;

use crate::harness::{event, on_both};

const TRIES: Tries = Tries { burst: 3, refill_ms: 100 };

fn totp(account: &str, state: TotpState) -> Totp {
    Totp { account: account.to_owned(), state, secret: Zeroizing::new(vec![7; 20]), created: 5, used_step: 0 }
}

async fn put(store: &Store, kept: Vec<Totp>) {
    let put: Result<(), StoreError> = store
        .write(move |tx| {
            tx.audit(event("factor"));
            kept.iter().try_for_each(|totp| tx.put_totp(totp))
        })
        .await;
    put.unwrap();
}

async fn spend(store: &Store, account: &'static str, step: i64) -> bool {
    let spent: Result<bool, StoreError> = store
        .write(move |tx| {
            tx.audit(event("spend"));
            tx.spend_totp_step(account, step)
        })
        .await;
    spent.unwrap()
}

#[test]
fn a_step_is_spent_once_and_never_one_before_it() {
    on_both(async |store| {
        put(&store, vec![totp("a1", TotpState::Confirmed), totp("a2", TotpState::Confirmed)]).await;
        assert!(spend(&store, "a1", 10).await);
        for spent in [10, 9, 0, -1] {
            assert!(!spend(&store, "a1", spent).await, "{spent}");
        }
        assert!(spend(&store, "a1", 11).await && spend(&store, "a2", 10).await, "others are not touched");
    });
}

#[test]
fn one_of_many_that_come_together_gets_the_step() {
    on_both(async |store| {
        put(&store, vec![totp("a1", TotpState::Confirmed)]).await;
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { spend(&store, "a1", 10).await })
            })
            .collect();
        let mut winners = 0;
        for one in tries {
            winners += u32::from(one.await.unwrap());
        }
        assert_eq!(winners, 1);
    });
}

#[test]
fn a_proposed_secret_is_no_factor() {
    on_both(async |store| {
        put(&store, vec![totp("a1", TotpState::Proposed)]).await;
        assert!(!spend(&store, "a1", 10).await);
        let (has, proposed, confirmed) = store
            .read::<_, StoreError, _>(|s| {
                Ok((
                    s.has_second_factor("a1")?,
                    s.totp("a1", TotpState::Proposed)?,
                    s.totp("a1", TotpState::Confirmed)?,
                ))
            })
            .await
            .unwrap();
        assert_eq!((has, proposed, confirmed), (false, Some(totp("a1", TotpState::Proposed)), None));
        assert!(!format!("{:?}", totp("a1", TotpState::Proposed)).contains('7'), "no secret in a log");
    });
}

#[test]
fn recovery_codes_work_once_and_new_ones_replace_them() {
    on_both(async |store| {
        let results = store
            .write::<_, StoreError, _>(|tx| {
                tx.audit(event("codes"));
                tx.put_recovery_codes("a1", &[[1; 32], [2; 32]])?;
                tx.put_recovery_codes("a2", &[[3; 32]])?;
                let first = tx.spend_recovery_code("a1", &[1; 32], 50)?;
                let again = tx.spend_recovery_code("a1", &[1; 32], 60)?;
                let anothers = tx.spend_recovery_code("a1", &[3; 32], 60)?;
                let left = tx.recovery_codes_left("a1")?;
                tx.put_recovery_codes("a1", &[[4; 32]])?;
                let old = tx.spend_recovery_code("a1", &[2; 32], 70)?;
                tx.drop_factors("a1")?;
                Ok((first, again, anothers, left, old, tx.recovery_codes_left("a1")?, tx.recovery_codes_left("a2")?))
            })
            .await
            .unwrap();
        assert_eq!(results, (true, false, false, 1, false, 0, 1));
    });
}

#[test]
fn tries_run_out_are_earned_back_and_are_counted_apart() {
    on_both(async |store| {
        let count = async |place, now| {
            store.write::<_, StoreError, _>(move |tx| tx.count_try("a1", place, TRIES, now)).await.unwrap()
        };
        for _ in 0..3 {
            assert_eq!(count(Place::Stranger, 1_000).await, Ok(()));
        }
        assert_eq!(count(Place::Stranger, 1_000).await, Err(100));
        assert_eq!(count(Place::Stranger, 1_060).await, Err(40));
        assert_eq!(count(Place::KnownDevice, 1_000).await, Ok(()), "the owner's own device");
        assert_eq!(count(Place::Stranger, 1_150).await, Ok(()), "one was earned");
        assert_eq!(count(Place::Stranger, 1_150).await, Err(50), "and half of the next");
        assert_eq!(count(Place::Stranger, 500).await, Err(100), "a clock that was set back earns nothing");
        let forgiven: Result<(), StoreError> = store
            .write(|tx| {
                tx.audit(event("right"));
                tx.forgive_tries_from("a1", Place::Stranger)
            })
            .await;
        forgiven.unwrap();
        assert_eq!(count(Place::Stranger, 1_150).await, Ok(()));
    });
}

#[test]
fn an_account_is_good_between_its_days() {
    let account = |valid_from, valid_to, disabled| store::Account {
        id: "a1".to_owned(),
        login: "sato".to_owned(),
        name: "佐藤 健".to_owned(),
        duties: vec![],
        password: String::new(),
        disabled,
        valid_from,
        valid_to,
    };
    for (from, to, disabled, now, active) in [
        (None, None, false, 5, true),
        (None, None, true, 5, false),
        (Some(5), None, false, 5, true),
        (Some(6), None, false, 5, false),
        (None, Some(5), false, 5, false),
        (None, Some(6), false, 5, true),
        (Some(6), Some(5), false, 5, false),
    ] {
        assert_eq!(account(from, to, disabled).is_active(now), active, "{from:?} {to:?} {disabled}");
    }
}
