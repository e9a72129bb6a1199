//! Loads a folder of FHIR transaction bundles and tells what searches take: `cargo run --release -p store --example
//! search FOLDER [COPIES] [QUERY…]`. CPU time of the reader per search, pages read and decompressed included.
#![expect(clippy::print_stdout, reason = "a tool of the terminal speaks there")]

use std::error::Error;
use std::fs;

use access::{Action, Actor, decide};
use audit::{Event, Outcome};
use fhir::Resource;
use fhir::json::Json;
use fhir::search::Query;
use store::{Config, Draft, Expect, Keys, Kind, Store, StoreError};

/// `{patient}` and `{family}` stand for ones that exist.
const SEARCHES: [&str; 14] = [
    "Patient?name={family}",
    "Patient?name={family}&_count=20",
    "Patient?name=s&_count=20",
    "Patient?birthdate=ge1958&birthdate=lt1959",
    "Patient?gender=female&_count=20",
    "Observation?patient={patient}&code=http://loinc.org|8302-2&_sort=-date&_count=20",
    "Observation?patient={patient}&category=vital-signs&_sort=-date&_count=20",
    "Observation?patient={patient}&_sort=-date&_count=20",
    "Encounter?date=ge2018-01-01&date=lt2018-01-08&_count=50",
    "Encounter?status=finished&_sort=-date&_count=20",
    "Encounter?_sort=-date&_count=20",
    "Encounter?patient={patient}&_include=Encounter:patient&_include=Encounter:service-provider&_count=10",
    "Condition?patient.name={family}&_count=20",
    "Patient?_has:Observation:patient:code=http://loinc.org|8302-2&_count=20",
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder of bundles?")?;
    let copies: usize = std::env::args().nth(2).map_or(Ok(1), |copies| copies.parse())?;
    let asked: Vec<String> = std::env::args().skip(3).collect();
    let directory = tempfile::TempDir::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let store = Store::open(Config::directory(directory.path(), Keys::random()?))?;
    let (mut resources, mut words) = (0, None);
    for path in fs::read_dir(folder)?.flatten().map(|entry| entry.path()) {
        let text = fs::read_to_string(path)?;
        for copy in 0..copies {
            let (drafts, patient) = drafts(&text, copy)?;
            resources += drafts.len();
            words = words.or(patient);
            let mut drafts = drafts;
            while !drafts.is_empty() {
                let rest = drafts.split_off(drafts.len().min(200));
                runtime.block_on(write(&store, std::mem::replace(&mut drafts, rest)))?;
            }
        }
    }
    let (patient, family) = words.ok_or("no patient with a name")?;
    println!("{resources} resources");
    let searches: Vec<String> = if asked.is_empty() { SEARCHES.map(str::to_owned).into() } else { asked };
    for text in searches {
        let text = text.replace("{patient}", &patient).replace("{family}", &family);
        let query = read(&text)?;
        let (rows, included, us) = runtime.block_on(time(&store, query))?;
        println!("{us:9.1} us {rows:4} + {included:3}  {text}");
    }
    Ok(())
}

fn read(text: &str) -> Result<Query, Box<dyn Error>> {
    let (resource_type, rest) = text.split_once('?').unwrap_or((text, ""));
    let pairs = rest.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Ok(fhir::search::parse(resource_type, &pairs, 0)?)
}

async fn time(store: &Store, query: Query) -> Result<(usize, usize, f64), StoreError> {
    store
        .read(move |snapshot| {
            snapshot.audit(Event::new(0, "search", "search", Outcome::Done));
            let permit = decide(&Actor::system("search"), Action::Search, &["*"]).map_err(|_| StoreError::Panicked)?;
            let mut page = snapshot.search(&permit, &query)?;
            let (begun, mut turns) = (cpu_ns(), 0);
            while turns < 200 && cpu_ns() - begun < 1e9 {
                page = snapshot.search(&permit, &query)?;
                turns += 1;
            }
            Ok((page.rows.len(), page.included.len(), (cpu_ns() - begun) / f64::from(turns) / 1000.0))
        })
        .await
}

/// CPU time of this thread.
fn cpu_ns() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0)
}

type Words = Option<(String, String)>;

/// The resources of a bundle, references between them made local; ids of copies differ.
fn drafts(bundle: &str, copy: usize) -> Result<(Vec<Draft>, Words), Box<dyn Error>> {
    let parsed = Json::parse(bundle.as_bytes())?;
    let entries = parsed.get("entry").and_then(Json::as_array).ok_or("a bundle has entries")?;
    let mut text = String::from_utf8(parsed.to_vec())?;
    for entry in entries {
        let (Some(url), Some(resource)) = (entry.get("fullUrl").and_then(Json::as_str), entry.get("resource")) else {
            continue;
        };
        if let [Some(name), Some(id)] = ["resourceType", "id"].map(|name| resource.get(name).and_then(Json::as_str)) {
            text = text.replace(&format!("\"reference\":\"{url}\""), &format!("\"reference\":\"{name}/{id}{copy}\""));
            text = text.replace(&format!("\"id\":\"{id}\""), &format!("\"id\":\"{id}{copy}\""));
        }
    }
    let bundle = Json::parse(text.as_bytes())?;
    let resources = bundle
        .get("entry")
        .and_then(Json::as_array)
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| entry.get("resource"));
    let (mut drafts, mut words) = (Vec::new(), None);
    for json in resources {
        let resource = Resource::from_json(json.clone())?;
        if resource.resource_type() == "Patient" {
            let family = json.get("name").map(Json::items).and_then(|names| names.first()?.get("family")?.as_str());
            words = resource.id().zip(family).map(|(id, family)| (id.to_owned(), family.to_owned()));
        }
        drafts.push(Draft::prepare(resource, Kind::Create)?);
    }
    Ok((drafts, words))
}

async fn write(store: &Store, drafts: Vec<Draft>) -> Result<(), Box<dyn Error>> {
    let permit = decide(&Actor::system("load"), Action::Create, &["*"])?;
    store
        .write::<_, StoreError, _>(move |tx| {
            tx.audit(Event::new(0, "load", "import", Outcome::Done));
            drafts.into_iter().try_for_each(|draft| tx.append(&permit, draft, Expect::Any).map(drop))
        })
        .await?;
    Ok(())
}
