//! Accounts, sessions, tokens, settings.

use access::Duty;
use store::{Account, Proven, Session, Store, StoreError, Token};

use crate::harness::{event, on_both};

fn account(id: &str, login: &str) -> Account {
    Account {
        id: id.to_owned(),
        login: login.to_owned(),
        name: "佐藤 健".to_owned(),
        duties: vec![Duty::Doctor, Duty::Administrator],
        password: "$argon2id$…".to_owned(),
        disabled: false,
        valid_from: None,
        valid_to: Some(5_000),
    }
}

async fn put(store: &Store, account: Account) -> Result<(), StoreError> {
    store
        .write(move |tx| {
            tx.audit(event("account"));
            tx.put_account(&account)
        })
        .await
}

#[test]
fn an_account_is_found_by_id_and_login() {
    on_both(async |store| {
        put(&store, account("a1", "sato")).await.unwrap();
        put(&store, account("a2", "abe")).await.unwrap();
        put(&store, Account { disabled: true, duties: vec![], ..account("a1", "sato2") }).await.unwrap();
        let (by_id, by_login, old, all) = store
            .read::<_, StoreError, _>(|s| {
                Ok((s.account("a1")?, s.account_by_login("sato2")?, s.account_by_login("sato")?, s.accounts()?))
            })
            .await
            .unwrap();
        assert_eq!(by_id, by_login);
        assert_eq!(by_id.unwrap(), Account { disabled: true, duties: vec![], ..account("a1", "sato2") });
        assert_eq!(old, None);
        assert_eq!(all.iter().map(|account| account.login.as_str()).collect::<Vec<_>>(), ["abe", "sato2"]);
    });
}

#[test]
fn a_login_is_one_accounts() {
    on_both(async |store| {
        put(&store, account("a1", "sato")).await.unwrap();
        assert!(matches!(put(&store, account("a2", "sato")).await, Err(StoreError::Database(_))));
        put(&store, account("a2", "suzuki")).await.unwrap();
    });
}

#[test]
fn sessions_live_until_they_are_closed() {
    on_both(async |store| {
        let session = |number: u8, account: &str| Session {
            hash: [number; 32],
            account: account.to_owned(),
            created: 100,
            last_seen: 100,
            proven: if number == 1 { Proven::SecondFactor } else { Proven::Password },
        };
        let sessions = [session(1, "a1"), session(2, "a1"), session(3, "a2")];
        store
            .write::<_, StoreError, _>(move |tx| {
                tx.audit(event("sign-in"));
                sessions.iter().try_for_each(|session| tx.open_session(session))
            })
            .await
            .unwrap();
        // A sighting alone needs no event, and never goes back in time.
        store
            .write::<_, StoreError, _>(|tx| {
                tx.see_session(&[1; 32], 200)?;
                tx.see_session(&[1; 32], 150)
            })
            .await
            .unwrap();
        let seen = store.read::<_, StoreError, _>(|s| s.session(&[1; 32])).await.unwrap().unwrap();
        assert_eq!((seen.account.as_str(), seen.created, seen.last_seen), ("a1", 100, 200));
        let closed = store
            .write::<_, StoreError, _>(|tx| {
                tx.audit(event("sign-out"));
                let forgotten = tx.forget_sessions(150)?;
                Ok((forgotten, tx.close_sessions_of("a1")?, tx.close_session(&[3; 32])?))
            })
            .await
            .unwrap();
        assert_eq!(closed, (2, 1, false));
        assert_eq!(store.read::<_, StoreError, _>(|s| s.session(&[1; 32])).await.unwrap(), None);
    });
}

#[test]
fn tokens_are_found_by_hash_even_when_they_open_nothing() {
    on_both(async |store| {
        let token = Token {
            id: "token:1".to_owned(),
            hash: [7; 32],
            label: "検査機器".to_owned(),
            account: None,
            scope: "system/*.cruds".to_owned(),
            created: 1,
            expires: Some(2),
            revoked: true,
        };
        let kept = token.clone();
        store
            .write::<_, StoreError, _>(move |tx| {
                tx.audit(event("token"));
                tx.put_token(&kept)
            })
            .await
            .unwrap();
        let (found, missing, all) = store
            .read::<_, StoreError, _>(|s| Ok((s.token(&[7; 32])?, s.token(&[8; 32])?, s.tokens()?)))
            .await
            .unwrap();
        assert_eq!(found.as_ref(), Some(&token));
        assert_eq!((missing, all), (None, vec![token]));
    });
}

#[test]
fn settings_are_replaced_and_changes_are_audited() {
    on_both(async |store| {
        let unaudited = store.write(|tx| tx.set_setting("clinic.name", "狛犬医院")).await;
        assert_eq!(unaudited, Err(StoreError::Unaudited));
        for name in ["狛犬医院", "狛犬クリニック"] {
            store
                .write::<_, StoreError, _>(move |tx| {
                    tx.audit(event("setting"));
                    tx.set_setting("clinic.name", name)
                })
                .await
                .unwrap();
        }
        let found = store.read::<_, StoreError, _>(|s| Ok((s.setting("clinic.name")?, s.setting("x")?))).await;
        assert_eq!(found, Ok((Some("狛犬クリニック".to_owned()), None)));
    });
}
