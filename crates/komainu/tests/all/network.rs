//! `compile` and `prove`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{Place, komainu, run, said};

const PATTERNS: [&str; 5] = ["cloud-chart", "on-premises", "imaging", "floors", "group-hub"];

/// A pattern as a clinic's file.
fn clinic(place: &Place, pattern: &str) -> PathBuf {
    let path = place.path(&format!("{pattern}.toml"));
    let output = run(komainu().args(["init", "--pattern", pattern, "--out"]).arg(&path));
    assert!(output.status.success(), "{}", said(&output));
    path
}

fn compile(clinic: &Path, target: &str, out: &Path) -> Output {
    run(komainu().arg("compile").arg(clinic).args(["--target", target, "--out"]).arg(out))
}

fn prove(clinic: &Path, against: &Path) -> Output {
    run(komainu().args(["prove", "--json"]).arg(clinic).arg("--against").arg(against))
}

fn answer(output: &Output) -> (Option<i32>, Value) {
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output))))
}

/// Whether rules can be loaded here, into a network namespace that is gone when its command ends.
fn there() -> bool {
    let works = Command::new("unshare").args(["-n", "nft", "list", "ruleset"]).output();
    let works = works.is_ok_and(|output| output.status.success());
    if !works {
        #[expect(clippy::print_stdout, reason = "what was skipped is told")]
        let () = println!("skipped: needs root, network namespaces and nft (cargo xtask setup)");
    }
    works
}

/// What the kernel says it has loaded of these rules, after more commands of nft.
fn loaded(rules: &Path, more: &str) -> String {
    let script = format!("nft -f \"$0\" && nft '{more}' && nft -j list ruleset");
    let output = Command::new("unshare").args(["-n", "sh", "-c", &script]).arg(rules).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_the_kernel_has_loaded_of_every_pattern_is_proven() {
    let kernel = there();
    let place = Place::new();
    for pattern in PATTERNS {
        let (clinic, out) = (clinic(&place, pattern), place.path(pattern));
        let output = compile(&clinic, "nftables", &out);
        assert!(output.status.success(), "{}", said(&output));
        let rules = std::fs::read_to_string(out.join("komainu.nft")).unwrap();
        assert_eq!(compile(&clinic, "nftables", &out).status.code(), Some(0));
        assert_eq!(std::fs::read_to_string(out.join("komainu.nft")).unwrap(), rules, "the same again");
        if !kernel {
            continue;
        }
        let kept = place.path("ruleset.json");
        std::fs::write(&kept, loaded(&out.join("komainu.nft"), "")).unwrap();
        let (code, told) = answer(&prove(&clinic, &kept));
        assert_eq!((code, &told["proof"]), (Some(0), &"equal".into()), "{pattern}: {told}");
        assert_eq!(told["differences"], Value::Array(Vec::new()));
        // The rules of one clinic are not those of another.
        let elsewhere = Place::new();
        let other = self::clinic(&elsewhere, if pattern == "floors" { "imaging" } else { "floors" });
        let (code, told) = answer(&prove(&other, &kept));
        assert_eq!((code, &told["proof"]), (Some(1), &"different".into()), "{pattern}");
    }
}

#[test]
fn a_rule_opened_by_hand_is_told_with_the_rule() {
    let place = Place::new();
    let (clinic, out) = (clinic(&place, "on-premises"), place.path("out"));
    compile(&clinic, "nftables", &out);
    if !there() {
        return;
    }
    let (rules, kept) = (out.join("komainu.nft"), place.path("ruleset.json"));
    let opened = "insert rule inet komainu forward tcp dport 3389 accept";
    std::fs::write(&kept, loaded(&rules, opened)).unwrap();
    let (code, told) = answer(&prove(&clinic, &kept));
    assert_eq!((code, &told["proof"]), (Some(1), &"different".into()));
    let through = told["differences"].as_array().unwrap();
    let by_hand = |each: &&Value| each["passes"] == true && each["example"]["destination_port"] == 3389;
    let first = through.iter().find(by_hand).unwrap_or_else(|| panic!("{told}"));
    assert!(first["rule"].as_str().unwrap().contains("forward"), "{first}");
    assert!(first["ja"].as_str().unwrap().contains("宣言にはない"), "{first}");
    // What is not understood is said, and nothing is proven.
    let odd = format!("{opened}; insert rule inet komainu forward meta cpu 1 accept");
    std::fs::write(&kept, loaded(&rules, &odd)).unwrap();
    let (code, told) = answer(&prove(&clinic, &kept));
    assert_eq!((code, &told["proof"]), (Some(2), &"not-understood".into()));
    assert!(!told["unknown"].as_array().unwrap().is_empty());
}

/// Broken so that a list lets everything through where it begins.
fn opened(text: &str) -> String {
    let list = text.lines().find(|line| line.contains("secure filter in ")).unwrap();
    let wide = list.replace("secure filter in ", "secure filter in 9999999 ");
    format!("ip filter 9999999 pass * * * * *\n{}", text.replace(list, &wide))
}

/// Broken so that everything is forwarded.
fn forwarded(text: &str) -> String {
    format!("{text}\nconfig forwarding\n\toption src '*'\n\toption dest '*'\n")
}

/// A way to break a text.
type Break = fn(&str) -> String;

#[test]
fn a_router_is_given_its_text_and_held_to_it() {
    let place = Place::new();
    // The name of what is written, a break that opens everything, a line that nobody understands.
    let makes: [(&str, &str, Break, &str); 2] = [
        ("rtx", "komainu.rtx", opened, "teleport lan1 everywhere"),
        ("openwrt", "komainu.uci", forwarded, "config teleport"),
    ];
    for pattern in ["on-premises", "group-hub"] {
        let (clinic, out) = (clinic(&place, pattern), place.path("out"));
        for (target, name, open, odd) in makes {
            let output = compile(&clinic, target, &out);
            assert!(output.status.success(), "{}", said(&output));
            let (code, told) = answer(&prove(&clinic, &out.join(name)));
            assert_eq!((code, &told["proof"]), (Some(0), &"equal".into()), "{pattern} {target}: {told}");
            let text = std::fs::read_to_string(out.join(name)).unwrap();
            let broken = place.path("broken");
            std::fs::write(&broken, open(&text)).unwrap();
            let (code, told) = answer(&prove(&clinic, &broken));
            assert_eq!((code, &told["proof"]), (Some(1), &"different".into()), "{pattern} {target}: {told}");
            std::fs::write(&broken, format!("{text}{odd}\n")).unwrap();
            let (code, told) = answer(&prove(&clinic, &broken));
            assert_eq!((code, &told["proof"]), (Some(2), &"not-understood".into()), "{pattern} {target}: {told}");
            let line = format!("line {}", text.lines().count() + 1);
            assert!(told["unknown"].as_array().unwrap().iter().any(|each| each["place"] == line), "{told}");
        }
    }
}

#[test]
fn what_a_router_cannot_carry_is_refused_and_nothing_is_written() {
    let place = Place::new();
    let (clinic, out) = (clinic(&place, "on-premises"), place.path("out"));
    let text = std::fs::read_to_string(&clinic).unwrap();
    std::fs::write(&clinic, text.replace("\"lan1/2\"", "\"eth0.20\"")).unwrap();
    let output = compile(&clinic, "rtx", &out);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("'eth0.20' is no interface of an RTX"), "{}", said(&output));
    assert!(!out.exists());
}

