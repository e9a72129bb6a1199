//! The matrix, the map and the reach of a device.

use std::collections::BTreeSet;

use clinic::model::map::Area;
use clinic::model::patterns::{PATTERNS, pattern};
use clinic::model::plan::names;
use clinic::model::{Clinic, DeviceId, Side, ZoneId, map, matrix, reach, read};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 12, 1);

fn floors() -> Clinic {
    read(pattern("floors").unwrap().text).unwrap()
}

fn zone(id: &str) -> Side {
    Side::Zone(ZoneId::new(id).unwrap())
}

/// The cell, as `3 open`.
fn cell(clinic: &Clinic, from: &Side, to: &Side) -> String {
    let matrix = matrix(clinic, TODAY);
    let cell = matrix.cells.iter().find(|cell| cell.from == *from && cell.to == *to);
    cell.map_or_else(|| "-".to_owned(), |cell| format!("{} {}", cell.flows.len(), cell.mood.word()))
}

#[test]
fn the_matrix_counts_each_flow_where_the_gateway_sees_it() {
    let clinic = floors();
    assert_eq!(cell(&clinic, &zone("medical"), &zone("chart")), "1 open");
    assert_eq!(cell(&clinic, &zone("chart"), &Side::Gateway), "1 open");
    assert_eq!(cell(&clinic, &zone("guest"), &Side::Outside), "1 limited");
    assert_eq!(cell(&clinic, &zone("guest"), &zone("chart")), "-");
    assert_eq!(cell(&clinic, &Side::Outside, &zone("chart")), "-");
    // The gateway is a device of this zone, but not behind its interface.
    assert_eq!(cell(&clinic, &zone("chart"), &zone("mgmt")), "1 open");
}

#[test]
fn a_cell_tells_the_gravest_of_its_flows() {
    let text = pattern("floors").unwrap().text;
    let with = |flow: &str| read(&format!("{text}\n[[flow]]\nid = \"x\"\nwhy = \"w\"\n{flow}")).unwrap();
    let clinic = with("from = \"guest\"\nto = \"chart\"\nservice = \"https\"");
    assert_eq!(cell(&clinic, &zone("guest"), &zone("chart")), "1 danger");
    let clinic = with("from = \"office-pc\"\nto = \"orca\"\nservice = \"telnet\"");
    assert_eq!(cell(&clinic, &zone("office"), &zone("chart")), "3 caution");
    let clinic = with("from = \"office-pc\"\nto = \"oqs\"\nservice = \"https\"\nuntil = 2026-11-30");
    assert_eq!(cell(&clinic, &zone("office"), &zone("eligibility")), "1 over");
}

#[test]
fn reach_is_told_in_the_clinics_own_names_both_ways() {
    let clinic = floors();
    let id = DeviceId::new("chart-server").unwrap();
    let reach = reach(&clinic, &id, TODAY).unwrap();
    let callers: Vec<String> = reach.callers.iter().map(|row| names(&row.from, &clinic).0).collect();
    assert_eq!(callers, ["検査の機器"]);
    let called: Vec<String> = reach.called.iter().map(|row| names(&row.to, &clinic).0).collect();
    assert_eq!(called, ["血液検査装置", "ルーター"]);
    assert_eq!(reach.neighbours.len(), 8);
    assert_eq!(reach.ways_in.iter().map(|(vendor, _)| vendor.as_str()).collect::<Vec<_>>(), ["chart-vendor"]);
    assert_eq!(clinic::model::reach(&clinic, &DeviceId::new("none").unwrap(), TODAY), None);
}

#[test]
fn nobody_stands_beside_the_gateway() {
    let clinic = floors();
    let router = reach(&clinic, &DeviceId::new("router").unwrap(), TODAY).unwrap();
    assert!(router.neighbours.is_empty() && !router.callers.is_empty());
    let switch = reach(&clinic, &DeviceId::new("switch1").unwrap(), TODAY).unwrap();
    assert!(!switch.neighbours.iter().any(|id| id.as_str() == "router"));
}

fn within(inner: Area, outer: Area) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

fn apart(a: Area, b: Area) -> bool {
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
}

/// A clinic of sixty devices in six zones: the `floors` pattern with more of them.
fn sixty() -> Clinic {
    let mut text = pattern("floors").unwrap().text.to_owned();
    for index in 0..37 {
        let zone = ["chart", "medical", "office", "mgmt"][index % 4];
        text +=
            &format!("\n[[device]]\nid = \"more{index}\"\nname = \"増設{index}\"\nkind = \"pc\"\nzone = \"{zone}\"\n");
    }
    read(&text).unwrap()
}

#[test]
fn a_map_holds_every_device_once_and_nothing_overlaps() {
    let mut clinics: Vec<Clinic> = PATTERNS.iter().map(|pattern| read(pattern.text).unwrap()).collect();
    clinics.push(sixty());
    for clinic in clinics {
        let matrix = matrix(&clinic, TODAY);
        let drawn = map(&clinic, &matrix);
        assert_eq!(drawn, map(&clinic, &matrix), "the same clinic gives the same drawing");
        let whole = Area { x: 0, y: 0, width: drawn.width, height: drawn.height };
        let mut areas: Vec<Area> = drawn.places.iter().map(|place| place.area).collect();
        areas.push(drawn.gateway);
        for (index, area) in areas.iter().enumerate() {
            assert!(within(*area, whole), "{}: {area:?} in {whole:?}", clinic.name);
            assert!(areas[..index].iter().all(|other| apart(*area, *other)), "{}: {area:?}", clinic.name);
        }
        let mut seen = BTreeSet::new();
        for place in &drawn.places {
            for (index, (end, tile)) in place.tiles.iter().enumerate() {
                assert!(within(*tile, place.area) && seen.insert(end.clone()), "{end:?}");
                assert!(place.tiles[..index].iter().all(|(_, other)| apart(*tile, *other)));
            }
        }
        let devices = seen.iter().filter(|end| !end.is_outside()).count();
        assert_eq!(devices + usize::from(clinic.gateway.device.is_some()), clinic.devices.len());
        // Every cell of the matrix is in one line.
        let lines: usize = drawn.links.iter().map(|link| link.there.len() + link.back.len()).sum();
        assert_eq!(lines, matrix.cells.iter().map(|cell| cell.flows.len()).sum::<usize>());
    }
}

#[test]
fn sixty_devices_fit_a_screen_at_a_size_that_can_be_read() {
    let clinic = sixty();
    assert_eq!(clinic.devices.len(), 60);
    let drawn = map(&clinic, &matrix(&clinic, TODAY));
    // Shrunk to 1920 × 1000, a line of text of 14 units is still 10 px high.
    let scale = (1920.0 / f64::from(drawn.width)).min(1000.0 / f64::from(drawn.height));
    assert!(scale * 14.0 >= 10.0, "{} × {}", drawn.width, drawn.height);
}
