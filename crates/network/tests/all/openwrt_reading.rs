//! Configurations that somebody else wrote.

use network::openwrt::{prove, read};
use network::policy::{Policy, Side};
use network::{Proof, Report};

use super::policies::{end, flow, one, tcp, udp, whole};
use super::rtx_policies::reception;

/// Many ways to say something; not one of them what the small clinic means.
pub(crate) const FOREIGN: &str = "
package firewall
config defaults
	option input REJECT
	option output ACCEPT
	option forward REJECT
config ipset
	option name 'cameras'
	list match 'src_net'
	list match 'dest_port'
	list entry '10.3.0.0/28 554'
	list entry '10.3.0.99/32 80'
config ipset 'bad6'
	option family ipv6
	list match 'dest_ip'
	list entry 'fd00:0:0:2::66'
config zone
	option name a
	list device zone0
	option input ACCEPT
	option output ACCEPT
	option forward ACCEPT
config zone
	option name b
	option device 'zone1 zone2'
	list subnet '10.2.0.0/24'
	list subnet '10.3.0.0/255.255.255.0'
	list subnet 'fd00:0:0:2::/64'
	option forward DROP
config zone
	option name wan
	option device uplink
	option masq 1
	option input DROP
config zone
	option name four
	option device zone3
	option family ipv4
config forwarding
	option src a
	option dest wan
config forwarding
	option src four
	option dest wan
	option family ipv4
config rule
	option src wan
	option proto icmp
	option icmp_type echo-request
	option family ipv4
	option target ACCEPT
config rule
	option src b
	option dest '*'
	option ipset cameras
	option target ACCEPT
config rule
	option src a
	option dest b
	option family ipv6
	option ipset '!bad6'
	option proto all
	option target ACCEPT
config rule
	option dest wan
	option proto 'udp esp'
	list dest_ip '!192.0.2.0/24'
	list dest_ip '198.51.100.7-198.51.100.90'
	option target DROP
config rule
	option src wan
	option dest b
	list src_ip 2001:db8:7::/48
	list src_ip 203.0.113.0/28
	option dest_port '22:23 3389'
	option src_port 1024-65535
	option target accept
config rule
	option proto 47
	option target REJECT
config rule
	option enabled 0
	option src '*'
	option target ACCEPT
";

const RECEPTION: &str = "
config defaults
	option drop_invalid 1
config zone
	option name lan
	list network 'lan'
config zone
	option name charts
	list network 'charts'
config zone
	option name wan
	list network 'wan'
	list network 'wan6'
	option masq 1
config rule
	option src lan
	option dest charts
	option family ipv4
	option src_ip 10.1.0.0/24
	option dest_ip 10.2.0.10
	option dest_port 443
	option proto tcp
	option target ACCEPT
config rule
	option src lan
	option dest charts
	option family ipv4
	option src_ip 10.1.0.0/24
	option dest_ip 10.2.0.10
	option proto icmp
	option icmp_type ping
	option target ACCEPT
";

const NETWORK: &str = "
package network
config interface 'lan'
	option device br-lan.1
	option ipaddr 10.1.0.1
	option netmask 255.255.255.0
config interface 'charts'
	option device br-lan.2
	option ipaddr '10.2.0.1/24'
config interface 'wan'
	option device eth1
	option proto pppoe
";

/// Without IPv6 and without what a router says by itself, which somebody else need not have written.
fn held(text: &str) -> Report {
    prove(&reception(), &read(text).unwrap())
}

fn chores(text: &str) -> String {
    let mut whole = text.to_owned();
    let ours = network::openwrt::compile(&Policy { flows: vec![], ..reception() }).unwrap();
    let rules = ours.split("\n\n").filter(|section| section.contains("config rule"));
    for rule in rules {
        whole += &rule.replace("'office'", "'lan'");
        whole += "\n";
    }
    whole
}

#[test]
fn zones_are_found_by_the_addresses_of_their_networks() {
    let text = format!("{NETWORK}package firewall\n{}", chores(RECEPTION));
    let report = held(&text);
    assert_eq!(report.proof, Proof::Equal, "{report}");
    let wider = text.replace("option dest_port 443", "option dest_port '443 445'");
    let report = held(&wider);
    let line = 1 + wider.lines().position(|line| line.contains("445")).unwrap();
    let opened = report.differences.iter().find(|one| one.passes).unwrap();
    assert!(opened.ja().contains("受付 から 電子カルテサーバー"), "{}", opened.ja());
    // The rule's own line, not that of its option.
    let rule = opened.rule.as_deref().and_then(|rule| rule.strip_prefix("line ")).and_then(|n| n.parse::<usize>().ok());
    assert!(rule.is_some_and(|rule| rule < line && line - rule < 9), "{rule:?} of {line}");
}

#[test]
fn which_device_a_network_has_must_be_said() {
    let report = held(&chores(RECEPTION).replace("list network 'lan'", "list network 'intern'"));
    assert_eq!(report.proof, Proof::NotUnderstood);
    assert!(report.unknown[0].what.contains("uci export"), "{report}");
}

#[test]
fn a_forwarding_opens_everything_between_two_zones() {
    let text = format!(
        "{NETWORK}package firewall\n{}\nconfig forwarding\n\toption src lan\n\toption dest wan\n",
        chores(RECEPTION)
    );
    let report = held(&text);
    let opened: Vec<String> =
        report.differences.iter().filter(|one| one.passes).map(network::proof::Difference::en).collect();
    assert!(opened.iter().any(|told| told.contains("everything")), "{opened:?}");
}

