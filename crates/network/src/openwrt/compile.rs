//! Policy → `/etc/config/firewall`.
//!
//! One rule for each group of flows and family, with its addresses in the rule or, where there are many, in a set
//! (fw4 takes seconds for thousands of rules, and a moment for a set). A rule names its sources in so many words, so
//! that nobody passes under another zone's address.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ipnet::IpNet;

use super::layout::layout;
use crate::boxes::{Kind, Range, addresses_text, belonging, ports_text};
use crate::joining::{Group, groups, prefixes};
use crate::policy::{Chore, Errand, Policy, Side, link_local};

/// More addresses than these go into a set.
const INLINE_MAX: usize = 8;
/// Ids in one name of a rule, at most.
const IDS_MAX: usize = 3;

/// Why no text was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a name of an interface.
    #[error(
        "'{0}' is no device of OpenWrt: write what `ip link` shows there, for example br-lan.10, or give the zone a vlan"
    )]
    Interface(String),
    /// One device for two parts of the network.
    #[error("{0} is named twice: each zone and the uplink need a device of their own")]
    Twice(String),
}

/// Writes the text. The same policy gives the same text.
///
/// # Errors
/// [`Refused`]: a device of the policy is not one of OpenWrt.
pub fn compile(policy: &Policy) -> Result<String, Refused> {
    let devices = layout(policy)?;
    let mut writer = Writer { policy, devices, sets: BTreeMap::new() };
    let groups = groups(policy);
    for group in &groups {
        writer.name_sets(group);
    }
    let mut text = String::from(HEAD);
    writer.zones(&mut text);
    writer.write_sets(&mut text);
    writer.quarantine(&mut text);
    for chore in policy.housekeeping() {
        writer.chore(&chore, &mut text);
    }
    for group in &groups {
        writer.group(group, &mut text);
    }
    Ok(text)
}

const HEAD: &str = "\
# Komainu が宣言から作った /etc/config/firewall。手で直さず、宣言を直す (made from the declaration: change that instead)
# 反映 (to apply): fw4 check && fw4 -q restart
# 通信を閉じても、続いている接続は終わるまで残る。切るには再起動する
# (a flow that is closed leaves what is under way until it ends; restart the router to end it)

config defaults
\toption input 'DROP'
\toption output 'REJECT'
\toption forward 'DROP'
\toption drop_invalid '1'
\toption auto_helper '0'
";

struct Writer<'a> {
    policy: &'a Policy,
    devices: Vec<(Side, String)>,
    /// Sets by family, side (source or destination) and content, with their names.
    sets: BTreeMap<(bool, bool, Vec<Range>), String>,
}

/// Addresses of one end of a rule.
enum Addresses {
    /// Nothing is said.
    Any,
    /// These.
    These(Vec<String>),
    /// All but these.
    Except(Vec<String>),
    /// Those of a set.
    Set(String),
}

