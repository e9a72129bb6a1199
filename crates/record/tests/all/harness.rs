//! Records to try things on, and the small words tests share.

use std::path::PathBuf;

use access::{Actor, Duty};
use fhir::Resource;
use fhir::json::Json;
use record::{Ctx, Done, Error, ErrorKind, Limits, Options, Record};
use store::{Config, Keys, Store};
use tempfile::TempDir;

use crate::postgres;

pub(crate) const NOW_MS: i64 = 1_800_000_000_000;

/// Runs a test on a fresh record in each database.
pub(crate) fn on_both(test: impl AsyncFn(Record)) {
    on_each(async |record, _| test(record).await);
}

/// The same, telling whether the database is the embedded one.
pub(crate) fn on_each(test: impl AsyncFn(Record, bool)) {
    let directory = TempDir::new().unwrap();
    let keys = || Keys::random().unwrap();
    let sqlite = Config::directory(directory.path().join("sqlite"), keys());
    let hub = postgres::database().map(|url| Config::postgres(&url, directory.path().join("hub"), keys()));
    for config in [Some(sqlite), hub].into_iter().flatten() {
        let is_embedded = matches!(config.location, store::Location::Directory(_));
        block_on(async { test(Record::new(Store::open(config).unwrap(), Limits::default()), is_embedded).await });
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

pub(crate) fn ctx(id: &str, duties: &[Duty]) -> Ctx {
    Ctx {
        actor: Actor::person(id, "佐藤 健", duties),
        purpose: None,
        source: "192.0.2.7".to_owned(),
        now_ms: NOW_MS,
        request: "r-1".to_owned(),
    }
}

pub(crate) fn director() -> Ctx {
    ctx("director", &[Duty::Director])
}

pub(crate) fn doctor() -> Ctx {
    ctx("doctor", &[Duty::Doctor])
}

pub(crate) fn nurse() -> Ctx {
    ctx("nurse", &[Duty::Nurse])
}

pub(crate) fn parse(text: &str) -> Resource {
    Resource::parse(text.as_bytes()).unwrap()
}

pub(crate) fn patient(number: &str) -> Resource {
    parse(&format!(
        r#"{{"resourceType":"Patient","identifier":[{{"system":"urn:oid:1.2.392.100495.20.3.51","value":"{number}"}}],"name":[{{"family":"山田","given":["太郎"]}}],"birthDate":"1958-04-05"}}"#
    ))
}

pub(crate) fn observation(patient: &str, value: u32) -> Resource {
    parse(&observation_text(patient, value))
}

pub(crate) fn observation_text(patient: &str, value: u32) -> String {
    format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2026-04-0{}T09:00:00+09:00","valueQuantity":{{"value":{value},"unit":"/min"}}}}"#,
        value % 9 + 1
    )
}

pub(crate) fn id(done: &Done) -> String {
    done.stored.as_ref().unwrap().id.clone()
}

pub(crate) fn version(done: &Done) -> clinic::VersionId {
    done.stored.as_ref().unwrap().version
}

pub(crate) async fn create(record: &Record, resource: Resource) -> Done {
    record.create(&director(), resource, Options::default()).await.unwrap()
}

pub(crate) fn pairs(query: &str) -> record::url::Pairs {
    record::url::query_pairs(query).unwrap()
}

/// How many a search finds.
pub(crate) async fn count(record: &Record, resource_type: &'static str, query: &str) -> usize {
    record.search(&director(), resource_type, &pairs(query), None).await.unwrap().rows().len()
}

pub(crate) fn kind<T>(result: Result<T, Error>) -> ErrorKind {
    match result {
        Ok(_) => panic!("done, and should have been refused"),
        Err(error) => error.kind,
    }
}

pub(crate) fn json(bytes: &[u8]) -> Json {
    Json::parse(bytes).unwrap()
}

/// Entries of a bundle.
pub(crate) fn entries(bundle: &Json) -> &[Json] {
    bundle.get("entry").map_or(&[], Json::items)
}

pub(crate) fn at<'j>(json: &'j Json, path: &[&str]) -> &'j str {
    let found = path.iter().try_fold(json, |json, name| json.get(name));
    found.and_then(Json::as_str).unwrap_or_else(|| panic!("no {path:?}"))
}

/// The shared input data, where it is; the test is skipped where it is not.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let path = std::env::var_os("KOMAINU_SHARED").map_or(beside, PathBuf::from);
    if path.join("data").is_dir() {
        return Some(path.join("data"));
    }
    eprintln!("skipped: no shared input data (set KOMAINU_SHARED)");
    None
}