#[test]
fn a_way_in_is_a_redirect() {
    let redirect = "config redirect
	option src wan
	option dest charts
	option src_dport 8443
	option dest_ip 10.2.0.10
	option dest_port 443
	option proto tcp
	option reflection 0
";
    let text = format!("{NETWORK}package firewall\n{}\n{redirect}", chores(RECEPTION));
    let report = held(&text);
    assert_eq!(report.proof, Proof::Different, "{report}");
    let [only] = report.differences.as_slice() else { panic!("{report}") };
    assert!(only.en().contains("the Internet") && only.en().contains("電子カルテサーバー"), "{}", only.en());
    let reflected = held(&text.replace("option reflection 0", ""));
    assert_eq!(reflected.proof, Proof::NotUnderstood);
}

#[test]
fn a_zone_to_the_gateway_and_out_by_hand() {
    let mut policy = reception();
    let (office, gateway) =
        (|| end("office", vec![whole(Side::Zone(0))]), || end("gateway", vec![whole(Side::Gateway)]));
    policy.flows.push(flow("names", "名前を引く", office(), gateway(), &[udp(53, 53), tcp(53, 53)]));
    policy.flows.push(flow("time", "時刻", gateway(), end("internet", vec![whole(Side::Uplink)]), &[udp(123, 123)]));
    policy.flows.push(flow(
        "back",
        "印刷",
        end("chart", vec![one(&policy.hosts[1].clone())]),
        office(),
        &[tcp(9100, 9100)],
    ));
    let text = network::openwrt::compile(&policy).unwrap();
    assert_eq!(prove(&policy, &read(&text).unwrap()).proof, Proof::Equal);
    let report = prove(&policy, &read(&text.replace("'9100'", "'9101'")).unwrap());
    assert_eq!(report.differences.len(), 2, "{report}");
}

#[test]
fn whatever_is_not_understood_is_told_with_its_line() {
    for (section, why) in [
        ("config rule\n\toption src lan\n\toption src_mac 00:11:22:33:44:55\n\toption target ACCEPT", "src_mac"),
        ("config rule\n\toption src lan\n\toption start_time 8:00\n\toption target ACCEPT", "start_time"),
        ("config rule\n\toption src lan\n\toption limit 10/second\n\toption target ACCEPT", "limit"),
        ("config rule\n\toption src nowhere\n\toption target ACCEPT", "not there"),
        ("config rule\n\toption src lan\n\toption target NOTRACK", "notrack"),
        ("config rule\n\toption src lan\n\toption ipset gone\n\toption target ACCEPT", "not defined"),
        ("config rule\n\toption src lan\n\toption src_ip lan\n\toption target ACCEPT", "no address"),
        ("config rule\n\toption src lan\n\toption dest_port 80-70\n\toption target ACCEPT", "backwards"),
        ("config rule\n\tlist src lan\n\toption target ACCEPT", "must be an option"),
        (
            "config rule\n\toption src lan\n\toption src_ip 10.0.0.1\n\toption dest_ip fd00::1\n\toption target ACCEPT",
            "leaves this rule out",
        ),
        ("config include\n\toption path /etc/more.nft\n\toption type nftables", "include"),
        ("config forwarding\n\toption src lan", "forwarding"),
        ("config ipset\n\toption name x\n\toption match src_net\n\toption loadfile /tmp/x", "file"),
        ("config ipset\n\toption name x\n\toption match src_mac\n\tlist entry 00:11:22:33:44:55", "src_mac"),
        ("config ipset\n\toption name x\n\toption match src_ip\n\tlist entry 10.0.0.0/8", "does not fit"),
        ("config zone\n\toption name x\n\tlist device 'wg+'", "more than one"),
        ("config zone\n\tlist device wg0", "name"),
        ("config redirect\n\toption src wan\n\toption target SNAT\n\toption reflection 0", "DNAT"),
        ("config wonder", "wonder"),
        ("config defaults\n\toption input ACCEPT", "second"),
        ("nonsense", "nonsense"),
    ] {
        let text = format!("{NETWORK}package firewall\n{}\n{section}\n", chores(RECEPTION));
        let report = held(&text);
        let first = 1 + text.lines().count() - section.lines().count();
        assert_eq!(report.proof, Proof::NotUnderstood, "{section}");
        let told = report.unknown.iter().any(|unknown| {
            let line: usize = unknown.place.strip_prefix("line ").unwrap().parse().unwrap();
            line >= first && unknown.what.contains(why)
        });
        assert!(told, "{section}: {report}");
    }
}

#[test]
fn what_does_not_touch_packets_is_passed_over() {
    for section in [
        "config nat\n\toption src wan\n\toption target MASQUERADE",
        "config include\n\toption path /etc/firewall.user",
        "config include\n\toption path /etc/x\n\toption enabled 0",
        "config rule\n\toption enabled 0\n\toption wonder 1\n\toption target ACCEPT",
        "config rule\n\toption src lan\n\toption set_mark 1\n\toption target MARK",
        "package dhcp\nconfig dnsmasq\n\toption domain lan",
        "package network\nconfig bridge-vlan\n\toption vlan 2",
    ] {
        let report = held(&format!("{NETWORK}package firewall\n{}\n{section}\n", chores(RECEPTION)));
        assert_eq!(report.proof, Proof::Equal, "{section}: {report}");
    }
}
