//! What a change of the file means, in words.

use std::fmt::Write as _;
use std::path::Path;

use clinic::model::patterns::pattern;
use clinic::model::plan::{Change, Party};
use clinic::model::{Clinic, conversations, plan, read};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 12, 1);

fn imaging() -> (String, Clinic) {
    let text = pattern("imaging").unwrap().text.to_owned();
    let clinic = read(&text).unwrap();
    (text, clinic)
}

/// The text with one piece replaced, which must be there.
fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

/// Compares with the file of this name; `KOMAINU_BLESS=1` writes it.
#[track_caller]
fn golden(name: &str, old: &Clinic, new: &Clinic) {
    let plan = plan(old, new, TODAY);
    let mut text = String::new();
    for sentence in plan.ja(old, new).iter().chain(&plan.en(old, new)) {
        writeln!(text, "{sentence}").unwrap();
    }
    for row in plan.table(old, new) {
        writeln!(text, "| {} |", row.join(" | ")).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/golden").join(name);
    if std::env::var_os("KOMAINU_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{name}");
}

#[test]
fn a_device_that_is_bought() {
    let (text, old) = imaging();
    let text = replaced(&text, "\"endoscope\"]", "\"endoscope\", \"mri\"]");
    let mri = "\n[[device]]\nid = \"mri\"\nname = \"MRI 装置\"\nkind = \"modality\"\nzone = \"modality\"\nipv4 = \"192.168.30.20\"\nipv6 = \"fd4b:6f6d:3:30::20\"\n";
    let new = read(&format!("{text}{mri}")).unwrap();
    golden("device-bought.txt", &old, &new);
    golden("device-given-away.txt", &new, &old);
}

#[test]
fn a_device_that_moves_takes_its_conversations_along() {
    let (text, old) = imaging();
    let moved = "name = \"読影ビューア\"\nkind = \"viewer\"\nzone = \"office\"";
    let text = replaced(&text, "name = \"読影ビューア\"\nkind = \"viewer\"\nzone = \"imaging\"", moved);
    let text = replaced(
        &text,
        "ipv4 = \"192.168.31.21\"\nipv6 = \"fd4b:6f6d:3:31::21\"",
        "ipv4 = \"192.168.40.21\"\nipv6 = \"fd4b:6f6d:3:40::21\"",
    );
    golden("device-moves.txt", &old, &read(&text).unwrap());
}

#[test]
fn flows_and_ways_in_that_change() {
    let (text, old) = imaging();
    let text = replaced(&text, "id = \"office-internet\"", "id = \"office-web\"\nhours = \"mon-fri 08:00-19:00\"");
    let text = replaced(&text, "minutes_max = 60", "minutes_max = 600");
    let text = replaced(&text, "id = \"order\"", "id = \"order\"\nuntil = 2026-11-30");
    let text = replaced(&text, "slab_m = 0.15", "slab_m = 0.2");
    golden("flows-change.txt", &old, &read(&text).unwrap());
}

#[test]
fn another_way_of_writing_the_same_opens_nothing() {
    let (text, old) = imaging();
    assert!(plan(&old, &read(&format!("# 覚え書き\n\n{text}\n")).unwrap(), TODAY).is_empty());
    // The group named by its members, one by one.
    let flow = |n: usize, from: &str| {
        format!("[[flow]]\nid = \"s{n}\"\nfrom = \"{from}\"\nto = \"pacs\"\nservice = \"dicom\"\nwhy = \"画像\"\n")
    };
    let one_by_one: String = ["ct", "cr", "us", "endoscope"].iter().enumerate().map(|(n, id)| flow(n, id)).collect();
    let start = text.find("[[flow]]\nid = \"store-images\"").unwrap();
    let end = start + text[start + 1..].find("[[flow]]").unwrap() + 1;
    let new = read(&format!("{}{one_by_one}{}", &text[..start], &text[end..])).unwrap();
    let plan = plan(&old, &new, TODAY);
    assert!(plan.opens.is_empty() && plan.closes.is_empty(), "{plan:#?}");
    assert!(plan.things.iter().all(|thing| matches!(thing.change, Change::Added | Change::Removed)));
}

#[test]
fn every_pair_is_in_the_rows_exactly_once() {
    let (_, clinic) = imaging();
    let mut pairs = std::collections::BTreeSet::new();
    for row in conversations(&clinic, TODAY) {
        for from in &row.from {
            for to in &row.to {
                for service in &row.services {
                    assert!(pairs.insert((from.clone(), to.clone(), service.id.clone())), "{from:?} {to:?}");
                }
            }
        }
    }
    // Four modalities to the PACS, by one service.
    let stores = |party: &Party| matches!(party, Party::Device(id) if id.as_str() == "pacs");
    assert_eq!(pairs.iter().filter(|(_, to, service)| stores(to) && service.as_str() == "dicom").count(), 4);
}

#[test]
fn the_way_there_is_the_way_back_reversed() {
    let clinics = ["cloud-chart", "imaging", "floors"].map(|name| read(pattern(name).unwrap().text).unwrap());
    for old in &clinics {
        for new in &clinics {
            let (there, back) = (plan(old, new, TODAY), plan(new, old, TODAY));
            assert_eq!((&there.opens, &there.closes), (&back.closes, &back.opens));
            assert_eq!(there.is_empty(), old == new);
        }
    }
}
