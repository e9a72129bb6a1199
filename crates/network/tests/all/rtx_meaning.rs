//! Hand-written configurations, each against the same intent: reception speaks to the chart by https and ping.

use network::proof::{Kind, Proof, Verdict};
use network::rtx::{parse, prove};

use super::intents;

const V6: &str = "ipv6 lan1/1 address fd00::1/64\nipv6 lan1/2 address fd00:0:0:1::1/64\nipv6 filter 1 reject * *\n\
    ipv6 lan1/1 secure filter in 1\nipv6 lan1/1 secure filter out 1\nipv6 lan1/2 secure filter in 1\n\
    ipv6 lan1/2 secure filter out 1\nip lan1/1 address 10.0.0.1/24\nip lan1/2 address 10.0.1.1/24\n";

fn held(text: &str) -> Proof {
    prove(&intents::reception(), &parse(format!("{text}{V6}").as_bytes()).unwrap())
}

fn kinds(text: &str) -> Vec<(Kind, Option<usize>)> {
    held(text).differences.iter().map(|difference| (difference.kind, difference.line)).collect()
}

const GOOD: &str = "ip filter 10 pass 10.0.0.0/24 10.0.1.10 tcp * https\nip filter 11 pass 10.0.0.0/24 10.0.1.10 icmp 8\n\
    ip filter 99 reject-nolog * *\nip filter dynamic 1 * * https\nip filter dynamic 2 * * ping\n\
    ip lan1/1 secure filter in 10 11 dynamic 1 2\nip lan1/1 secure filter out 99\nip lan1/2 secure filter in 99\n\
    ip lan1/2 secure filter out 10 11 dynamic 1 2\n";

#[test]
fn written_by_someone_else_and_right() {
    let proof = held(GOOD);
    assert_eq!(proof.verdict(), Verdict::Equal, "{proof:?}");
}

#[test]
fn the_first_match_wins() {
    let wide = GOOD.replace("secure filter in 10 11", "secure filter in 99 10 11");
    assert!(kinds(&wide).contains(&(Kind::Closes, Some(3))));
}

#[test]
fn no_dynamic_filter_no_answer() {
    assert!(kinds(&GOOD.replace(" dynamic 1 2", "")).contains(&(Kind::NoReply, None)));
}

#[test]
fn established_is_the_ack_bit_only() {
    let text = GOOD.replace("ip filter 99 reject-nolog * *", "ip filter 99 pass * * established");
    assert!(kinds(&text).iter().any(|(kind, line)| *kind == Kind::Opens && *line == Some(3)));
}

#[test]
fn ports_beside_a_star_let_icmp_through() {
    let text = GOOD.replace("10.0.1.10 tcp * https", "10.0.1.10 * * https");
    let proof = held(&text);
    let opened = proof.differences.iter().find(|difference| difference.kind == Kind::Opens).unwrap();
    assert_ne!(opened.example.protocol, 6);
    assert_eq!(opened.line, Some(1));
    assert!(opened.ja().contains("1 行目") && opened.en().contains("Line 1"));
}

#[test]
fn an_undefined_set_is_no_filter() {
    let text = GOOD.replace("ip lan1/1 secure filter in 10 11 dynamic 1 2", "ip lan1/1 secure filter name nowhere");
    assert!(kinds(&text).iter().any(|(kind, _)| *kind == Kind::Opens));
}

#[test]
fn a_set_by_name_is_its_list() {
    let set = "ip filter set R in 10 11 dynamic 1 2\nip filter set R out 99\n";
    let named = GOOD.replace(
        "ip lan1/1 secure filter in 10 11 dynamic 1 2\nip lan1/1 secure filter out 99\n",
        "ip lan1/1 secure filter name R\n",
    );
    assert_eq!(held(&format!("{set}{named}")).verdict(), Verdict::Equal);
}

#[test]
fn no_list_lets_everything_through() {
    assert!(kinds("").iter().filter(|(kind, _)| *kind == Kind::Opens).count() >= 2);
}

#[test]
fn interconnect_none_stops_what_filters_pass() {
    let text = format!("vlan interconnect group lan1 none\n{GOOD}");
    assert!(kinds(&text).iter().any(|(kind, _)| *kind == Kind::Closes));
}

#[test]
fn whatever_is_not_declared_is_never_called_proven() {
    for line in [
        "pp select 1",
        "ip route default gateway pp 1",
        "ip lan2 address dhcp",
        "ip lan3 address 172.16.0.1/24",
        "vlan lan1/7 802.1q vid=70",
        "ip filter 7 pass host.example.jp *",
        "nonsense",
    ] {
        let proof = held(&format!("{GOOD}{line}\n"));
        assert_eq!(proof.verdict(), Verdict::NotUnderstood, "{line}");
        assert!(proof.unclear.iter().any(|unclear| unclear.line == 10), "{line}: {proof:?}");
    }
}

#[test]
fn a_missing_zone_is_said() {
    let text = parse(b"").unwrap();
    let proof = prove(&intents::reception(), &text);
    assert_eq!(proof.verdict(), Verdict::NotUnderstood);
    assert!(proof.unclear[0].why.contains("zone 0"));
}
