//! Plain data for screens, read off the small clinic.

use network::view::{map, matrix, reach};

use super::policies::{address, small};

#[test]
fn who_reaches_a_device_and_whom_it_reaches() {
    let ct = reach(&small(), "ct").unwrap();
    let words = |talks: &[network::view::Talk]| talks.iter().map(|talk| talk.peer.word.clone()).collect::<Vec<_>>();
    assert_eq!((words(&ct.from), words(&ct.to)), (vec!["acme".to_owned()], vec!["chart-server".to_owned()]));
    assert_eq!((ct.from[0].seconds_left, ct.from[0].services.as_slice()), (Some(3600), &["SSH".to_owned()][..]));
    assert_eq!(ct.to[0].services, ["HL7 (MLLP)", "疎通確認 (ping)"].map(str::to_owned).map(|name| name));
    assert_eq!(ct.to[0].devices[0].name, "電子カルテサーバー");
    assert_eq!(ct.beside.iter().map(|other| other.word.as_str()).collect::<Vec<_>>(), ["pacs"]);
    // What is open for a zone is open for each of its devices.
    let pc = reach(&small(), "reception-pc").unwrap();
    assert_eq!((words(&pc.from), words(&pc.to)), (vec![], vec!["pacs".to_owned()]));
    assert_eq!(reach(&small(), "nobody"), None);
}

#[test]
fn an_isolated_device_says_so() {
    let mut policy = small();
    assert!(!reach(&policy, "ct").unwrap().quarantined);
    policy.quarantine = vec![address(1, 10, true)];
    assert!(reach(&policy, "ct").unwrap().quarantined);
}

#[test]
fn the_matrix_counts_what_is_open_between_two_sides() {
    let matrix = matrix(&small());
    let words: Vec<&str> = matrix.sides.iter().map(|side| side.word.as_str()).collect();
    assert_eq!(words, ["internet", "gateway", "charts", "imaging", "office", "guests"]);
    let cell = |from: &str, to: &str| {
        let at = |word| words.iter().position(|known| *known == word).unwrap();
        &matrix.cells[at(from)][at(to)]
    };
    assert_eq!(cell("charts", "imaging").flows, ["images"]);
    assert_eq!(cell("imaging", "charts").flows, ["worklist"]);
    assert_eq!(
        (cell("internet", "imaging").flows.len(), cell("internet", "imaging").grants.as_slice()),
        (0, &["acme".to_owned()][..])
    );
    assert_eq!(cell("guests", "internet").services, ["HTTPS"]);
    assert!(cell("office", "office").within && cell("guests", "charts").flows.is_empty());
    let open: usize = matrix.cells.iter().flatten().map(|cell| cell.flows.len() + cell.grants.len()).sum();
    assert_eq!(open, 7);
}

#[test]
fn nothing_on_the_map_overlaps_and_every_line_has_its_ends() {
    for (name, policy) in super::patterns() {
        let map = map(&policy);
        let apart = |a: &network::view::Area, b: &network::view::Area| {
            a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
        };
        for (at, area) in map.areas.iter().enumerate() {
            assert!(area.x + area.width <= map.width && area.y + area.height <= map.height, "{name}: {area:?}");
            assert!(map.areas[..at].iter().all(|other| apart(area, other)), "{name}: {area:?}");
        }
        assert_eq!(map.devices.len(), policy.hosts.len(), "{name}");
        for dot in &map.devices {
            let area = map.areas.iter().find(|area| area.side.word == dot.area).unwrap();
            assert!((area.y..area.y + area.height).contains(&dot.y) && (area.x..area.x + area.width).contains(&dot.x));
        }
        let known = |word: &str| {
            map.areas.iter().any(|area| area.side.word == word) || map.devices.iter().any(|dot| dot.device.word == word)
        };
        assert!(!map.links.is_empty() && map.links.iter().all(|link| known(&link.from) && known(&link.to)), "{name}");
    }
    assert!(serde_json::to_string(&map(&small())).unwrap().contains("\"word\":\"ct\""));
}
