//! The five patterns with real sockets: every declared conversation works, and no other.
//!
//! For each pattern a gateway and a namespace for every zone and for the world outside are made. `init`, an edit,
//! `plan` and `apply` as a person would do it; then everybody calls everybody on a matrix of ports, over TCP and UDP,
//! IPv4 and IPv6. What is expected is read from the clinic's file alone, without a look at policies or rules. Held
//! against it are both ends: whose call was answered, and what arrived at whoever was called.
//!
//! One pattern with a few ports runs each time; `KOMAINU_MATRIX=all` runs the five with all thirty, and
//! the name of a pattern that one.

mod parties;
mod traffic;
mod world;

use std::path::{Path, PathBuf};

use clinic::model::Clinic;

use crate::harness::{Place, komainu, run, said};
use crate::namespace::{Computer, edit, there};
use parties::Parties;

const PATTERNS: [&str; 5] = ["cloud-chart", "on-premises", "imaging", "floors", "group-hub"];

/// What the patterns' flows open, and what intruders ask for first.
const PORTS: [u16; 30] = [
    22, 23, 53, 67, 80, 104, 123, 135, 139, 161, 162, 443, 445, 514, 547, 587, 631, 993, 1433, 2575, 3389, 5432, 5900,
    6514, 8000, 8443, 9100, 11112, 50_000, 51_820,
];
/// Those of a quick run.
const FEW: [u16; 6] = [22, 53, 443, 445, 8443, 3389];

#[test]
fn every_declared_conversation_works_and_no_other() {
    if !there() {
        return;
    }
    let wanted = std::env::var("KOMAINU_MATRIX").unwrap_or_default();
    let (patterns, ports) = match PATTERNS.iter().position(|pattern| *pattern == wanted) {
        Some(one) => (&PATTERNS[one..=one], &PORTS[..]),
        None if wanted == "all" => (&PATTERNS[..], &PORTS[..]),
        None => (&PATTERNS[2..3], &FEW[..]),
    };
    let mut sum = [0; 3];
    for pattern in patterns {
        let place = Place::new();
        let computer = Computer::new(&place, pattern);
        let (file, clinic) = prepared(&place, pattern);
        let parties = Parties::of(&clinic);
        let world = world::World::new(&computer.namespace, &clinic, &parties);
        let output = computer.apply(&file, &["--yes", "--why", "始める"]);
        assert!(output.status.success(), "{}", said(&output));
        assert!(!said(&output).contains("インターフェース"), "all are there: {}", said(&output));
        let probes = parties.probes(&clinic, ports);
        let result = traffic::run(&world, &parties, &probes);
        let declared = probes.iter().filter(|probe| probe.declared).count();
        let refused = probes.len() - declared;
        let mut wrong = result.wrong(&parties, &probes);
        let disagreements = wrong.len();
        wrong.truncate(40);
        assert!(wrong.is_empty(), "{pattern}: {disagreements} disagree\n{}", wrong.join("\n"));
        assert_eq!(computer.ask(&["drift"]).status.code(), Some(0), "{pattern}");
        // The sockets see what is opened by hand, as the proof does.
        computer.namespace.sh("nft insert rule inet komainu forward ct state new udp dport 3389 accept");
        let asked: Vec<_> = probes.iter().filter(|probe| probe.port == 3389 && !probe.tcp).copied().collect();
        let through = traffic::run(&world, &parties, &asked).wrong(&parties, &asked).len();
        assert!(through > 0 && computer.ask(&["drift"]).status.code() == Some(1), "{pattern}");
        #[expect(clippy::print_stdout, reason = "figures")]
        let () = println!(
            "{pattern}: {} parties, {} ports, {} calls: {declared} declared, all answered; {refused} others, none arrived",
            parties.list.len(),
            ports.len(),
            probes.len()
        );
        sum = [sum[0] + probes.len(), sum[1] + declared, sum[2] + refused];
        assert!(declared > 0);
    }
    #[expect(clippy::print_stdout, reason = "figures")]
    let () = println!("{} calls, {} declared and answered, {} others that did not arrive", sum[0], sum[1], sum[2]);
}

/// A pattern made fit for this gateway, and open at all hours.
fn prepared(place: &Place, pattern: &str) -> (PathBuf, Clinic) {
    let (from, file) = (place.path("pattern.toml"), place.path("clinic.toml"));
    let output = run(komainu().args(["init", "--pattern", pattern, "--out"]).arg(&from));
    assert!(output.status.success(), "{}", said(&output));
    std::fs::copy(&from, &file).unwrap();
    edit(&file, &|text| text.lines().map(fit).collect::<Vec<_>>().join("\n"));
    let planned = run(komainu().arg("plan").args([&from, &file]));
    assert!(planned.status.success(), "{}", said(&planned));
    let clinic = read(&file);
    (file, clinic)
}

fn fit(line: &str) -> String {
    match line.split(" = ").next() {
        Some("platform") => "platform = \"nftables\"".to_owned(),
        Some("interface") => line.replace('/', "."),
        Some("hours") => "hours = \"daily 00:00-24:00\"".to_owned(),
        _ => line.to_owned(),
    }
}

fn read(file: &Path) -> Clinic {
    clinic::model::read(&std::fs::read_to_string(file).unwrap()).unwrap_or_else(|problems| panic!("{problems:?}"))
}
