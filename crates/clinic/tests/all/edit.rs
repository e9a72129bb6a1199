//! Changes by a program leave what a person wrote.

use clinic::model::edit::{EditError, Part, PartId, put, remove};
use clinic::model::patterns::{PATTERNS, pattern};
use clinic::model::{
    Clinic, Criticality, DeviceId, DeviceKind, FlowId, Hours, Mac, Maintainer, ServiceId, ZoneId, read,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::read::SMALL;

fn device(id: &str) -> DeviceId {
    DeviceId::new(id).unwrap()
}

/// Whether the lines of one text are all in the other, in order.
fn keeps(all: &str, some: &str) -> bool {
    let mut lines = all.split('\n');
    some.split('\n').all(|line| lines.any(|each| each == line))
}

#[test]
fn one_value_changes_and_nothing_else() {
    let text = SMALL.replace("name = \"受付PC\"", "name   =  \"受付PC\"   # 窓口 1");
    let mut pc = read(&text).unwrap().device(&device("pc1")).unwrap().clone();
    pc.name = "受付PC 2".to_owned();
    let edited = put(&text, &Part::Device(pc.clone())).unwrap();
    assert_eq!(edited.text, text.replace("\"受付PC\"", "\"受付PC 2\""));
    pc.firmware = Some("23H2".to_owned());
    pc.addresses.v4 = None;
    pc.criticality = Criticality::Critical;
    let edited = put(&edited.text, &Part::Device(pc.clone())).unwrap();
    let end =
        "mac = [\"00-A0-DE-00-00-01\"]\nfirmware = \"23H2\"\ndepends_on = [\"server\"]\ncriticality = \"critical\"\n";
    assert!(edited.text.ends_with(end), "{}", edited.text);
    assert_eq!(edited.clinic.device(&pc.id), Some(&pc));
}

#[test]
fn what_is_meant_without_a_word_stays_what_it_is() {
    let mut pc = read(SMALL).unwrap().device(&device("pc1")).unwrap().clone();
    // A modality is medical unless said otherwise.
    pc.kind = DeviceKind::Modality;
    let edited = put(SMALL, &Part::Device(pc.clone())).unwrap();
    assert!(edited.text.contains("medical = false"));
    pc.kind = DeviceKind::Pc;
    let edited = put(&edited.text, &Part::Device(pc.clone())).unwrap();
    assert_eq!(edited.clinic.device(&pc.id), Some(&pc));
}

#[test]
fn a_new_part_stands_behind_its_like() {
    let text = format!("{SMALL}\n# おわり\n[[person]]\nid = \"p\"\nname = \"人\"\nrole = \"contact\"");
    let mut pc = read(&text).unwrap().device(&device("pc1")).unwrap().clone();
    (pc.id, pc.name, pc.macs, pc.addresses.v4) = (device("pc2"), "診察PC \"2\"".to_owned(), Vec::new(), None);
    let edited = put(&text, &Part::Device(pc)).unwrap();
    let block = "depends_on = [\"server\"]\n\n[[device]]\nid = \"pc2\"\nname = '診察PC \"2\"'\nkind = \"pc\"\nzone = \"office\"\ndepends_on = [\"server\"]\n\n# おわり";
    assert!(edited.text.contains(block), "{}", edited.text);
    // The first flow of all goes to the end, behind a last line that had no end.
    let flow = read(&format!(
        "{SMALL}[[flow]]\nid = \"f\"\nfrom = \"pc1\"\nto = \"server\"\nservice = \"https\"\nwhy = \"w\"\n"
    ));
    let edited = put(&text, &Part::Flow(flow.unwrap().flows[0].clone())).unwrap();
    assert!(edited.text.starts_with(&text) && edited.text.ends_with("role = \"contact\"\n\n[[flow]]\nid = \"f\"\nfrom = \"pc1\"\nto = \"server\"\nservice = \"https\"\nwhy = \"w\"\n"));
}

#[test]
fn what_is_removed_takes_its_own_comment_along() {
    let text =
        SMALL.replace("[[device]]\nid = \"pc1\"", "# ---- 事務 ----\n\n# 窓口\n# 右側\n[[device]]\nid = \"pc1\"");
    let edited = remove(&text, &PartId::Device(device("pc1"))).unwrap();
    assert!(edited.text.ends_with("# ---- 事務 ----\n\n") && !edited.text.contains("窓口"), "{}", edited.text);
    assert_eq!(edited.clinic.devices.len(), 1);
}

#[test]
fn what_others_refer_to_stays() {
    let Err(EditError::After(problems)) = remove(SMALL, &PartId::Device(device("server"))) else { panic!() };
    assert!(problems.to_string().contains("no device \"server\""));
    assert!(matches!(remove(SMALL, &PartId::Device(device("nobody"))), Err(EditError::NoSuch(_))));
    assert!(matches!(remove("x", &PartId::Device(device("nobody"))), Err(EditError::Before(_))));
    let mut pc = read(SMALL).unwrap().device(&device("pc1")).unwrap().clone();
    pc.zone = ZoneId::new("nowhere").unwrap();
    assert!(matches!(put(SMALL, &Part::Device(pc)), Err(EditError::After(_))));
    let inline = format!(
        "flow = [{{ id = \"f\", from = \"pc1\", to = \"server\", service = \"https\", why = \"w\" }}]\n{SMALL}"
    );
    let id = PartId::Flow(FlowId::new("f").unwrap());
    assert!(matches!(remove(&inline, &id), Err(EditError::Inline { kind: "flow", line }) if line.0 == 1));
}

#[test]
fn the_ends_of_lines_stay_as_they_are() {
    for text in [SMALL.replace('\n', "\r\n"), format!("\u{feff}{SMALL}"), SMALL.trim_end().to_owned()] {
        let mut pc = read(&text).unwrap().device(&device("pc1")).unwrap().clone();
        pc.model = Some("型番".to_owned());
        pc.criticality = Criticality::Important;
        let edited = put(&text, &Part::Device(pc.clone())).unwrap();
        assert_eq!(edited.clinic.device(&pc.id), Some(&pc));
        assert!(keeps(&edited.text, &text));
        assert_eq!(edited.text.matches("\r\n").count() > 0, text.contains("\r\n"));
        assert_eq!(edited.text.replace("\r\n", "").contains('\n'), !text.contains("\r\n"));
    }
}

fn any_name() -> impl Strategy<Value = String> {
    "[ぁ-ん一-龥a-zA-Z0-9\"'\\\\#=]([ぁ-ん一-龥a-zA-Z0-9 \"'\\\\#=\\[\\]]{0,20}[ぁ-ん一-龥a-z0-9])?"
}

/// Some device of a pattern with some fields changed; it stays in its zone, so that flows stay flows.
fn any_device(clinic: Clinic) -> impl Strategy<Value = (usize, clinic::model::Device)> {
    let text = || proptest::option::of(any_name());
    let kinds = select(DeviceKind::ALL);
    let vendors: Vec<Maintainer> = clinic.vendors.iter().map(|vendor| Maintainer::Vendor(vendor.id.clone())).collect();
    (
        any::<Index>(),
        any_name(),
        kinds,
        proptest::collection::vec(any::<[u8; 5]>(), 0..3),
        text(),
        text(),
        text(),
        proptest::option::of(select(vendors)),
        select(Criticality::ALL),
        any::<bool>(),
    )
        .prop_map(move |(index, name, kind, macs, maker, model, firmware, maintained_by, criticality, medical)| {
            let at = index.index(clinic.devices.len());
            let mut macs: Vec<Mac> = macs.into_iter().map(|[a, b, c, d, e]| Mac([2, a, b, c, d, e])).collect();
            macs.sort();
            macs.dedup();
            let device = clinic.devices[at].clone();
            (
                at,
                clinic::model::Device {
                    name,
                    kind,
                    macs,
                    maker,
                    model,
                    firmware,
                    maintained_by,
                    criticality,
                    medical,
                    ..device
                },
            )
        })
}

fn any_edit() -> impl Strategy<Value = (&'static str, usize, clinic::model::Device)> {
    select(PATTERNS.as_slice()).prop_flat_map(|pattern| {
        any_device(read(pattern.text).unwrap()).prop_map(move |(at, device)| (pattern.text, at, device))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn an_edited_text_says_what_the_edited_clinic_says((text, at, device) in any_edit(), new_id in "[a-z][a-z0-9-]{0,8}9") {
        let mut expected = read(text).unwrap();
        expected.devices[at] = device.clone();
        let edited = put(text, &Part::Device(device.clone())).unwrap();
        prop_assert_eq!(&edited.clinic, &expected);
        prop_assert_eq!(&read(&edited.text).unwrap(), &expected);
        // Every line but those of the device is there, in order; and the way back leads to the same clinic.
        let before: Vec<&str> = text.split("[[device]]\n").collect();
        let after: Vec<&str> = edited.text.split("[[device]]\n").collect();
        prop_assert_eq!(before.len(), after.len());
        let mine = format!("id = \"{}\"\n", device.id);
        for (old, new) in before.iter().zip(&after) {
            prop_assert!(old == new || old.starts_with(&mine));
        }
        let back = put(&edited.text, &Part::Device(read(text).unwrap().devices[at].clone())).unwrap();
        prop_assert_eq!(back.clinic, read(text).unwrap());
        // A new device, and away again.
        let id = DeviceId::new(&new_id).unwrap();
        prop_assume!(expected.device(&id).is_none());
        let other = clinic::model::Device { id: id.clone(), addresses: Default::default(), ..device };
        let added = put(text, &Part::Device(other.clone()));
        prop_assume!(!matches!(&added, Err(EditError::After(_))));
        let added = added.unwrap();
        prop_assert_eq!(added.clinic.device(&id), Some(&other));
        prop_assert!(keeps(&added.text, text));
        prop_assert_eq!(remove(&added.text, &PartId::Device(id)).unwrap().clinic, read(text).unwrap());
    }

    #[test]
    fn an_edited_flow_or_zone_is_what_was_asked_for(
        index: Index, flow_index: Index, why in any_name(), name in any_name(), vlan in proptest::option::of(1u16..4094),
        hours in proptest::collection::vec((any::<[bool; 7]>(), 0u16..700, 701u16..=1440), 0..3), day in proptest::option::of(1i8..28),
    ) {
        let text = pattern("floors").unwrap().text;
        let mut expected = read(text).unwrap();
        let at = flow_index.index(expected.flows.len());
        let mut flow = expected.flows[at].clone();
        flow.why = why;
        flow.until = day.map(|day| jiff::civil::date(2030, 2, day));
        flow.hours = Vec::new();
        for (days, from_minute, to_minute) in hours.into_iter().filter(|(days, ..)| days.contains(&true)) {
            let each = Hours { days, from_minute, to_minute };
            if !flow.hours.contains(&each) {
                flow.hours.push(each);
            }
        }
        flow.services = vec![ServiceId::new("rdp").unwrap(), ServiceId::new("vnc").unwrap()];
        expected.flows[at] = flow.clone();
        let zone_at = index.index(expected.zones.len());
        let zone = clinic::model::Zone { name, vlan, ..expected.zones[zone_at].clone() };
        expected.zones[zone_at] = zone.clone();
        let edited = put(&put(text, &Part::Flow(flow)).unwrap().text, &Part::Zone(zone)).unwrap();
        prop_assert_eq!(edited.clinic, expected);
        let removed = remove(text, &PartId::Flow(read(text).unwrap().flows[at].id.clone())).unwrap();
        prop_assert!(keeps(text, &removed.text));
        prop_assert_eq!(removed.clinic.flows.len() + 1, read(text).unwrap().flows.len());
    }
}
