//! Hand-written configurations, each against the same intent: reception speaks to the chart by https and ping.

use network::packets::State;
use network::rtx::{parse, prove};
use network::{Proof, Report};

use super::rtx_policies;

const ADDRESSES: &str = "ip lan1/1 address 10.1.0.1/24\nip lan1/2 address 10.2.0.1/24\n";

fn held(text: &str) -> Report {
    prove(&rtx_policies::reception(), &parse(format!("{text}{ADDRESSES}").as_bytes()).unwrap())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Opens,
    Closes,
    NoReply,
}

fn kinds(text: &str) -> Vec<(Kind, Option<usize>)> {
    let report = held(text);
    let kind = |one: &network::proof::Difference| match (one.passes, one.example.state) {
        (true, _) => Kind::Opens,
        (false, State::Original) => Kind::NoReply,
        (false, _) => Kind::Closes,
    };
    let line = |one: &network::proof::Difference| one.rule.as_ref()?.strip_prefix("line ")?.parse().ok();
    report.differences.iter().map(|one| (kind(one), line(one))).collect()
}

const GOOD: &str = "ip filter 10 pass 10.1.0.0/24 10.2.0.10 tcp * https\nip filter 11 pass 10.1.0.0/24 10.2.0.10 icmp 8\n\
    ip filter 99 reject-nolog * *\nip filter dynamic 1 * * https\nip filter dynamic 2 * * ping\n\
    ip lan1/1 secure filter in 10 11 dynamic 1 2\nip lan1/1 secure filter out 99\nip lan1/2 secure filter in 99\n\
    ip lan1/2 secure filter out 10 11 dynamic 1 2\n";

#[test]
fn written_by_someone_else_and_right() {
    let proof = held(GOOD);
    assert_eq!(proof.proof, Proof::Equal, "{proof}");
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
    let text = GOOD.replace("10.2.0.10 tcp * https", "10.2.0.10 * * https");
    let proof = held(&text);
    let opened = proof.differences.iter().find(|difference| difference.passes).unwrap();
    assert_ne!(opened.example.protocol, 6);
    assert_eq!(opened.rule.as_deref(), Some("line 1"));
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
    assert_eq!(held(&format!("{set}{named}")).proof, Proof::Equal);
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
fn whatever_is_not_understood_is_never_called_proven() {
    for line in [
        "ip route 192.168.7.0/24 gateway 10.2.0.9",
        "ip route default gateway 192.0.2.1",
        "ip route 192.168.7.0/24 gateway tunnel 9",
        "ip lan1/1 nat descriptor 1",
        "ip filter 7 pass host.example.jp *",
        "nonsense",
    ] {
        let proof = held(&format!("{GOOD}{line}\n"));
        assert_eq!(proof.proof, Proof::NotUnderstood, "{line}");
        assert!(proof.unknown.iter().any(|unknown| &*unknown.place == "line 10"), "{line}: {proof}");
    }
}

#[test]
fn an_interface_nobody_declared_is_looked_at_too() {
    for (line, name) in
        [("ip lan3 address 172.16.0.1/24", "lan3"), ("tunnel select 1", "tunnel1"), ("pp select 2", "pp2")]
    {
        let proof = held(&format!("{GOOD}{line}\n"));
        let opens = |one: &network::proof::Difference| one.passes && one.packets.ja.contains(name);
        assert!(proof.differences.iter().any(opens), "{line}: {proof}");
        assert_eq!(proof.proof, Proof::Different, "{line}");
    }
    let shut = "tunnel select 1\nip tunnel secure filter in 99\nip tunnel secure filter out 99\n";
    assert_eq!(held(&format!("{GOOD}{shut}")).proof, Proof::Equal);
}

#[test]
fn it_is_told_in_the_names_of_the_clinic() {
    let text = GOOD.replace("ip filter 11 pass", "ip filter 11 pass 10.1.0.20 10.2.0.10 tcp * 445\n#");
    let text = text.replace("ip lan1/2 secure filter out", "ip lan1/2 secure filter out 11");
    let proof = held(&text);
    let opened = proof.differences.iter().find(|one| one.passes).unwrap();
    assert_eq!(
        opened.ja(),
        "受付PC から 電子カルテサーバー (10.2.0.10) へ、ファイル共有 (SMB)（新しい接続のみ） が届く。宣言にはない。通している規則: line 2。"
    );
}

#[test]
fn a_missing_zone_is_said() {
    let text = parse(b"").unwrap();
    let proof = prove(&rtx_policies::reception(), &text);
    assert_eq!(proof.proof, Proof::NotUnderstood);
    assert!(proof.unknown[0].what.contains("受付"));
}
