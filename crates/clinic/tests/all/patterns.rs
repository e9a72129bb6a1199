//! The clinics to start from are sound.

use clinic::model::patterns::{PATTERNS, pattern};
use clinic::model::{Finding, Severity, findings, read};
use jiff::civil::date;

#[test]
fn every_pattern_reads_and_leaves_only_its_placeholders_to_be_replaced() {
    for pattern in PATTERNS {
        let clinic = read(pattern.text).unwrap_or_else(|problems| panic!("{}:\n{problems}", pattern.name));
        let found = findings(&clinic, date(2026, 12, 1));
        let others: Vec<&Finding> = found.iter().filter(|finding| finding.code() != "placeholder").collect();
        assert_eq!(others, Vec::<&Finding>::new(), "{}", pattern.name);
        assert!(
            found.iter().all(|finding| finding.severity() < Severity::Advice && finding.severity() != Severity::Error)
        );
    }
}

#[test]
fn every_pattern_has_both_families_rooms_walls_and_wifi() {
    for pattern in PATTERNS {
        let clinic = read(pattern.text).unwrap();
        assert!(
            clinic.zones.iter().all(|zone| zone.subnets.v4.is_some() && zone.subnets.v6.is_some()),
            "{}",
            pattern.name
        );
        for flow in clinic.flows.iter().filter(|flow| !flow.from.is_outside() && !flow.to.is_outside()) {
            for end in [&flow.from, &flow.to] {
                let prefixes = clinic.prefixes(end);
                assert!(
                    prefixes.iter().any(|net| net.addr().is_ipv4()) && prefixes.iter().any(|net| net.addr().is_ipv6())
                );
            }
        }
        assert!(
            clinic.floors.iter().all(|floor| !floor.rooms.is_empty() && !floor.walls.is_empty()),
            "{}",
            pattern.name
        );
        assert!(!clinic.access_points.is_empty() && !clinic.persons.is_empty());
    }
}

#[test]
fn the_two_lans_meet_in_one_shared_folder() {
    for name in ["on-premises", "imaging", "floors", "group-hub"] {
        let clinic = read(pattern(name).unwrap().text).unwrap();
        let terminal = |end| clinic.devices_of(end).iter().any(|device| device.zone.as_str() == "eligibility");
        let between: Vec<&str> = clinic
            .flows
            .iter()
            .filter(|flow| terminal(&flow.to) && !flow.from.is_outside())
            .flat_map(|flow| flow.services.iter().map(|service| service.as_str()))
            .collect();
        assert_eq!(between, ["smb"], "{name}");
    }
}

#[test]
fn nobody_from_outside_comes_in_without_being_let_in() {
    for pattern in PATTERNS {
        let clinic = read(pattern.text).unwrap();
        let inwards: Vec<_> =
            clinic.flows.iter().filter(|flow| flow.from.is_outside()).map(|flow| flow.id.as_str()).collect();
        // A VPN has to be answered; it ends at the gateway.
        let expected: &[&str] = if pattern.name == "group-hub" { &["vpn-in"] } else { &[] };
        assert_eq!(inwards, expected, "{}", pattern.name);
        assert!(clinic.vendors.iter().any(|vendor| !vendor.maintenance.is_empty()));
    }
}
