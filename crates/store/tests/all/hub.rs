//! Many clinics in one PostgreSQL: kept apart by every query, and by the database itself.

use clinic::ClinicId;
use store::{Expect, Kind, Store};

use crate::harness::{Place, block_on, get, patient, put};

#[test]
fn a_clinic_sees_nothing_of_another() {
    let Some(place) = Place::postgres() else { return };
    block_on(async {
        let one = Store::open(place.config()).unwrap();
        let two = one.of_clinic(ClinicId(2));
        let here = put(&one, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        assert_eq!(get(&two, "Patient", "a").await.unwrap(), None);
        let there = put(&two, patient("a", "鈴木"), Kind::Create, Expect::Absent).await.unwrap();
        assert_ne!(here.version.origin, there.version.origin);
        assert_eq!(get(&one, "Patient", "a").await.unwrap().unwrap(), here);

        // Past the store: with the program's own role, which owns the tables.
        let (client, connection) = tokio_postgres::connect(place.url().unwrap(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        assert!(client.query("SELECT * FROM resource", &[]).await.is_err(), "no clinic was named");
        client.batch_execute("SET komainu.clinic = 2").await.unwrap();
        for table in ["resource", "version", "audit"] {
            let rows = client.query(&format!("SELECT clinic FROM {table}"), &[]).await.unwrap();
            assert!(!rows.is_empty() && rows.iter().all(|row| row.get::<_, i64>(0) == 2), "{table}");
        }
        let smuggled = client.execute("INSERT INTO setting (clinic, name, value) VALUES (1, 'x', 'y')", &[]).await;
        assert!(smuggled.is_err());
    });
}

#[test]
fn versions_are_append_only_in_postgres_too() {
    let Some(place) = Place::postgres() else { return };
    block_on(async {
        let store = Store::open(place.config()).unwrap();
        put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        let (client, connection) = tokio_postgres::connect(place.url().unwrap(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("SET komainu.clinic = 1").await.unwrap();
        for sql in ["UPDATE version SET kind = 1", "DELETE FROM version", "TRUNCATE version", "DELETE FROM audit"] {
            let refused = client.batch_execute(sql).await.unwrap_err();
            let message = refused.as_db_error().unwrap().message().to_owned();
            assert!(message.contains("append-only"), "{sql}: {message}");
        }
    });
}

#[test]
fn two_programs_on_one_hub_do_not_give_out_the_same_numbers() {
    let Some(place) = Place::postgres() else { return };
    block_on(async {
        let stores = [Store::open(place.config()).unwrap(), Store::open(place.config()).unwrap()];
        let mut seqs = Vec::new();
        for number in 0..20 {
            let (one, two) = (patient(&format!("a{number}"), "佐藤"), patient(&format!("b{number}"), "佐藤"));
            let (one, two) = tokio::join!(
                put(&stores[0], one, Kind::Create, Expect::Absent),
                put(&stores[1], two, Kind::Create, Expect::Absent)
            );
            seqs.extend([one.unwrap().version.seq, two.unwrap().version.seq]);
        }
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=40).collect::<Vec<_>>());
    });
}

#[test]
fn a_lost_connection_is_made_again() {
    let Some(place) = Place::postgres() else { return };
    block_on(async {
        let store = Store::open(place.config()).unwrap();
        put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        let (client, connection) = tokio_postgres::connect(place.url().unwrap(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        client.query(sql, &[]).await.unwrap();
        // Whoever comes first finds the connection gone and is told so; the next one is served.
        for _ in 0..10 {
            let _told = put(&store, patient("b", "佐藤"), Kind::Create, Expect::Any).await;
            let _told = get(&store, "Patient", "a").await;
        }
        put(&store, patient("c", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        assert!(get(&store, "Patient", "a").await.unwrap().is_some());
    });
}
