//! `bench compare`: ours and a peer in one run, on the same data, with the same client.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Connection;
use crate::data::{self, Data};
use crate::figures::{self, FIGURES, Known};
use crate::load::{self, Load};
use crate::report::{self, Asked, Side};
use crate::server::{Program, Server};
use crate::{Done, process};

/// Enough to tell whether both sides find the same.
const COMPARED: usize = 20;
/// Writers at once during the second part of the ingest.
const WRITERS: usize = 4;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Our program
    #[arg(long, default_value = "target/release/komainu")]
    komainu: PathBuf,
    /// Helios `hfs`; without it only ours is measured
    #[arg(long)]
    peer: Option<PathBuf>,
    /// Measure the peer alone
    #[arg(long, requires = "peer")]
    peer_only: bool,
    /// Folder of FHIR transaction bundles, one patient each, for instance from Synthea
    #[arg(long)]
    data: PathBuf,
    /// How many times the bundles are sent, each time as other patients
    #[arg(long, default_value_t = 5)]
    copies: usize,
    /// The unpacked npm package hl7.fhir.r4.examples, for the peer's search parameters
    #[arg(long, default_value = "target/fhir-examples/package")]
    examples: PathBuf,
    /// Where both keep their databases meanwhile; emptied first
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// Seconds each figure is measured, after half of that to warm it
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Only these figures, by name
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Where the results go as JSON
    #[arg(long, default_value = "target/bench/compare.json")]
    out: PathBuf,
}

/// Measures and prints; the sides one after the other, so that neither takes the other's processor.
pub(crate) fn compare(args: &Args) -> Done {
    let unknown = args.only.iter().find(|name| !FIGURES.iter().any(|figure| figure.name == name.as_str()));
    if let Some(name) = unknown {
        let names: Vec<&str> = FIGURES.iter().map(|figure| figure.name).collect();
        return Err(format!("no figure is called {name}; there are {}", names.join(", ")));
    }
    let data = data::read(&args.data, args.copies)?;
    println!("{} resources in {} bundles", data.resources, data.bundles.len());
    let mut programs = Vec::new();
    if !args.peer_only {
        programs.push(Program::Komainu(args.komainu.clone()));
    }
    if let Some(peer) = &args.peer {
        let parameters = args.folder.join("parameters");
        search_parameters(&args.examples, &parameters)?;
        programs.push(Program::Helios { program: peer.clone(), parameters });
    }
    let sides = programs.iter().map(|program| side(args, program, &data)).collect::<Done<Vec<_>>>()?;
    println!("\n{}", report::table(&sides));
    let json = json!({"resources": data.resources, "seconds": args.seconds,
        "sides": sides.iter().map(Side::json).collect::<Vec<_>>()});
    std::fs::write(&args.out, format!("{json:#}\n")).map_err(|why| format!("{}: {why}", args.out.display()))
}

/// The peer searches by the parameters it finds in this folder, a Bundle of the standard's own.
fn search_parameters(examples: &Path, folder: &Path) -> Done {
    let wrong = |why: std::io::Error| format!("{}: {why}; `cargo xtask setup` fetches it", examples.display());
    let mut entries = Vec::new();
    for path in std::fs::read_dir(examples).map_err(wrong)?.flatten().map(|entry| entry.path()) {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("SearchParameter-")) {
            let text = std::fs::read(&path).map_err(wrong)?;
            let resource: Value = serde_json::from_slice(&text).map_err(|why| format!("{}: {why}", path.display()))?;
            entries.push(json!({"resource": resource}));
        }
    }
    std::fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string();
    std::fs::write(folder.join("search-parameters-r4.json"), bundle).map_err(|why| why.to_string())
}

fn side(args: &Args, program: &Program, data: &Data) -> Done<Side> {
    let name = program.name();
    let folder = args.folder.join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let token = program.prepare(&folder, 0)?;
    let start = |path: &str| Server::start(program, &folder, token.as_deref(), path);

    let server = start("Patient/none")?;
    let mut side = Side { name, first_start: server.started, ..Side::default() };
    let (first, rest) = data.bundles.split_at(data.bundles.len() / 5);
    println!("{name}: sending");
    side.ingest_one = ingest(&server, first, 1)?;
    side.ingest_many = ingest(&server, rest, WRITERS)?;
    side.memory_ingested = server.memory()?.resident;
    let known = figures::find(&server, &data.subjects)?;
    server.stop()?;
    side.bytes_per_resource = process::size(&folder)? as f64 / data.resources as f64;

    let server = start(&format!("Patient/{}", known[0].patient))?;
    side.start = server.started;
    side.memory_started = server.memory()?.resident;
    for figure in
        FIGURES.iter().filter(|figure| args.only.is_empty() || args.only.iter().any(|only| only == figure.name))
    {
        println!("{name}: {}", figure.title);
        side.asked.push(ask(args, &server, figure, &known)?);
    }
    side.memory_peak = server.memory()?.peak;
    server.stop()?;
    Ok(side)
}

/// Resources per second, and the server's processor time for each.
fn ingest(server: &Server, bundles: &[Vec<u8>], writers: usize) -> Done<(f64, f64)> {
    let requests: Vec<Vec<u8>> = bundles.iter().map(|bundle| server.request("POST", "", Some(bundle))).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let writer = || -> Done {
        let mut connection = Connection::new(server.address);
        while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (status, answer) = server.ask(&mut connection, request)?;
            if status != 200 {
                return Err(format!("a transaction was answered with {status}: {answer}"));
            }
            done.fetch_add(answer["entry"].as_array().map_or(0, Vec::len), Ordering::Relaxed);
        }
        Ok(())
    };
    let (cpu, begun) = (process::cpu(server.pid())?, Instant::now());
    thread::scope(|scope| {
        let writers: Vec<_> = (0..writers).map(|_| scope.spawn(writer)).collect();
        writers.into_iter().try_for_each(|writer| writer.join().map_err(|_| "a writer panicked".to_owned())?)
    })?;
    let cpu = process::cpu(server.pid())? - cpu;
    let done = done.into_inner().max(1) as f64;
    Ok((done / begun.elapsed().as_secs_f64(), cpu.as_secs_f64() * 1000.0 / done))
}

fn ask(args: &Args, server: &Server, figure: &figures::Figure, known: &[Known]) -> Done<Asked> {
    let requests = figure.requests(server, known);
    let mut asked = Asked { name: figure.name, title: figure.title, ..Asked::default() };
    let mut connection = Connection::new(server.address);
    for request in requests.iter().take(if figure.writes() { 1 } else { COMPARED }) {
        let (status, answer) = server.ask(&mut connection, request)?;
        if !(200..300).contains(&status) {
            // Not offered: told in the table, not measured.
            asked.refused = Some(status);
            println!("  {status}: {}", answer.to_string().chars().take(200).collect::<String>());
            return Ok(asked);
        }
        asked.found += answer["entry"].as_array().map_or(1, Vec::len);
    }
    for clients in [1, 8] {
        let measured = Duration::from_secs_f64(args.seconds);
        let figure = load::run(
            server.address,
            server.pid(),
            &Load { requests: &requests, clients, warm: measured / 2, measured },
        )?;
        asked.by_clients.push((clients, figure));
    }
    Ok(asked)
}
