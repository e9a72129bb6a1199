//! Stores to try things on, and the small words tests share.

use std::path::Path;

use access::{Action, Actor, Permit, Right, decide};
use audit::{Event, Outcome};
use fhir::Resource;
use store::{Config, Draft, Expect, Keys, Kind, Store, StoreError, Stored};
use tempfile::TempDir;

use crate::postgres;

/// One who may do anything: what the policy allows whom is `access`' to test.
pub(crate) fn actor() -> Actor {
    Actor::system("sato")
}

pub(crate) fn permit<R: Right>(action: Action) -> Permit<R> {
    // Nobody may write audit events, Komainu included.
    let types: &[&str] =
        if action == Action::Read { &["Patient", "Observation", "AuditEvent"] } else { &["Patient", "Observation"] };
    decide(&actor(), action, types).unwrap()
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
    url: Option<String>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self { directory: TempDir::new().unwrap(), keys: Keys::random().unwrap(), url: None }
    }

    /// None where PostgreSQL is not installed.
    pub(crate) fn postgres() -> Option<Self> {
        Some(Self { url: Some(postgres::database()?), ..Self::sqlite() })
    }

    pub(crate) fn both() -> impl Iterator<Item = Self> {
        [Some(Self::sqlite()), Self::postgres()].into_iter().flatten()
    }

    pub(crate) fn config(&self) -> Config {
        match &self.url {
            None => Config::directory(self.directory.path(), self.keys.clone()),
            Some(url) => Config::postgres(url, self.directory.path(), self.keys.clone()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

/// Runs a test on a fresh store in each database.
pub(crate) fn on_both(test: impl AsyncFn(Store)) {
    for place in Place::both() {
        block_on(async { test(Store::open(place.config()).unwrap()).await });
    }
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