impl Writer<'_> {
    /// A zone's word in UCI. The Internet is `wan`, as everywhere on OpenWrt, unless a zone has that name.
    fn word(&self, side: Side) -> &str {
        let taken = self.policy.zones.iter().any(|zone| zone.id == "wan");
        if side == Side::Uplink && !taken { "wan" } else { self.policy.word(side) }
    }

    fn zones(&self, text: &mut String) {
        for (side, device) in &self.devices {
            let side = *side;
            let name = match side {
                Side::Zone(index) => self.policy.zones.get(index).map_or("", |zone| zone.name.as_str()),
                _ => "インターネット (the Internet)",
            };
            section(text, "zone", name);
            option(text, "name", self.word(side));
            list(text, "device", [device.as_str()]);
            // Outside nobody is told that something is here; inside a program need not wait for an answer.
            let refuse = if side == Side::Uplink { "DROP" } else { "REJECT" };
            option(text, "input", refuse);
            option(text, "output", "REJECT");
            option(text, "forward", refuse);
            let private =
                self.policy.inside().filter(|net| matches!(net, IpNet::V4(net) if net.network().is_private()));
            let private: Vec<String> = IpNet::aggregate(&private.collect()).iter().map(ToString::to_string).collect();
            if side == Side::Uplink && self.policy.uplink.masquerade && !private.is_empty() {
                option(text, "masq", "1");
                list(text, "masq_src", private.iter().map(String::as_str));
            }
        }
    }

    /// Gives the long lists of a group their sets: one of the two, since a rule asks one set.
    fn name_sets(&mut self, group: &Group) {
        let ends = [(true, &group.product.sources, group.pair.0), (false, &group.product.destinations, group.pair.1)];
        let long = |ranges: &[Range], side| {
            let inline = matches!(self.inline(ranges, side, group.v6), Addresses::These(_));
            inline && prefixes(ranges, group.v6).len() > INLINE_MAX
        };
        let Some((source, ranges, _)) = ends.into_iter().find(|(_, ranges, side)| long(ranges, *side)) else { return };
        let key = (group.v6, source, ranges.clone());
        if self.sets.contains_key(&key) {
            return;
        }
        let flow = group.flows.first().and_then(|flow| self.policy.open_at(*flow));
        let word = flow.map_or("many", |flow| if source { &flow.from.word } else { &flow.to.word });
        let word: String = word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let plain = format!("{}_{word}_{}", if source { "from" } else { "to" }, if group.v6 { 6 } else { 4 });
        let taken = |name: &String| self.sets.values().any(|known| known == name);
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let name = std::iter::once(plain.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(plain);
        self.sets.insert(key, name);
    }

    fn write_sets(&self, text: &mut String) {
        let mut sets: Vec<_> = self.sets.iter().collect();
        sets.sort_by_key(|(_, name)| name.as_str());
        for ((v6, source, ranges), name) in sets {
            section(text, "ipset", "");
            option(text, "name", name);
            option(text, "family", if *v6 { "ipv6" } else { "ipv4" });
            list(text, "match", [if *source { "src_net" } else { "dest_net" }]);
            // Without it a reload keeps entries that are no longer written here.
            option(text, "reload_set", "1");
            list(text, "entry", entries(ranges, *v6).iter().map(String::as_str));
        }
    }

    /// Addresses as a rule says them itself.
    fn inline(&self, ranges: &[Range], side: Side, v6: bool) -> Addresses {
        let link = |with_link: bool| ranges == belonging(self.policy, side, with_link, v6);
        let inside = self.policy.inside().filter(|net| net.addr().is_ipv6() == v6).map(|net| net.to_string());
        match side {
            Side::Gateway if link(false) => Addresses::Any,
            Side::Uplink if link(true) && !v6 => Addresses::Except(inside.collect()),
            Side::Uplink if link(true) => Addresses::Except(inside.collect()),
            Side::Uplink if link(false) => {
                Addresses::Except(inside.chain([link_local().to_string()].into_iter().filter(|_| v6)).collect())
            }
            _ => Addresses::These(ranges.iter().map(|range| addresses_text(*range, v6)).collect()),
        }
    }

    fn addresses(&self, ranges: &[Range], source: bool, side: Side, v6: bool) -> Addresses {
        match self.sets.get(&(v6, source, ranges.to_vec())) {
            Some(name) => Addresses::Set(name.clone()),
            None => self.inline(ranges, side, v6),
        }
    }

    fn group(&self, group: &Group, text: &mut String) {
        let sources = self.addresses(&group.product.sources, true, group.pair.0, group.v6);
        let in_set = matches!(sources, Addresses::Set(_));
        // One set a rule: the other end says its addresses itself.
        let destinations = if in_set {
            self.inline(&group.product.destinations, group.pair.1, group.v6)
        } else {
            self.addresses(&group.product.destinations, false, group.pair.1, group.v6)
        };
        let ids: Vec<&str> = group.members(self.policy).iter().map(|flow| flow.id.as_str()).collect();
        let more = ids.len().saturating_sub(IDS_MAX);
        let mut name = ids.iter().take(IDS_MAX).copied().collect::<Vec<_>>().join(" ");
        if more > 0 {
            let _ = write!(name, " +{more}");
        }
        let why = group.why(self.policy);
        for kind in [Kind::Tcp, Kind::Udp, Kind::Ping] {
            let ports =
                group.product.services.iter().filter(|(own, _)| *own == kind).map(|(_, range)| ports_text(*range));
            let ports: Vec<String> = ports.collect();
            if ports.is_empty() {
                continue;
            }
            section(text, "rule", &why);
            option(text, "name", &name);
            self.ends(group.pair, text);
            option(text, "family", if group.v6 { "ipv6" } else { "ipv4" });
            match kind {
                Kind::Tcp => option(text, "proto", "tcp"),
                Kind::Udp => option(text, "proto", "udp"),
                Kind::Ping => {
                    option(text, "proto", "icmp");
                    list(text, "icmp_type", ["echo-request"]);
                }
            }
            say(text, "src_ip", &sources);
            say(text, "dest_ip", &destinations);
            if kind != Kind::Ping {
                list(text, "dest_port", ports.iter().map(String::as_str));
            }
            option(text, "target", "ACCEPT");
        }
    }

    fn ends(&self, (from, to): (Side, Side), text: &mut String) {
        for (key, side) in [("src", from), ("dest", to)] {
            if side != Side::Gateway {
                option(text, key, self.word(side));
            }
        }
    }

    fn chore(&self, chore: &Chore, text: &mut String) {
        section(text, "rule", chore.why);
        let pair = if chore.heard { (chore.side, Side::Gateway) } else { (Side::Gateway, chore.side) };
        self.ends(pair, text);
        let peer = if chore.heard { "src_ip" } else { "dest_ip" };
        let peers: Vec<String> = chore.peers.iter().flatten().map(ToString::to_string).collect();
        match &chore.what {
            Errand::Icmpv6(types) => {
                option(text, "family", "ipv6");
                option(text, "proto", "icmp");
                let types: Vec<String> = types.iter().map(ToString::to_string).collect();
                list(text, "icmp_type", types.iter().map(String::as_str));
            }
            Errand::Udp { v6, source_port, destination_port } => {
                option(text, "family", if *v6 { "ipv6" } else { "ipv4" });
                option(text, "proto", "udp");
                option(text, "src_port", &source_port.to_string());
                option(text, "dest_port", &destination_port.to_string());
            }
        }
        list(text, peer, peers.iter().map(String::as_str));
        option(text, "target", "ACCEPT");
    }

    /// Isolated addresses: before every other rule, wherever packets with them go.
    fn quarantine(&self, text: &mut String) {
        if self.policy.quarantine.is_empty() {
            return;
        }
        let isolated: Vec<String> = self.policy.quarantine.iter().map(ToString::to_string).collect();
        let places: [&[&str]; 3] = [&["src", "dest"], &["src"], &["dest"]];
        for ends in places {
            for key in ["src_ip", "dest_ip"] {
                section(text, "rule", "隔離 (isolated)");
                ends.iter().for_each(|end| option(text, end, "*"));
                option(text, "proto", "all");
                list(text, key, isolated.iter().map(String::as_str));
                option(text, "target", "DROP");
            }
        }
    }
}

