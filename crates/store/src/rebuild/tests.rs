//! Random histories against a model of what a store is, and the projection built anew against the one that grew.

use std::collections::BTreeMap;

use access::{Action, Actor, Permit, Right, decide};
use audit::Outcome;
use clinic::VersionId;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::append::Expect;
use crate::config::Config;
use crate::db::Dialect;
use crate::draft::Draft;
use crate::server;
use crate::snapshot::{HistoryScope, Snapshot};
use crate::vault::Keys;

fn permit<R: Right>(action: Action) -> Permit<R> {
    decide(&Actor::system("model"), action, &["Patient", "Observation"]).unwrap()
}

fn event() -> Event {
    Event::new(0, "model", "write", Outcome::Done)
}

/// What one job does to one of a few resources.
#[derive(Clone, Debug)]
struct Op {
    resource: usize,
    kind: Kind,
    /// Which of the patients an observation is of, which name a patient has.
    content: usize,
    expect: Expected,
    /// The job fails after it has written.
    undone: bool,
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    Any,
    Absent,
    /// The version before the current one, or one that was never there.
    Stale,
    Current,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let kind = prop_oneof![
        6 => Just(Kind::Update),
        2 => Just(Kind::Create),
        2 => Just(Kind::Delete),
        1 => Just(Kind::Finalise),
        1 => Just(Kind::Amend),
    ];
    let expect = prop_oneof![
        4 => Just(Expected::Any),
        1 => Just(Expected::Absent),
        1 => Just(Expected::Stale),
        3 => Just(Expected::Current),
    ];
    let op = (0usize..6, kind, 0usize..3, expect, prop::bool::weighted(0.15))
        .prop_map(|(resource, kind, content, expect, undone)| Op { resource, kind, content, expect, undone });
    proptest::collection::vec(op, 1..40)
}

/// Observations come first, so that patients are referred to before they are there.
fn name(resource: usize) -> (&'static str, String) {
    if resource < 3 { ("Observation", format!("o{resource}")) } else { ("Patient", format!("p{}", resource - 3)) }
}

