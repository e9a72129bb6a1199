//! From a declared clinic to what is open at a moment.

use clinic::model::{Clinic, VendorId, read};
use jiff::civil::{DateTime, date};
use network::policy::{Because, Granted, Live, Match, Policy, Reach, Side};

pub(crate) const CLINIC: &str = r#"
[clinic]
name = "試験医院"

[gateway]
platform = "nftables"
uplink = "wan"
device = "gate"

[[zone]]
id = "chart"
name = "電子カルテ"
kind = "chart"
ipv4 = "192.168.1.0/24"
ipv6 = "fd00:1::/64"
router_ipv4 = "192.168.1.1"
interface = "lan1"

[[zone]]
id = "office"
name = "事務"
kind = "office"
ipv4 = "192.168.2.0/24"
router_ipv4 = "192.168.2.1"
interface = "lan2"

[[device]]
id = "gate"
name = "こまいぬ"
kind = "komainu"
zone = "chart"
ipv4 = "192.168.1.1"

[[device]]
id = "server"
name = "電子カルテサーバー"
kind = "chart-server"
zone = "chart"
ipv4 = "192.168.1.10"
ipv6 = "fd00:1::10"

[[device]]
id = "desk"
name = "受付PC"
kind = "pc"
zone = "office"
ipv4 = "192.168.2.20"

[[device]]
id = "tablet"
name = "タブレット"
kind = "tablet"
zone = "office"

[[group]]
id = "all"
name = "全部"
members = ["server", "desk", "tablet", "gate"]

[[vendor]]
id = "acme"
name = "アクメ保守"
addresses = ["203.0.113.0/28"]

[[vendor.maintenance]]
to = "server"
service = "ssh"
why = "更新"
minutes_max = 60

[[flow]]
id = "day"
from = "desk"
to = "server"
service = "https"
why = "診療時間だけ"
hours = "mon-fri 09:00-18:00"

[[flow]]
id = "trial"
from = "office"
to = "internet"
service = ["https", "ping"]
why = "試用"
until = 2026-11-30

[[flow]]
id = "group"
from = "all"
to = "internet"
service = "ntp"
why = "時刻"
"#;

pub(crate) fn clinic() -> Clinic {
    read(CLINIC).unwrap_or_else(|why| panic!("{why}"))
}

/// A Wednesday.
fn at(hour: i8) -> DateTime {
    date(2026, 11, 25).at(hour, 0, 0, 0)
}

#[test]
fn hours_and_last_days_open_and_close() {
    let clinic = clinic();
    let open = |now: DateTime| {
        let policy = Policy::of(&clinic, now, &Live::default());
        let flows: Vec<String> = policy.flows.iter().map(|flow| flow.id.clone()).collect();
        (flows.join(" "), policy.closed.iter().map(|closed| closed.because).collect::<Vec<_>>())
    };
    assert_eq!(open(at(9)), ("day trial group".to_owned(), vec![]));
    assert_eq!(open(at(18)), ("trial group".to_owned(), vec![Because::Hours]));
    assert_eq!(open(date(2026, 12, 1).at(8, 59, 0, 0)), ("group".to_owned(), vec![Because::Hours, Because::Over]));
    for (now, next) in [
        (at(8), Some(at(9))),
        (at(9), Some(at(18))),
        // Friday evening: nothing changes before Monday morning.
        (date(2026, 12, 4).at(18, 0, 0, 0), Some(date(2026, 12, 7).at(9, 0, 0, 0))),
        // The last day of the trial ends at midnight.
        (date(2026, 11, 30).at(20, 0, 0, 0), Some(date(2026, 12, 1).at(0, 0, 0, 0))),
    ] {
        assert_eq!(Policy::next_change(&clinic, now), next, "{now}");
    }
}

#[test]
fn a_group_is_a_spot_for_each_side_and_the_gateway_is_itself() {
    let policy = Policy::of(&clinic(), at(9), &Live::default());
    let group = &policy.flows[2];
    let spots: Vec<(Side, String)> =
        group.from.spots.iter().map(|spot| (spot.side, format!("{:?}", spot.reach))).collect();
    assert_eq!(
        spots,
        [
            (Side::Gateway, "All".to_owned()),
            (Side::Zone(0), "Nets([192.168.1.10/32, fd00:1::10/128])".to_owned()),
            // The tablet has no fixed address and opens nothing.
            (Side::Zone(1), "Nets([192.168.2.20/32])".to_owned()),
        ]
    );
    assert_eq!((&group.to.spots[0].side, &group.to.spots[0].reach), (&Side::Uplink, &Reach::All));
    assert_eq!(policy.flows[1].matches.last(), Some(&Match::Ping));
    assert!(policy.uplink.masquerade);
    assert_eq!(policy.interface(Side::Zone(1)), Some("lan2"));
}

#[test]
fn a_grant_ends_at_its_time_and_never_later_than_declared() {
    let clinic = clinic();
    let left = |until: DateTime| {
        let granted = Granted { vendor: VendorId::new("acme").unwrap(), until, why: "障害".to_owned() };
        let live = Live { quarantine: vec![], granted: vec![granted] };
        let policy = Policy::of(&clinic, at(9), &live);
        policy.grants.iter().map(|grant| (grant.flow.why.clone(), grant.seconds_left)).collect::<Vec<_>>()
    };
    assert_eq!(left(date(2026, 11, 25).at(9, 10, 0, 0)), [("障害 (更新)".to_owned(), 600)]);
    assert_eq!(left(at(20)), [("障害 (更新)".to_owned(), 3600)]);
    assert_eq!(left(at(9)), []);
}

#[test]
fn quarantine_is_sorted_and_said_once() {
    let addresses = ["192.168.2.20", "192.168.1.10", "192.168.2.20"].map(|text| text.parse().unwrap());
    let live = Live { quarantine: addresses.to_vec(), granted: vec![] };
    assert_eq!(Policy::of(&clinic(), at(9), &live).quarantine, [addresses[1], addresses[0]]);
}
