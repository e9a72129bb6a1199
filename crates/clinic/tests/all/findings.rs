//! What is said about a clinic that is well-formed but unwise.

use clinic::model::{Clinic, Finding, Severity, findings, read};
use jiff::civil::date;

use crate::read::{SMALL, with};

fn find(clinic: &Clinic) -> Vec<Finding> {
    findings(clinic, date(2026, 12, 1))
}

/// The findings the addition brings, beyond those of the small clinic.
fn new(more: &str) -> Vec<Finding> {
    let old = find(&with("").unwrap());
    find(&with(more).unwrap()).into_iter().filter(|finding| !old.contains(finding)).collect()
}

/// The addition brings this finding and no other, `line` lines into it.
#[track_caller]
fn check(more: &str, code: &str, severity: Severity, line: u32) {
    let found = new(more);
    let codes: Vec<&str> = found.iter().map(Finding::code).collect();
    assert_eq!(codes, [code], "{found:#?}");
    assert_eq!(found[0].severity(), severity);
    assert_eq!(found[0].line.0 as usize - SMALL.lines().count(), line as usize);
    assert!(found[0].en().is_ascii() && !found[0].ja().is_ascii());
}

fn zone(id: &str, kind: &str, number: u8) -> String {
    format!(
        "[[zone]]\nid = \"{id}\"\nname = \"z\"\nkind = \"{kind}\"\nipv4 = \"192.168.{number}.0/24\"\ninterface = \"vlan{number}\"\n"
    )
}

fn device(id: &str, kind: &str, zone: &str, more: &str) -> String {
    format!("[[device]]\nid = \"{id}\"\nname = \"d\"\nkind = \"{kind}\"\nzone = \"{zone}\"\n{more}\n")
}

fn flow(from: &str, to: &str, service: &str, more: &str) -> String {
    format!("[[flow]]\nid = \"f\"\nfrom = \"{from}\"\nto = \"{to}\"\nservice = \"{service}\"\nwhy = \"w\"\n{more}\n")
}

/// A device that lacks nothing in the inventory.
const KNOWN: &str = "maker = \"m\"\nmodel = \"m\"\nroom = \"r\"\nmaintained_by = \"p\"\n";
const ROOM: &str = "[[floor]]\nid = \"f1\"\nname = \"1階\"\nlevel = 1\nheight_m = 3\nslab = \"concrete\"\nroom = [{ id = \"r\", name = \"部屋\", corners = [[0, 0], [1, 0], [1, 1]] }]\n[[person]]\nid = \"p\"\nname = \"人\"\nrole = \"operator\"\n";

use Severity::{Advice, Error, Warning};

#[test]
fn addresses_that_contradict_each_other() {
    check(&zone("x", "chart", 10), "overlapping-subnets", Error, 1);
    check(&zone("x", "chart", 50).replace("vlan50", "eth1"), "shared-interface", Error, 1);
    check(&zone("x", "chart", 50).replace("vlan50", "eth0"), "shared-interface", Error, 1);
    check(&format!("{}router_ipv4 = \"10.0.0.1\"", zone("x", "chart", 50)), "router-outside-zone", Error, 1);
    check(&device("d", "pc", "chart", "ipv4 = \"192.168.40.9\""), "outside-its-zone", Error, 1);
    check(&device("d", "pc", "office", "ipv4 = \"192.168.40.11\""), "duplicate-address", Error, 1);
    check(&device("d", "pc", "office", "mac = \"00a0.de00.0001\""), "duplicate-mac", Error, 1);
    check(
        &format!("{}vlan = 7\n{}vlan = 7\n", zone("x", "chart", 50), zone("y", "chart", 51)),
        "duplicate-vlan",
        Warning,
        8,
    );
    let place = "[[outside]]\nid = \"o\"\nname = \"o\"\naddresses = \"192.168.10.0/25\"\n";
    check(&format!("{place}{}", flow("pc1", "o", "https", "")), "outside-within", Error, 1);
}

#[test]
fn the_gateways_own_address_is_its_own() {
    let router = format!("{}router_ipv4 = \"192.168.50.1\"\n", zone("x", "management", 50));
    check(&format!("{router}{}", device("d", "pc", "x", "ipv4 = \"192.168.50.1\"")), "duplicate-address", Error, 8);
    let text = format!("{SMALL}{router}{}", device("d", "router", "x", "ipv4 = \"192.168.50.1\""));
    let clinic = read(&text.replace("uplink = \"eth0\"", "uplink = \"eth0\"\ndevice = \"d\"")).unwrap();
    assert!(!find(&clinic).iter().any(|finding| finding.code() == "duplicate-address"));
}

#[test]
fn flows_that_lead_nowhere() {
    let bare = device("d", "printer", "chart", "");
    check(&format!("{bare}{}", flow("pc1", "d", "ipp", "")), "flow-to-nowhere", Error, 7);
    let v6 = device("d", "printer", "chart", "ipv6 = \"fd00:10::9\"");
    check(&format!("{v6}{}", flow("pc1", "d", "ipp", "")), "flow-to-nowhere", Error, 7);
    check(&flow("pc1", "server", "https", "until = 2026-11-30"), "expired-flow", Warning, 1);
    assert_eq!(new(&flow("pc1", "server", "https", "until = 2026-12-01")), []);
}

