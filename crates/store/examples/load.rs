//! Loads a folder of FHIR transaction bundles and tells what it took: `cargo run --release -p store --example load
//! FOLDER`. For the figures the store is held to: CPU of the writer and bytes of database per resource, and what a
//! write costs that comes alone, with a commit of its own.
#![expect(clippy::print_stdout, reason = "a tool of the terminal speaks there")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

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
    let (begun, mut count, mut text) = (Instant::now(), 0, 0);
    for path in &paths {
        let drafts = resources(&fs::read(path)?)?.into_iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
        count += drafts.len();
        text += fs::metadata(path)?.len();
        runtime.block_on(write(&store, drafts))?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let writer = thread_cpu_us("store-writer")?;
    let mut alone = Vec::new();
    for resource_type in ["Patient", "Observation"] {
        alone.push((resource_type, runtime.block_on(write_alone(&store, &paths, resource_type))?));
    }
    let memory = fs::read_to_string("/proc/self/status")?;
    let memory = memory.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default().to_owned();
    drop(store);
    let bytes = fs::metadata(directory.path().join("komainu.db"))?.len();
    println!("{count} resources of {} bytes sent", text / count as u64);
    println!("{:.0} per second, one thread preparing", count as f64 / seconds);
    println!("{:.1} us of the writer's CPU per resource", writer / count as f64);
    println!("{} bytes of database per resource", bytes / count as u64);
    println!("{memory}");
    for (resource_type, Alone { count, writer_us, written, writes }) in alone {
        println!(
            "{resource_type} alone: {writer_us:.0} us of the writer's CPU, {written} bytes written in {writes} calls, of {count}"
        );
    }
    Ok(())
}

/// What each of some writes took that came one after another.
struct Alone {
    count: usize,
    writer_us: f64,
    written: u64,
    writes: u64,
}

/// Creates resources of a type like those in the bundles, each with a commit of its own.
async fn write_alone(store: &Store, paths: &[PathBuf], resource_type: &str) -> Result<Alone, Box<dyn Error>> {
    let mut copies = Vec::new();
    for path in paths {
        let resources = resources(&fs::read(path)?)?;
        let text = |json: &Json, name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        for json in resources.iter().filter(|json| text(json, "resourceType") == resource_type).take(4) {
            let id = text(json, "id");
            // Its identifiers hold the id too, so they are new as well.
            let copy = String::from_utf8(json.to_vec())?.replace(&id, &format!("copy-{}", &id[..id.len().min(30)]));
            copies.push(prepare(Json::parse(copy.as_bytes())?)?);
        }
    }
    let count = copies.len().max(1);
    let (cpu, [written, writes]) = (thread_cpu_us("store-writer")?, written()?);
    for draft in copies {
        write(store, vec![draft]).await?;
    }
    let [written_after, writes_after] = self::written()?;
    Ok(Alone {
        count,
        writer_us: (thread_cpu_us("store-writer")? - cpu) / count as f64,
        written: (written_after - written) / count as u64,
        writes: (writes_after - writes) / count as u64,
    })
}

/// Bytes written by this process, and with how many calls.
fn written() -> Result<[u64; 2], Box<dyn Error>> {
    let io = fs::read_to_string("/proc/self/io")?;
    let value =
        |name: &str| io.lines().find_map(|line| line.strip_prefix(name)).map_or(Ok(0), |value| value.trim().parse());
    Ok([value("wchar:")?, value("syscw:")?])
}

/// The resources of a bundle, references between them made local.
fn resources(bundle: &[u8]) -> Result<Vec<Json>, Box<dyn Error>> {
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
    Ok(entries.iter().filter_map(|entry| entry.get("resource").cloned()).collect())
}

fn prepare(json: Json) -> Result<Draft, Box<dyn Error>> {
    Ok(Draft::prepare(Resource::from_json(json)?, Kind::Create)?)
}

async fn write(store: &Store, drafts: Vec<Draft>) -> Result<(), Box<dyn Error>> {
    #[expect(clippy::disallowed_methods, reason = "a tool's clock")]
    let at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let permit = decide(&Actor::system("load"), Action::Create, &["*"])?;
    store
        .write::<_, StoreError, _>(move |tx| {
            tx.audit(Event::new(at, "load", "import", Outcome::Done));
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
