//! Someone edits the running rules by hand: what is told about it.

use network::packets::Space;
use network::{Proof, Report, nft, prove};

use super::nft::{load, there};
use crate::policies;

/// Sentences kept of each kind.
const FIRST: usize = 4;

/// The report on the small clinic after an edit of its rules.
fn after(edit: impl Fn(String) -> String) -> Report {
    let policy = policies::small();
    let text = nft::compile(&policy);
    let edited = edit(text.clone());
    assert_ne!(edited, text, "nothing was edited");
    let mut space = Space::default();
    let passage = nft::evaluate(&nft::read(&load(&edited)).unwrap(), &mut space);
    prove(&policy, &passage, &mut space)
}

fn told(report: &Report) -> Vec<String> {
    // Handles are the kernel's own count.
    let clean = |text: String| {
        let mut words: Vec<&str> = text.split(' ').collect();
        let handles: Vec<usize> = (1..words.len()).filter(|index| words[index - 1] == "handle").collect();
        for index in handles {
            words[index] = "N";
        }
        words.join(" ")
    };
    assert_eq!(report.proof, Proof::Different);
    report.differences.iter().flat_map(|difference| [clean(difference.ja()), clean(difference.en())]).collect()
}

#[test]
fn differences_are_told_in_the_clinics_names() {
    if !there() {
        return;
    }
    let element = "10.2.0.10 . 10.1.0.10 . tcp . 2575 : goto flow_worklist,";
    let mut all = String::new();
    for (what, report) in [
        (
            "file sharing is opened from CT to the chart server",
            after(|text| {
                text.replace(element, &format!("{element}\n10.2.0.10 . 10.1.0.10 . tcp . 445 : goto flow_worklist,"))
            }),
        ),
        (
            "images are not shown any more",
            after(|text| text.replace("\t\t\t10.1.0.0/24 . 10.2.0.20 . tcp . 104 : goto flow_images,\n", "")),
        ),
        (
            "guests are let to the charts",
            after(|text| {
                text.replace(
                    "iifname . oifname vmap {",
                    "iifname \"zone3\" oifname \"zone0\" accept\n iifname . oifname vmap {",
                )
            }),
        ),
        (
            "the policy of forward is to accept",
            after(|text| {
                text.replace(
                    "hook forward priority filter; policy drop;",
                    "hook forward priority filter; policy accept;",
                )
                .replace("\t\tgoto refused\n\t}\n\tchain output", "\t}\n\tchain output")
            }),
        ),
        ("spoofing is not looked for", after(|text| text.replacen("\t\tjump belonging\n", "", 2))),
        (
            "everyone outside may come to CT by RDP",
            after(|text| {
                text.replace(
                    "203.0.113.0/28 . 10.2.0.10 . tcp . 22 timeout 3600s",
                    "0.0.0.0/5 . 10.2.0.10 . tcp . 3389 timeout 3600s",
                )
            }),
        ),
    ] {
        let told = told(&report);
        let first: Vec<&str> = told.iter().take(2 * FIRST).map(String::as_str).collect();
        all += &format!("# {what}: {} differences\n{}\n", told.len() / 2, first.join("\n"));
        for finding in report.findings.iter().rev().take(FIRST) {
            if !finding.en().contains("rule") {
                all += &format!("{}\n{}\n", finding.ja(), finding.en());
            }
        }
        all.push('\n');
    }
    crate::golden("nft-differences.txt", &all);
}

#[test]
fn rules_without_a_purpose_are_named() {
    if !there() {
        return;
    }
    let report = after(|text| {
        text.replace(
            "iifname . oifname vmap {",
            "tcp dport 22 tcp dport 23 accept comment \"dead\"\nip6 saddr fe80::/10 drop comment \"shadowed\"\niifname . oifname vmap {",
        )
    });
    let said: Vec<String> = report.findings.iter().map(network::proof::Finding::en).collect();
    assert_eq!(report.proof, Proof::Equal, "{report}");
    assert!(said.iter().any(|line| line.starts_with("No packet") && line.contains("dead")), "{said:?}");
    assert!(said.iter().any(|line| line.contains("never has its turn") && line.contains("shadowed")), "{said:?}");
    // What Komainu makes itself has none.
    let own = after(|text| text + "\n");
    assert!(own.findings.iter().all(|finding| !finding.en().contains("rule")), "{own}");
}