fn draft(op: &Op) -> Draft {
    let (type_name, id) = name(op.resource);
    if op.kind == Kind::Delete {
        return Draft::deletion(type_name, &id).unwrap();
    }
    let content = match type_name {
        "Patient" => format!(r#""name":[{{"family":"佐藤{}"}}],"birthDate":"195{}-04-05""#, op.content, op.content),
        _ => format!(
            r#""status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"4548-{}"}}]}},
            "subject":{{"reference":"Patient/p{}"}},"effectiveDateTime":"2026-11-2{}",
            "valueQuantity":{{"value":6.{},"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}"#,
            op.content, op.content, op.content, op.content
        ),
    };
    let text = format!(r#"{{"resourceType":"{type_name}","id":"{id}",{content}}}"#);
    Draft::prepare(Resource::parse(text.as_bytes()).unwrap(), op.kind).unwrap()
}

type Model = BTreeMap<usize, Vec<(VersionId, Kind)>>;

/// Does the op to the store and to the model, and holds the outcomes against each other.
async fn step(store: &Store, model: &mut Model, op: &Op) {
    let versions = model.entry(op.resource).or_default();
    let head = versions.last().copied();
    let never = VersionId { origin: clinic::Origin::first(0), seq: 1 };
    let expect = match op.expect {
        Expected::Any => Expect::Any,
        Expected::Absent => Expect::Absent,
        Expected::Stale => Expect::Head(versions.iter().rev().nth(1).map_or(never, |(version, _)| *version)),
        Expected::Current => head.map_or(Expect::Absent, |(version, _)| Expect::Head(version)),
    };
    let (draft, undone) = (draft(op), op.undone);
    let result = store
        .write(move |tx| {
            tx.audit(event());
            let stored = tx.append(&permit(Action::Update), draft, expect)?;
            if undone { Err(StoreError::Unfit("undone")) } else { Ok(stored) }
        })
        .await;
    let met = match expect {
        Expect::Any => true,
        Expect::Absent => head.is_none(),
        Expect::Head(version) => head.is_some_and(|(head, _)| head == version),
    };
    let expected_error = if !met {
        Some(StoreError::Conflict { found: head.map(|(version, _)| version) })
    } else if head.is_some_and(|(_, kind)| kind.is_final()) && op.kind != Kind::Amend {
        Some(StoreError::Finalised)
    } else {
        op.undone.then_some(StoreError::Unfit("undone"))
    };
    match expected_error {
        Some(error) => assert_eq!(result, Err(error)),
        None => versions.push((result.unwrap().version, op.kind)),
    }
}

/// Holds everything that can be read against the model.
async fn check(store: &Store, model: &Model) {
    let model = model.clone();
    let seen: Model = store
        .read::<_, StoreError, _>(move |snapshot| {
            snapshot.audit(event());
            let permit = permit(Action::Read);
            let mut seen = Model::new();
            for (resource, versions) in &model {
                let (type_name, id) = name(*resource);
                let head = snapshot.head(&permit, type_name, &id)?.map(|head| (head.version, head.kind));
                assert_eq!(head, versions.last().copied());
                let scope = HistoryScope::Instance(type_name, &id);
                let history = snapshot.history(&permit, scope, None, None, 100)?.rows;
                seen.insert(*resource, history.iter().rev().map(|row| (row.version, row.kind)).collect());
            }
            assert_eq!(seen, model);
            let mut all: Vec<u64> = seen.values().flatten().map(|(version, _)| version.seq).collect();
            all.sort_unstable();
            assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>(), "numbers are contiguous");
            Ok(seen)
        })
        .await
        .unwrap();
    drop(seen);
}

/// Every row of what can be rebuilt.
async fn projection(store: &Store) -> Vec<String> {
    store
        .read::<_, StoreError, _>(|snapshot: &mut Snapshot<'_>| {
            let sql = match snapshot.db.dialect() {
                Dialect::Sqlite => {
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'ix_%' ORDER BY 1"
                }
                Dialect::Postgres => "SELECT tablename::text FROM pg_tables WHERE tablename LIKE 'ix_%' ORDER BY 1",
            };
            let mut tables = snapshot.db.all(sql, &[], |row| row.text(0))?;
            assert_eq!(tables.len(), index::tables().count(), "every index table is rebuilt");
            tables.push("resource".to_owned());
            let mut rows = Vec::new();
            for table in tables {
                let sql = match snapshot.db.dialect() {
                    Dialect::Sqlite => {
                        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
                        let columns = snapshot.db.all(&sql, &[], |row| row.text(0))?;
                        format!("SELECT CAST({} AS TEXT) FROM {table}", columns.join(" || ' ' || "))
                    }
                    Dialect::Postgres => format!("SELECT t::text FROM {table} t"),
                };
                let found = snapshot.db.all(&sql, &[], |row| row.text(0))?;
                rows.extend(found.into_iter().map(|row| format!("{table} {row}")));
            }
            rows.sort();
            Ok(rows)
        })
        .await
        .unwrap()
}

fn run(config: Config, ops: &[Op]) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let store = Store::open(config).unwrap();
        let mut model = Model::new();
        for op in ops {
            step(&store, &mut model, op).await;
        }
        check(&store, &model).await;
        let grown = projection(&store).await;
        store.rebuild(event()).await.unwrap();
        assert_eq!(projection(&store).await, grown);
        check(&store, &model).await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn sqlite_is_what_the_model_says(ops in ops()) {
        let directory = TempDir::new().unwrap();
        run(Config::directory(directory.path(), Keys::random().unwrap()), &ops);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]
    #[test]
    fn postgres_is_what_the_model_says(ops in ops()) {
        let Some(url) = server::database() else { return Ok(()) };
        let directory = TempDir::new().unwrap();
        run(Config::postgres(url, directory.path(), Keys::random().unwrap()), &ops);
    }
}
