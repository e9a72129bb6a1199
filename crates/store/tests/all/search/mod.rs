//! What a search finds, in which order, and how it is cut into pages.

mod cases;
mod includes;
mod oracle;
mod orders;
mod pages;

use access::{Action, Actor, Permit, Read, decide};
use fhir::Resource;
use fhir::search::Query;
use store::{Draft, Expect, Kind, Page, Store, StoreError};

use crate::harness::event;

/// 2026-11-23T00:00:00Z.
const NOW: i64 = 1_795_392_000_000;

fn query(text: &str) -> Query {
    let (resource_type, rest) = text.split_once('?').unwrap_or((text, ""));
    let pairs: Vec<(String, String)> =
        rest.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    fhir::search::parse(resource_type, &pairs, NOW).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn permit_all() -> Permit<Read> {
    decide(&Actor::system("sato"), Action::Search, &["*"]).unwrap()
}

async fn page(store: &Store, query: Query) -> Result<Page, StoreError> {
    store
        .read(move |snapshot| {
            snapshot.audit(event("search"));
            snapshot.search(&permit_all(), &query)
        })
        .await
}

fn ids(rows: &[store::Stored]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

/// The ids that match, in order.
async fn found(store: &Store, text: &str) -> Vec<String> {
    ids(&page(store, query(text)).await.unwrap_or_else(|error| panic!("{text}: {error}")).rows)
}

/// Stores resources given as JSON, all in one job.
async fn load(store: &Store, resources: &[&str]) {
    let resources = resources
        .iter()
        .map(|text| Resource::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")))
        .collect();
    put_all(store, resources).await;
}

async fn put_all(store: &Store, resources: Vec<Resource>) {
    let drafts: Vec<Draft> =
        resources.into_iter().map(|resource| Draft::prepare(resource, Kind::Update).unwrap()).collect();
    store
        .write::<_, StoreError, _>(move |tx| {
            tx.audit(event("update"));
            let types: Vec<&str> = drafts.iter().map(Draft::resource_type).collect();
            let permit = decide(&Actor::system("sato"), Action::Update, &types).unwrap();
            for draft in drafts {
                tx.append(&permit, draft, Expect::Any)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

async fn delete(store: &Store, resource_type: &str, id: &str) {
    let draft = Draft::deletion(resource_type, id).unwrap();
    store
        .write::<_, StoreError, _>(move |tx| {
            tx.audit(event("delete"));
            let permit = decide(&Actor::system("sato"), Action::Delete, &[draft.resource_type()]).unwrap();
            tx.append(&permit, draft, Expect::Any).map(drop)
        })
        .await
        .unwrap();
}