#[test]
fn paths_that_have_no_place_in_a_clinic() {
    check(&flow("internet", "pc1", "rdp", ""), "internet-inwards", Error, 1);
    let public = zone("dmz", "public", 60);
    assert_eq!(new(&format!("{public}{}", flow("internet", "dmz", "https", ""))), []);
    let guest = zone("guest", "guest", 50);
    check(&format!("{guest}{}", flow("guest", "server", "https", "")), "guest-to-charts", Error, 7);
    let medical = format!(
        "{ROOM}{}{}",
        zone("me", "medical", 70),
        device("ecg", "monitor", "me", &format!("ipv4 = \"192.168.70.2\"\n{KNOWN}"))
    );
    assert_eq!(new(&medical), []);
    check(&format!("{medical}{}", flow("ecg", "internet", "https", "")), "medical-to-internet", Error, 29);
    check(&format!("{medical}{}", flow("me", "internet", "https", "")), "medical-to-internet", Error, 29);
    check(&flow("server", "internet", "https", ""), "charts-to-internet", Warning, 1);
    check(&flow("pc1", "server", "telnet", ""), "plain-passwords", Warning, 1);
    check(&flow("office", "chart", "https", ""), "zone-to-zone", Advice, 1);
}

#[test]
fn a_vendor_comes_in_for_a_time() {
    let vendor = "[[vendor]]\nid = \"v\"\nname = \"v\"\naddresses = \"8.8.8.0/28\"\ndisclosure = 2026-04-01\n";
    check(&format!("{vendor}{}", flow("v", "server", "ssh", "")), "vendor-without-limit", Warning, 6);
    for limit in ["until = 2027-01-31", "hours = \"mon-fri 09:00-17:00\""] {
        assert_eq!(new(&format!("{vendor}{}", flow("v", "server", "ssh", limit))), []);
    }
    let vpn = zone("vpn", "remote", 90);
    check(&format!("{vpn}{}", flow("vpn", "server", "rdp", "")), "vendor-without-limit", Warning, 7);
    let way = "[[vendor.maintenance]]\nto = \"server\"\nservice = \"rdp\"\nwhy = \"保守\"\nminutes_max = 60\n";
    assert_eq!(new(&format!("{vendor}{way}")), []);
    let placeholder = vendor.replace("8.8.8.0/28", "203.0.113.0/28");
    check(&format!("{placeholder}{way}"), "placeholder", Warning, 1);
    check("[[vendor]]\nid = \"v\"\nname = \"v\"\n", "no-disclosure", Advice, 1);
}

#[test]
fn devices_among_the_wrong_neighbours() {
    check(&format!("{ROOM}{}", device("ct", "modality", "office", KNOWN)), "misplaced", Warning, 12);
    check(&device("oqs", "eligibility-terminal", "chart", ""), "misplaced", Warning, 1);
    check(&device("cam", "camera", "chart", ""), "misplaced", Warning, 1);
    assert_eq!(new(&device("cam", "camera", "office", "")), []);
}

#[test]
fn the_inventory_answers_the_checklist() {
    check(&device("pc9", "pc", "office", "criticality = \"critical\"\nmaker = \"x\""), "incomplete", Advice, 1);
    check(&device("pad", "tablet", "office", "mac = \"02:00:00:00:00:01\""), "random-mac", Advice, 1);
    assert!(find(&with("").unwrap()).iter().any(|finding| finding.code() == "no-safety-manager"));
    let appointed = with("[[person]]\nid = \"p\"\nname = \"人\"\nrole = [\"director\", \"safety-manager\"]\n").unwrap();
    assert_eq!(find(&appointed), []);
    check("[[service]]\nid = \"x\"\nname = \"x\"\nports = \"tcp/9\"\n", "unused", Advice, 1);
    check("[[group]]\nid = \"g\"\nname = \"x\"\nmembers = [\"pc1\"]\n", "unused", Advice, 1);
}

#[test]
fn wifi_leads_where_it_should() {
    let point = |id: &str, zone: &str, security: &str| {
        format!(
            "[[access_point]]\nid = \"{id}\"\nname = \"a\"\nfloor = \"f1\"\nat = [1, 1]\nheight_m = 2\nssid = [{{ name = \"w\", zone = \"{zone}\", security = \"{security}\" }}]\n"
        )
    };
    check(&format!("{ROOM}{}", point("a", "office", "open")), "open-wifi", Error, 12);
    let guest = zone("guest", "guest", 50);
    assert_eq!(new(&format!("{ROOM}{guest}{}", point("a", "guest", "open"))), []);
    let two = [point("a", "office", "wpa3-personal"), point("b", "chart", "wpa3-personal")].concat();
    check(&format!("{ROOM}{two}"), "ssid-of-two-zones", Warning, 19);
}

#[test]
fn the_gravest_comes_first() {
    let more = [flow("pc1", "server", "telnet", ""), device("d", "pc", "chart", "ipv4 = \"192.168.40.9\"")].concat();
    let severities: Vec<Severity> = find(&with(&more).unwrap()).iter().map(Finding::severity).collect();
    assert!(severities.is_sorted() && severities[0] == Error, "{severities:?}");
}
