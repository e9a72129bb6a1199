//! Policy → the text `nft -f` loads.
//!
//! One table, `inet komainu`, replaced as a whole in one transaction. A packet goes through at most: quarantine, does
//! its source belong here, connection tracking, one look-up by pair of interfaces, one look-up by addresses, protocol
//! and port. The number of rules does not grow with the number of devices; elements of the maps do.
//!
//! The caller's packets are held against the flows every time (`ct direction original` is never accepted for being
//! established), so that closing a flow or the end of a grant also ends what is under way.

use ipnet::IpNet;

use super::plan::{MapKey, Plan, Wide};
use super::text::{Page, comment, one_of, quoted, remark};
use super::trial::Switch;
use crate::boxes::{Block, Kind, Range, addresses_text as addresses, belonging, ports_text as ports};
use crate::policy::{Chore, Errand, Policy, Side, link_local};

/// Rate-limited, so that a flood fills no log.
const LOG_LIMIT: &str = "limit rate 30/minute burst 10 packets";

/// The table that holds the rules.
pub(super) const TABLE: &str = "komainu";

/// The rule set of a policy. The same policy gives the same text.
#[must_use]
pub fn compile(policy: &Policy) -> String {
    table(policy, TABLE, None)
}

/// A table of this name, replaced as a whole; in a trial, with the switch that decides whether it is asked at all.
pub(super) fn table(policy: &Policy, name: &str, switch: Option<&Switch>) -> String {
    let compile = Compile { policy, plan: Plan::of(policy), switch };
    let mut page = Page::default();
    page.line("# Made by Komainu from the declared clinic. Changes made here are lost; change the declaration.");
    page.line(&format!("table inet {name}"));
    page.line(&format!("delete table inet {name}"));
    page.block(&format!("table inet {name}"), |page| {
        if let Some(switch) = switch {
            switch.set(page);
        }
        compile.quarantine(page);
        compile.sets(page);
        compile.maps(page);
        compile.hooks(page);
        compile.checks(page);
        compile.pairs(page);
        compile.flows(page);
    });
    page.finish()
}

struct Compile<'a> {
    policy: &'a Policy,
    plan: Plan<'a>,
    switch: Option<&'a Switch>,
}