#[test]
fn a_clinic_that_must_not_be_gets_no_rules() {
    let place = Place::new();
    let (path, out) = (clinic(&place, "on-premises"), place.path("out"));
    let text = std::fs::read_to_string(&path).unwrap();
    let inward =
        "\n[[flow]]\nid = \"inward\"\nfrom = \"internet\"\nto = \"zone:chart\"\nservice = [\"rdp\"]\nwhy = \"x\"\n";
    for bad in [format!("{text}{inward}"), text.replacen("[clinic]", "[clinik]", 1)] {
        std::fs::write(&path, bad).unwrap();
        for target in ["nftables", "rtx", "openwrt"] {
            let output = compile(&path, target, &out);
            assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        }
        assert!(!out.exists());
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let place = Place::new();
    let clinic = clinic(&place, "cloud-chart");
    let output = prove(&clinic, &place.path("nothing.json"));
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("nothing.json を読むことができません。"), "{}", said(&output));
    let kept = place.path("ruleset.json");
    for (text, code) in [("{", 3), ("{}", 3), ("{\"nftables\": 3}", 3)] {
        std::fs::write(&kept, text).unwrap();
        let output = prove(&clinic, &kept);
        assert_eq!(output.status.code(), Some(code), "{text}: {}", said(&output));
        assert!(output.stdout.is_empty());
    }
    // No rules at all let everything through.
    std::fs::write(&kept, "{\"nftables\": []}").unwrap();
    let (code, told) = answer(&prove(&clinic, &kept));
    assert_eq!((code, &told["proof"]), (Some(1), &"different".into()));
}
