//! Stores to try things on, and the small words tests share.

use std::path::Path;

use access::{Action, Actor, Permit, Right, decide};
use audit::{Event, Outcome};
use fhir::Resource;
use store::{Config, Draft, Expect, Keys, Kind, Store, StoreError, Stored};
use tempfile::TempDir;

/// One who may do anything: what the policy allows whom is `access`' to test.
pub(crate) fn actor() -> Actor {
    Actor::system("sato")
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

/// A place that outlives a store, to open it again.
pub(crate) struct Place {
    directory: TempDir,
    keys: Keys,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self { directory: TempDir::new().unwrap(), keys: Keys::random().unwrap() }
    }

    pub(crate) fn config(&self) -> Config {
        Config::directory(self.directory.path(), self.keys.clone())
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Runs a test on a fresh store.
pub(crate) fn on_both(test: impl AsyncFn(Store)) {
    block_on(async { test(Store::open(Place::sqlite().config()).unwrap()).await });
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
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
