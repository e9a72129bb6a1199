//! Loads a folder of FHIR transaction bundles and tells what it took: `cargo run --release -p store --example load
//! FOLDER`. For the two figures the store is held to: CPU of the writer and bytes of database per resource.
#![expect(clippy::print_stdout, reason = "a tool of the terminal speaks there")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use access::{Action, Actor, decide};
use audit::{Event, Outcome};
use fhir::Resource;
use fhir::json::Json;
use store::{Config, Draft, Expect, Keys, Kind, Store, StoreError};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder of bundles?")?;
    let directory = tempfile::TempDir::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let store = Store::open(Config::directory(directory.path(), Keys::random()?))?;
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let (begun, mut resources, mut text) = (Instant::now(), 0, 0);
    for path in &paths {
        let drafts = drafts(&fs::read(path)?)?;
        resources += drafts.len();
        text += fs::metadata(path)?.len();
        runtime.block_on(write(&store, drafts))?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let writer = thread_cpu_us("store-writer")?;
    let memory = fs::read_to_string("/proc/self/status")?;
    let memory = memory.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default().to_owned();
    drop(store);
    let bytes = fs::metadata(directory.path().join("komainu.db"))?.len();
    println!("{resources} resources of {} bytes sent", text / resources as u64);
    println!("{:.0} per second, one thread preparing", resources as f64 / seconds);
    println!("{:.1} us of the writer's CPU per resource", writer / resources as f64);
    println!("{} bytes of database per resource", bytes / resources as u64);
    println!("{memory}");
    Ok(())
}

/// The resources of a bundle, references between them made local.
fn drafts(bundle: &[u8]) -> Result<Vec<Draft>, Box<dyn Error>> {
    let bundle = Json::parse(bundle)?;
    let entries = bundle.get("entry").and_then(Json::as_array).ok_or("a bundle has entries")?;
    let mut text = String::from_utf8(bundle.to_vec())?;
    for entry in entries {
        let (Some(url), Some(resource)) = (entry.get("fullUrl").and_then(Json::as_str), entry.get("resource")) else {
            continue;
        };
        if let [Some(name), Some(id)] = ["resourceType", "id"].map(|name| resource.get(name).and_then(Json::as_str)) {
            text = text.replace(&format!("\"reference\":\"{url}\""), &format!("\"reference\":\"{name}/{id}\""));
        }
    }
    let bundle = Json::parse(text.as_bytes())?;
    let entries = bundle.get("entry").and_then(Json::as_array).unwrap_or_default();
    let resources = entries.iter().filter_map(|entry| entry.get("resource"));
    resources.map(|json| Ok(Draft::prepare(Resource::from_json(json.clone())?, Kind::Create)?)).collect()
}

async fn write(store: &Store, drafts: Vec<Draft>) -> Result<(), Box<dyn Error>> {
    let permit = decide(&Actor::system("load"), Action::Create, &["*"])?;
    store
        .write::<_, StoreError, _>(move |tx| {
            tx.audit(Event::new(0, "load", "import", Outcome::Done));
            // A hospital stands in many of these bundles.
            drafts.into_iter().try_for_each(|draft| tx.append(&permit, draft, Expect::Any).map(drop))
        })
        .await?;
    Ok(())
}

/// User and system time of one of our threads.
fn thread_cpu_us(name: &str) -> Result<f64, Box<dyn Error>> {
    for task in fs::read_dir("/proc/self/task")?.flatten() {
        let path: &Path = &task.path();
        if fs::read_to_string(path.join("comm"))?.trim() == name {
            let ns = fs::read_to_string(path.join("schedstat"))?;
            return Ok(ns.split_whitespace().next().unwrap_or("0").parse::<f64>()? / 1000.0);
        }
    }
    Err("no such thread".into())
}
