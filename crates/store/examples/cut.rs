//! What the cut of closed charts costs a search: `cargo run --release -p store --example cut [PATIENTS]`. Each search is
//! timed as Komainu itself, for whom nothing is looked up, and as a person with none, one, thirty and three hundred charts sealed.
//! CPU time of the reader per job, the look at the guards included.
#![expect(clippy::print_stdout, reason = "a tool of the terminal speaks there")]

use std::error::Error;
use std::fs;

use access::{Action, Actor, Duty, Power, decide, grant};
use audit::{Event, Outcome};
use fhir::Resource;
use store::{ChartSeal, Config, Draft, Expect, Keys, Kind, Store, StoreError};

const SEARCHES: [&[(&str, &str)]; 4] = [
    &[("patient", "p7"), ("_sort", "-date"), ("_count", "20")],
    &[("code", "8867-4"), ("_count", "20")],
    &[("subject:Patient.name", "yamada"), ("_count", "20")],
    &[("code", "8867-4"), ("_summary", "count")],
];
const OF_EACH: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let patients: usize = std::env::args().nth(1).map_or(Ok(1000), |count| count.parse())?;
    let directory = tempfile::TempDir::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let store = Store::open(Config::directory(directory.path(), Keys::random()?))?;
    for patient in 0..patients {
        runtime.block_on(chart(&store, patient))?;
    }
    let system = Actor::system("cut");
    let person = Actor::person("cut", "cut", &[Duty::Doctor]);
    runtime.block_on(report(&store, "komainu itself", &system))?;
    let mut sealed = 0;
    for count in [0, 1, 30, 300] {
        while sealed < count.min(patients) {
            runtime.block_on(seal(&store, patients - 1 - sealed))?;
            sealed += 1;
        }
        runtime.block_on(report(&store, &format!("{sealed} sealed"), &person))?;
    }
    Ok(())
}

async fn report(store: &Store, name: &str, actor: &Actor) -> Result<(), Box<dyn Error>> {
    print!("{name:16}");
    for pairs in SEARCHES {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let query = fhir::search::parse("Observation", &pairs, 0)?;
        let permit = decide(actor, Action::Search, &["Observation", "Patient"])?;
        // A short read runs on this thread, so its CPU time is the reader's.
        let (begun, turns) = (cpu_ns(), 2000);
        for _ in 0..turns {
            let (permit, query) = (permit.clone(), query.clone());
            let found: Result<(), StoreError> = store
                .read(move |snapshot| {
                    snapshot.audit(Event::new(0, "cut", "search", Outcome::Done));
                    snapshot.search(&permit, &query).map(drop)
                })
                .await;
            found?;
        }
        print!("{:9.1} us", (cpu_ns() - begun) / f64::from(turns) / 1000.0);
    }
    println!();
    Ok(())
}

async fn chart(store: &Store, patient: usize) -> Result<(), Box<dyn Error>> {
    let mut drafts = vec![draft(&format!(
        r#"{{"resourceType":"Patient","id":"p{patient}","name":[{{"family":"{}"}}]}}"#,
        ["yamada", "sato", "suzuki", "tanaka"][patient % 4]
    ))?];
    for n in 0..OF_EACH {
        drafts.push(draft(&format!(
            r#"{{"resourceType":"Observation","id":"o{patient}-{n}","status":"final","subject":{{"reference":"Patient/p{patient}"}},"code":{{"coding":[{{"code":"8867-4"}}]}},"effectiveDateTime":"2026-0{}-1{}"}}"#,
            n % 9 + 1,
            n % 10
        ))?);
    }
    let permit = decide(&Actor::system("load"), Action::Create, &["Patient", "Observation"])?;
    store
        .write::<_, StoreError, _>(move |tx| {
            tx.audit(Event::new(0, "load", "import", Outcome::Done));
            drafts.into_iter().try_for_each(|draft| tx.append(&permit, draft, Expect::Any).map(drop))
        })
        .await?;
    Ok(())
}

fn draft(text: &str) -> Result<Draft, Box<dyn Error>> {
    Ok(Draft::prepare(Resource::parse(text.as_bytes())?, Kind::Create)?)
}

async fn seal(store: &Store, patient: usize) -> Result<(), Box<dyn Error>> {
    let grant = grant(&Actor::person("d", "d", &[Duty::Director]), Power::Seal)?;
    let seal = ChartSeal { label: "staff".into(), spared: Vec::new(), is_known: true, reason: "figures".into() };
    store
        .write::<_, StoreError, _>(move |tx| {
            tx.audit(Event::new(0, "d", "seal", Outcome::Done));
            tx.put_seal(&grant, &format!("p{patient}"), &seal)
        })
        .await?;
    Ok(())
}

/// CPU time of this thread.
fn cpu_ns() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0)
}