impl Compile<'_> {
    fn interface(&self, side: Side) -> String {
        quoted(self.policy.interface(side).unwrap_or_default())
    }

    /// Interfaces of the policy, uplink first.
    fn interfaces(&self) -> Vec<String> {
        self.policy.sides().filter(|side| *side != Side::Gateway).map(|side| self.interface(side)).collect()
    }

    fn quarantine(&self, page: &mut Page) {
        for (name, kind, v6) in [("quarantine4", "ipv4_addr", false), ("quarantine6", "ipv6_addr", true)] {
            page.block(&format!("set {name}"), |page| {
                page.line(&format!("type {kind}"));
                page.line("flags timeout");
                let isolated = self.policy.quarantine.iter().filter(|address| address.is_ipv6() == v6);
                let isolated: Vec<String> = isolated.map(ToString::to_string).collect();
                if !isolated.is_empty() {
                    page.line(&format!("elements = {{ {} }}", isolated.join(", ")));
                }
            });
        }
    }

    fn sets(&self, page: &mut Page) {
        for ((v6, ranges), name) in &self.plan.sets {
            page.block(&format!("set {name}"), |page| {
                page.line(&format!("type {}", if *v6 { "ipv6_addr" } else { "ipv4_addr" }));
                page.line("flags interval");
                let elements: Vec<String> = ranges.iter().map(|range| addresses(*range, *v6)).collect();
                page.line(&format!("elements = {{ {} }}", elements.join(", ")));
            });
        }
    }

    fn map_name(&self, key: MapKey) -> String {
        let (from, to) = (self.policy.word(key.pair.0), self.policy.word(key.pair.1));
        let granted = if key.granted { "granted_" } else { "" };
        format!("{from}_to_{to}_{granted}{}{}", if key.ping { "ping" } else { "ports" }, if key.v6 { 6 } else { 4 })
    }

    fn maps(&self, page: &mut Page) {
        for (key, blocks) in &self.plan.maps {
            page.block(&format!("map {}", self.map_name(*key)), |page| {
                let address = if key.v6 { "ipv6_addr" } else { "ipv4_addr" };
                let rest = if key.ping { "" } else { " . inet_proto . inet_service" };
                page.line(&format!("type {address} . {address}{rest} : verdict"));
                page.line(if key.granted { "flags interval, timeout" } else { "flags interval" });
                page.block("elements =", |page| {
                    for block in blocks {
                        page.line(&self.element(*key, block));
                    }
                });
            });
        }
    }

    fn element(&self, key: MapKey, block: &Block) -> String {
        let pair = format!("{} . {}", addresses(block.source, key.v6), addresses(block.destination, key.v6));
        let rest = match block.what {
            Kind::Tcp => format!(" . tcp . {}", ports(block.ports)),
            Kind::Udp => format!(" . udp . {}", ports(block.ports)),
            Kind::Ping => String::new(),
        };
        let grant = block.flow.checked_sub(self.policy.flows.len()).and_then(|index| self.policy.grants.get(index));
        let timeout = grant.map(|grant| format!(" timeout {}s", grant.seconds_left)).unwrap_or_default();
        format!("{pair}{rest}{timeout} : goto {},", self.flow_chain(block.flow))
    }

    fn flow_chain(&self, index: usize) -> String {
        let kind = if index < self.policy.flows.len() { "flow" } else { "grant" };
        format!("{kind}_{}", self.plan.open.get(index).map_or("unknown", |flow| flow.id.as_str()))
    }

    fn hooks(&self, page: &mut Page) {
        let known = one_of(&self.interfaces());
        page.block("chain input", |page| {
            self.base(page, "type filter hook input priority filter; policy drop;");
            page.line("iifname \"lo\" counter accept");
            page.line("jump isolated");
            self.chores(page, true);
            page.line("jump belonging");
            page.line("ct state vmap { established : jump answers, related : goto errors, invalid : goto lost, untracked : goto lost }");
            self.dispatch(page, "iifname", |(from, to)| (to == Side::Gateway).then(|| self.interface(from)));
            page.line("goto refused");
        });
        page.block("chain forward", |page| {
            self.base(page, "type filter hook forward priority filter; policy drop;");
            page.line("jump isolated");
            page.line(&format!("ip6 saddr {} goto spoofed", link_local()));
            page.line("jump belonging");
            page.line(&format!("oifname != {known} goto refused"));
            page.line("ct state vmap { established : jump answers, related : goto errors, invalid : goto lost, untracked : goto lost }");
            self.dispatch(page, "iifname . oifname", |(from, to)| {
                let through = from != Side::Gateway && to != Side::Gateway;
                through.then(|| format!("{} . {}", self.interface(from), self.interface(to)))
            });
            page.line("goto refused");
        });
        page.block("chain output", |page| {
            self.base(page, "type filter hook output priority filter; policy drop;");
            page.line("oifname \"lo\" counter accept");
            page.line("jump isolated");
            self.chores(page, false);
            page.line(&format!("oifname != {known} goto refused"));
            page.line("ct state vmap { established : jump answers, related : goto errors, invalid : goto lost, untracked : goto lost }");
            self.dispatch(page, "oifname", |(from, to)| (from == Side::Gateway).then(|| self.interface(to)));
            page.line("goto refused");
        });
        self.masquerade(page);
    }

    /// Where packets enter a chain. A table that stands aside lets them pass to the other one.
    fn base(&self, page: &mut Page, head: &str) {
        page.line(head);
        if let Some(switch) = self.switch {
            page.line(switch.rule());
        }
    }

    /// The look-up by interfaces.
    fn dispatch(&self, page: &mut Page, key: &str, value: impl Fn((Side, Side)) -> Option<String>) {
        let pairs = self.plan.pairs();
        let arms =
            pairs.into_iter().filter_map(|pair| Some(format!("{} : goto {}", value(pair)?, self.pair_chain(pair))));
        let arms: Vec<String> = arms.collect();
        if !arms.is_empty() {
            page.line(&format!("{key} vmap {{ {} }}", arms.join(", ")));
        }
    }

    fn pair_chain(&self, (from, to): (Side, Side)) -> String {
        format!("{}_to_{}", self.policy.word(from), self.policy.word(to))
    }

    /// The network's own housekeeping: one rule for all interfaces on which it is the same.
    fn chores(&self, page: &mut Page, heard: bool) {
        let mut grouped: Vec<(Chore, Vec<String>)> = Vec::new();
        for chore in self.policy.housekeeping().into_iter().filter(|chore| chore.heard == heard) {
            let interface = self.interface(chore.side);
            let same = |other: &Chore| other.what == chore.what && other.peers == chore.peers && other.why == chore.why;
            match grouped.iter_mut().find(|(other, _)| same(other)) {
                Some((_, interfaces)) => interfaces.push(interface),
                None => grouped.push((chore, vec![interface])),
            }
        }
        for (chore, interfaces) in grouped {
            let (on, peer) = if heard { ("iifname", "saddr") } else { ("oifname", "daddr") };
            let peers = chore.peers.as_ref().map(|nets| {
                format!(" ip6 {peer} {}", one_of(&nets.iter().map(ToString::to_string).collect::<Vec<_>>()))
            });
            let what = match &chore.what {
                Errand::Icmpv6(types) => {
                    format!("icmpv6 type {}", one_of(&types.iter().map(ToString::to_string).collect::<Vec<_>>()))
                }
                Errand::Udp { v6, source_port, destination_port } => {
                    let family = if *v6 { "ipv6" } else { "ipv4" };
                    format!("meta nfproto {family} udp sport {source_port} udp dport {destination_port}")
                }
            };
            let (peers, why) = (peers.unwrap_or_default(), comment(chore.why));
            page.line(&format!("{on} {}{peers} {what} counter accept {why}", one_of(&interfaces)));
        }
    }

    fn masquerade(&self, page: &mut Page) {
        let private = self.policy.inside().filter(|net| matches!(net, IpNet::V4(net) if net.network().is_private()));
        let private: Vec<String> = IpNet::aggregate(&private.collect()).iter().map(ToString::to_string).collect();
        if !self.policy.uplink.masquerade || private.is_empty() {
            return;
        }
        page.block("chain postrouting", |page| {
            self.base(page, "type nat hook postrouting priority srcnat; policy accept;");
            let uplink = self.interface(Side::Uplink);
            page.line(&format!("oifname {uplink} ip saddr {} counter masquerade", one_of(&private)));
        });
    }

    fn checks(&self, page: &mut Page) {
        let refuse = |page: &mut Page, name: &str| {
            page.block(&format!("chain {name}"), |page| {
                page.line(&format!("{LOG_LIMIT} log prefix \"komainu {name}: \""));
                page.line("counter drop");
            });
        };
        page.block("chain isolated", |page| {
            for rule in
                ["ip saddr @quarantine4", "ip daddr @quarantine4", "ip6 saddr @quarantine6", "ip6 daddr @quarantine6"]
            {
                page.line(&format!("{rule} goto quarantined"));
            }
        });
        page.block("chain belonging", |page| {
            let zones = self.policy.sides().filter(|side| *side != Side::Gateway);
            let arms = zones.map(|side| format!("{} : goto from_{}", self.interface(side), self.policy.word(side)));
            page.line(&format!("iifname vmap {{ {} }}", arms.collect::<Vec<_>>().join(", ")));
            page.line("goto refused");
        });
        for side in self.policy.sides().filter(|side| *side != Side::Gateway) {
            page.block(&format!("chain from_{}", self.policy.word(side)), |page| {
                for (family, v6) in [("ip", false), ("ip6", true)] {
                    let own: Vec<String> =
                        belonging(self.policy, side, true, v6).into_iter().map(|range| addresses(range, v6)).collect();
                    if !own.is_empty() {
                        page.line(&format!("{family} saddr {} return", one_of(&own)));
                    }
                }
                page.line("goto spoofed");
            });
        }
        page.block("chain answers", |page| page.line("ct direction reply counter accept"));
        page.block("chain errors", |page| {
            page.line("meta l4proto { icmp, ipv6-icmp } counter accept");
            page.line("goto lost");
        });
        for name in ["quarantined", "spoofed", "lost"] {
            refuse(page, name);
        }
        page.block("chain refused", |page| {
            page.line(&format!("{LOG_LIMIT} log prefix \"komainu refused: \""));
            // Outside nobody is told that something is here; inside a program need not wait for an answer.
            page.line(&format!("iifname {} counter drop", self.interface(Side::Uplink)));
            page.line("counter reject with icmpx admin-prohibited");
        });
    }

    fn pairs(&self, page: &mut Page) {
        for pair in self.plan.pairs() {
            page.block(&format!("chain {}", self.pair_chain(pair)), |page| {
                for key in self.plan.maps.keys().filter(|key| key.pair == pair) {
                    let (ip, ping) = if key.v6 { ("ip6", "icmpv6") } else { ("ip", "icmp") };
                    let addresses = format!("{ip} saddr . {ip} daddr");
                    let name = self.map_name(*key);
                    page.line(&if key.ping {
                        format!("{ping} type echo-request {addresses} vmap @{name}")
                    } else {
                        format!("{addresses} . meta l4proto . th dport vmap @{name}")
                    });
                }
                for wide in self.plan.wide.iter().filter(|wide| wide.pair == pair) {
                    self.wide(page, wide);
                }
                page.line("goto refused");
            });
        }
    }

    /// A rule over sets: one for ports, one for echo requests.
    fn wide(&self, page: &mut Page, wide: &Wide) {
        let (ip, ping) = if wide.v6 { ("ip6", "icmpv6") } else { ("ip", "icmp") };
        let set = |ranges: &[Range]| match (ranges, self.plan.sets.get(&(wide.v6, ranges.to_vec()))) {
            (_, Some(name)) => format!("@{name}"),
            (ranges, None) => one_of(&ranges.iter().map(|range| addresses(*range, wide.v6)).collect::<Vec<_>>()),
        };
        let ends = format!("{ip} saddr {} {ip} daddr {}", set(&wide.product.sources), set(&wide.product.destinations));
        let verdict = format!("goto {}", self.flow_chain(wide.flow));
        let services = wide.product.services.iter().filter_map(|(kind, range)| match kind {
            Kind::Tcp => Some(format!("tcp . {}", ports(*range))),
            Kind::Udp => Some(format!("udp . {}", ports(*range))),
            Kind::Ping => None,
        });
        let services: Vec<String> = services.collect();
        if !services.is_empty() {
            page.line(&format!("{ends} meta l4proto . th dport {{ {} }} {verdict}", services.join(", ")));
        }
        if services.len() < wide.product.services.len() {
            page.line(&format!("{ping} type echo-request {ends} {verdict}"));
        }
    }

    fn flows(&self, page: &mut Page) {
        for (index, flow) in self.plan.flows().into_iter().filter_map(|index| Some((index, self.plan.open.get(index)?)))
        {
            page.line(&format!("# {} → {}: {}", remark(&flow.from.name), remark(&flow.to.name), remark(&flow.why)));
            page.block(&format!("chain {}", self.flow_chain(index)), |page| {
                page.line(&format!("ct state new {LOG_LIMIT} log prefix \"komainu {}: \"", flow.id));
                page.line(&format!("counter accept {}", comment(&flow.why)));
            });
        }
    }
}
