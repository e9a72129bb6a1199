//! Stores to try things on, and the small words tests share.

use access::{Action, Actor, ActorKind, Duty, Permit, Right, Scope, decide};
use audit::{Event, Outcome};
use fhir::Resource;
use store::{Config, Draft, Expect, Kind, Store, StoreError, Stored};
use tempfile::TempDir;

pub(crate) fn actor() -> Actor {
    Actor {
        id: "sato".to_owned(),
        name: "佐藤 健".to_owned(),
        kind: ActorKind::Person,
        duties: vec![Duty::Doctor],
        scope: Scope::Whole,
    }
}

pub(crate) fn permit<R: Right>(action: Action) -> Permit<R> {
    decide(&actor(), action, &["Patient", "Observation"]).unwrap()
}

pub(crate) fn event(action: &str) -> Event {
    Event::new(1_700_000_000_000, "sato", action, Outcome::Done)
}

pub(crate) fn patient(id: &str, family: &str) -> Resource {
    let text = format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}]}}"#);
    Resource::parse(text.as_bytes()).unwrap()
}

/// Runs a test on a fresh store.
pub(crate) fn on_both(test: impl AsyncFn(Store)) {
    let directory = TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { test(Store::open(Config::directory(directory.path())).unwrap()).await });
}

pub(crate) async fn put(store: &Store, resource: Resource, kind: Kind, expect: Expect) -> Result<Stored, StoreError> {
    let draft = Draft::prepare(resource, kind)?;
    store
        .write(move |tx| {
            tx.audit(event("update"));
            tx.append(&permit(Action::Update), draft, expect)
        })
        .await
}

pub(crate) async fn get(store: &Store, type_name: &'static str, id: &str) -> Result<Option<Stored>, StoreError> {
    let id = id.to_owned();
    store
        .read(move |snapshot| {
            snapshot.audit(event("read"));
            snapshot.head(&permit(Action::Read), type_name, &id)
        })
        .await
}
