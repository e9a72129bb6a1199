//! What was changed by hand, told from two listings.

use network::nft::{Change, drift};
use network::policy::Policy;

use proptest::prelude::*;

use crate::policies::{host, small};
use crate::properties;

const LISTING: &str = "\
table inet komainu { # handle 7
	comment \"x\"

	set quarantine4 { # handle 2
		type ipv4_addr
		flags timeout
		elements = { 10.9.9.9 }
	}

	map a_to_b_ports4 { # handle 3
		type ipv4_addr . ipv4_addr . inet_proto . inet_service : verdict
		flags interval,timeout
		elements = { 10.1.0.7 . 10.2.0.8 . tcp . 104 timeout 1h expires 59m1s : goto flow_x,
			     10.1.0.7 . 10.2.0.9 . tcp . 104 : goto flow_x }
	}

	chain forward { # handle 1
		type filter hook forward priority filter; policy drop;
		jump isolated # handle 11
		iifname vmap { \"lan1\" : goto from_a, \"lan2\" : goto from_b } # handle 12
		counter accept comment \"# handle with care\" # handle 13
	}
}
";

fn policy() -> Policy {
    Policy { hosts: vec![host(0, "desk", "受付PC", 7), host(1, "pacs", "PACS", 9)], ..small() }
}

fn changes(actual: &str) -> Vec<(String, Change)> {
    drift(LISTING, actual, &policy()).into_iter().map(|each| (each.part, each.change)).collect()
}

fn added(what: &str, handle: Option<u64>) -> Change {
    Change::Added { what: what.to_owned(), handle }
}

#[test]
fn the_same_with_other_handles_times_and_order_is_the_same() {
    let other = LISTING.replace("handle 1", "handle 4").replace("59m1s", "2s");
    let (before, rest) = other.split_once("\tset quarantine4").unwrap();
    let (set, rest) = rest.split_once("\n\n").unwrap();
    let moved = format!("{before}{}\n\n\tset quarantine4{set}\n}}\n", rest.trim_end().trim_end_matches('}').trim_end());
    assert_ne!(moved, LISTING);
    assert_eq!(changes(&moved), []);
}

#[test]
fn a_rule_is_told_where_it_stands() {
    let with = LISTING.replace("\t\tjump isolated", "\t\ttcp dport 3389 accept # handle 99\n\t\tjump isolated");
    assert_eq!(changes(&with), [("chain forward".to_owned(), added("tcp dport 3389 accept", Some(99)))]);
    let told = drift(LISTING, &with, &policy());
    assert_eq!(told[0].en(), "inet komainu chain forward handle 99: added by hand: tcp dport 3389 accept");
    assert!(told[0].ja().contains("手で加えられている"));
    let without = LISTING.replace("\t\tjump isolated # handle 11\n", "");
    assert_eq!(changes(&without), [("chain forward".to_owned(), Change::Removed { what: "jump isolated".to_owned() })]);
    let edited = LISTING.replace("policy drop", "policy accept");
    let (part, change) = changes(&edited).remove(0);
    let Change::Edited { before, after, handle: None } = change else { panic!("{change:?}") };
    assert_eq!(part, "chain forward");
    assert!(before.ends_with("policy drop;") && after.ends_with("policy accept;"));
    // Rules that change places change what they do.
    let lines: Vec<&str> = LISTING.lines().collect();
    let at = lines.iter().position(|line| line.contains("jump isolated")).unwrap();
    let mut swapped = lines.clone();
    swapped.swap(at, at + 1);
    assert!(!changes(&swapped.join("\n")).is_empty());
}

#[test]
fn an_element_is_told_with_the_names_of_its_addresses() {
    let [from, to] = [policy().hosts[0].addresses[0], policy().hosts[1].addresses[0]];
    let with = LISTING.replace("{ 10.9.9.9 }", &format!("{{ 10.9.9.9, {from} timeout 1h }}"));
    let told = drift(LISTING, &with, &policy());
    assert_eq!((told.len(), &told[0].change), (1, &added(&from.to_string(), None)));
    assert_eq!(told[0].names, ["受付PC"]);
    let line = format!(",\n\t\t\t     {from} . {to} . tcp . 445 : goto flow_x }}");
    let with = LISTING.replacen(" }\n\t}\n\n\tchain", &format!("{line}\n\t}}\n\n\tchain"), 1);
    let told = drift(LISTING, &with, &policy());
    assert_eq!((told.len(), told[0].part.as_str()), (1, "map a_to_b_ports4"), "{told:?}");
    assert_eq!(told[0].names, ["受付PC", "PACS"]);
}

#[test]
fn whole_parts_and_tables_are_told_too() {
    assert_eq!(changes("").len(), 4);
    let other =
        format!("{LISTING}table ip mine {{ # handle 9\n\tchain c {{ # handle 1\n\t\tdrop # handle 2\n\t}}\n}}\n");
    let told = changes(&other);
    assert_eq!(told[0], (String::new(), added("table ip mine", Some(9))));
    assert_eq!(told[1], ("chain c".to_owned(), added("chain c { drop }", Some(1))));
}

#[test]
fn every_beginning_of_a_listing_is_read() {
    for at in (0..LISTING.len()).filter(|at| LISTING.is_char_boundary(*at)) {
        properties::drift(&LISTING.as_bytes()[..at]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn lines_in_wrong_places(order in Just(LISTING.lines().collect::<Vec<_>>()).prop_shuffle()) {
        properties::drift(order.join("\n").as_bytes());
    }

    #[test]
    fn bytes_of_any_kind(bytes: Vec<u8>) {
        properties::drift(&bytes);
    }
}