/// A set holds addresses and networks, no ranges.
fn entries(ranges: &[Range], v6: bool) -> Vec<String> {
    let whole = |net: &IpNet| net.prefix_len() == net.max_prefix_len();
    let word = |net: IpNet| if whole(&net) { net.addr().to_string() } else { net.to_string() };
    prefixes(ranges, v6).into_iter().map(word).collect()
}

fn say(text: &mut String, key: &str, addresses: &Addresses) {
    match addresses {
        Addresses::Any => {}
        Addresses::These(all) => list(text, key, all.iter().map(String::as_str)),
        Addresses::Except(all) => {
            let all: Vec<String> = all.iter().map(|one| format!("!{one}")).collect();
            list(text, key, all.iter().map(String::as_str));
        }
        Addresses::Set(name) => option(text, "ipset", name),
    }
}

/// A section, with what it is for above it. What a name holds cannot become a line of its own.
fn section(text: &mut String, kind: &str, why: &str) {
    let why = why.split(char::is_control).collect::<Vec<_>>().join(" ");
    text.push('\n');
    if !why.is_empty() {
        let _ = writeln!(text, "# {why}");
    }
    let _ = writeln!(text, "config {kind}");
}

/// Values are ids, numbers and names of devices, all of them checked: none holds a quote.
fn option(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "\toption {key} '{value}'");
}

fn list<'a>(text: &mut String, key: &str, values: impl IntoIterator<Item = &'a str>) {
    for value in values {
        let _ = writeln!(text, "\tlist {key} '{value}'");
    }
}
