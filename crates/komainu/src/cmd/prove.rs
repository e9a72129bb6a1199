//! `komainu prove`: whether what runs is what was meant.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitCode};

use network::packets::{Packet, Space};
use network::policy::Live;
use network::proof::{Difference, Finding, Proof, Report};
use network::{Policy, nft, prove as prove_policy, rtx};
use serde_json::{Value, json};

use super::check;
use crate::cli::Prove;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// The word for the rules that this computer's kernel has loaded.
const KERNEL: &str = "kernel";

/// Proves, tells, and ends with 0 where all is equal, 1 where something differs, 2 where something was not understood.
pub(crate) fn prove(args: &Prove) -> Done<ExitCode> {
    let clinic = check::clinic(&args.file)?;
    let policy = Policy::of(&clinic, check::now(), &Live::default());
    let text = rules(&args.against)?;
    // What nft prints is JSON; a router's configuration is not.
    let report = if text.trim_start().starts_with('{') {
        nftables(args, &policy, &text)?
    } else {
        router(args, &policy, &text)?
    };
    if args.json {
        terminal::print(&as_json(&report).to_string())
    } else {
        tell(&report)
    }
    Ok(code(&report.proof))
}

/// 0 equal, 1 different, 2 not understood.
pub(super) fn code(proof: &Proof) -> ExitCode {
    ExitCode::from(match proof {
        Proof::Equal => 0,
        Proof::Different => 1,
        Proof::NotUnderstood => 2,
    })
}

fn nftables(args: &Prove, policy: &Policy, text: &str) -> Done<Report> {
    let rules = nft::read(text).map_err(|error| {
        unfit(args, error).todo("nft -j list ruleset の出力を渡してください。", "Give what nft -j list ruleset prints.")
    })?;
    let mut space = Space::default();
    let passage = nft::evaluate(&rules, &mut space);
    Ok(prove_policy(policy, &passage, &mut space))
}

/// YAMAHA RTX.
fn router(args: &Prove, policy: &Policy, text: &str) -> Done<Report> {
    let config = rtx::parse(text.as_bytes()).map_err(|error| {
        unfit(args, error).todo("show config の出力を渡してください。", "Give what show config prints.")
    })?;
    Ok(rtx::prove(policy, &config))
}

fn unfit(args: &Prove, error: impl std::fmt::Display) -> Failure {
    let against = &args.against;
    Failure::new(
        Kind::Input,
        format!("{against} は規則として読めません。"),
        format!("{against} cannot be read as rules."),
    )
    .because(error)
}

/// The rules as the kernel tells them, loaded ones or those kept in a file.
fn rules(against: &str) -> Done<String> {
    if against == KERNEL {
        return loaded();
    }
    let path = Path::new(against);
    let limit = u64::try_from(nft::TEXT_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text));
    read.map_err(|error| Failure::file("読む", "read", path, &error))?;
    Ok(text)
}

/// Asks the kernel.
fn loaded() -> Done<String> {
    let failed = |cause: String| {
        Failure::new(Kind::Unreachable, "カーネルの規則を読めません。", "The kernel's rules cannot be read.")
            .because(cause)
            .todo(
                "nftables を入れ、管理者として実行してください (apt-get install nftables)。",
                "Install nftables and run this as root (apt-get install nftables).",
            )
    };
    let asked = Command::new("nft").args(["-j", "list", "ruleset"]).output();
    let output = asked.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))
}

fn tell(report: &Report) {
    differences(report);
    for each in &report.findings {
        terminal::print(&format!("・{}\n    {}", each.ja(), each.en()));
    }
}

/// The verdict, and what differs.
pub(super) fn differences(report: &Report) {
    terminal::print(&format!("{}\n    {}", report.proof.ja(), report.proof.en()));
    for unknown in &report.unknown {
        terminal::print(&format!("? {}: {}", unknown.place, unknown.what));
    }
    for each in &report.differences {
        terminal::print(&format!("≠ {}\n    {}", each.ja(), each.en()));
    }
    if report.more {
        terminal::print("≠ …ほかにもあります。\n    … and more.");
    }
}

pub(super) fn as_json(report: &Report) -> Value {
    let word = match report.proof {
        Proof::Equal => "equal",
        Proof::Different => "different",
        Proof::NotUnderstood => "not-understood",
    };
    json!({
        "proof": word,
        "differences": report.differences.iter().map(difference).collect::<Vec<_>>(),
        "more": report.more,
        "unknown": report.unknown.iter().map(|each| json!({ "place": &*each.place, "what": each.what })).collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn difference(each: &Difference) -> Value {
    json!({
        "passes": each.passes,
        "rule": each.rule.as_deref(),
        "example": packet(&each.example),
        "ja": each.ja(),
        "en": each.en(),
    })
}

/// One of the packets, in numbers (IANA's for the protocol and ICMP).
fn packet(each: &Packet) -> Value {
    json!({
        "source": each.source.to_string(),
        "destination": each.destination.to_string(),
        "protocol": each.protocol,
        "source_port": each.source_port,
        "destination_port": each.destination_port,
        "icmp_type": each.icmp_type,
    })
}

fn finding(each: &Finding) -> Value {
    json!({ "ja": each.ja(), "en": each.en() })
}
