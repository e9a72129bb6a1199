//! Rules of nftables from UCI, by the text templates of fw4: written apart from the program's own reading, which goes
//! straight to sets of packets. What the kernel then has is compared with that reading, and packets are sent.

use std::fmt::Write as _;

use network::openwrt::config::{Bounds, Config, End, Family, Icmp, Looks, Protocol, Rule, Sided, Word, Zone};
use network::openwrt::{compile, read, walk};
use network::packets::{Set, Space, State};
use network::{Policy, nft};

use super::kernel::nft::{load, there};
use super::policies::{random, small};

/// `config …` as the text fw4 gives to `nft`.
pub(crate) fn fw4(config: &Config) -> String {
    let mut text = String::from("table inet fw4\ndelete table inet fw4\ntable inet fw4 {\n");
    for set in &config.sets {
        let kind = |looks: &Looks| match looks {
            Looks::Address { .. } => {
                if set.v6 {
                    "ipv6_addr"
                } else {
                    "ipv4_addr"
                }
            }
            Looks::Port { .. } => "inet_service",
        };
        let types: Vec<&str> = set.looks.iter().map(kind).collect();
        let word = |word: &Word| match word {
            Word::Addresses(bounds) => written(bounds),
            Word::Port(port) => port.to_string(),
        };
        let entries: Vec<String> =
            set.entries.iter().map(|entry| entry.iter().map(word).collect::<Vec<_>>().join(" . ")).collect();
        let _ = writeln!(
            text,
            "set {} {{ type {}; auto-merge; flags interval; elements = {{ {} }} }}",
            set.name,
            types.join(" . "),
            entries.join(", ")
        );
    }
    let drop = |accept: bool| if accept { "accept" } else { "drop" };
    let accept = &config.defaults.accept;
    let states = if config.defaults.drop_invalid { "ct state invalid drop" } else { "" };
    let hook = |text: &mut String, hook: &str, policy: bool, lo: &str, rules: String, zones: String| {
        let _ = writeln!(
            text,
            "chain {hook} {{ type filter hook {hook} priority filter; policy {};\n{lo}\nct state established,related accept\n{states}\n{rules}{zones}}}",
            drop(policy)
        );
    };
    let jumps = |key: &str, direction: &str| {
        let each = config.zones.iter().flat_map(|zone| guards(zone, key).into_iter().map(move |guard| (zone, guard)));
        each.fold(String::new(), |text, (zone, guard)| format!("{text}{guard} jump {direction}_{}\n", zone.name))
    };
    let of = |chain: &str| {
        let own = config.rules.iter().filter(|rule| chain_of(rule) == chain);
        own.flat_map(|rule| rules(config, rule)).fold(String::new(), |text, rule| format!("{text}{rule}\n"))
    };
    for zone in &config.zones {
        for (direction, verdict) in [("accept", "accept"), ("drop", "drop")] {
            let _ = writeln!(text, "chain {direction}_to_{} {{", zone.name);
            if direction == "accept" && zone.hides {
                guards(zone, "oifname").iter().for_each(|guard| drop_invalid(&mut text, guard));
            }
            guards(zone, "oifname").iter().for_each(|guard| push(&mut text, guard, verdict));
            text.push_str("}\n");
            let _ = writeln!(text, "chain {direction}_from_{} {{", zone.name);
            guards(zone, "iifname").iter().for_each(|guard| push(&mut text, guard, verdict));
            text.push_str("}\n");
        }
    }
    for zone in &config.zones {
        let name = &zone.name;
        for (direction, side, accept) in [
            ("input", "from", zone.accept.input),
            ("output", "to", zone.accept.output),
            ("forward", "to", zone.accept.forward),
        ] {
            let rules = of(&format!("{direction}_{name}"));
            let _ = writeln!(text, "chain {direction}_{name} {{\n{rules}jump {}_{side}_{name}\n}}", drop(accept));
        }
    }
    hook(&mut text, "input", accept.input, "iifname \"lo\" accept", of("input"), jumps("iifname", "input"));
    hook(&mut text, "forward", accept.forward, "", of("forward"), jumps("iifname", "forward"));
    hook(&mut text, "output", accept.output, "oifname \"lo\" accept", of("output"), jumps("oifname", "output"));
    text.push_str("}\n");
    text
}

fn push(text: &mut String, guard: &str, verdict: &str) {
    let _ = writeln!(text, "{guard} counter {verdict}");
}

fn drop_invalid(text: &mut String, guard: &str) {
    let _ = writeln!(text, "{guard} ct state invalid counter drop");
}

/// What says that a packet is on a zone: its devices, its addresses in each family.
fn guards(zone: &Zone, key: &str) -> Vec<String> {
    let devices: Vec<String> = zone.devices.iter().map(|device| format!("\"{device}\"")).collect();
    let devices = if devices.is_empty() { String::new() } else { format!("{key} {{ {} }}", devices.join(", ")) };
    let address = if key == "iifname" { "saddr" } else { "daddr" };
    let families: Vec<bool> = match zone.family {
        Family::One(v6) => vec![v6],
        _ if zone.subnets.is_empty() => return vec![devices],
        _ => vec![false, true],
    };
    let guard = |v6: bool| {
        let own: Vec<String> = zone.subnets.iter().filter(|net| net.0.is_ipv6() == v6).map(written).collect();
        let (proto, word) = if v6 { ("ipv6", "ip6") } else { ("ipv4", "ip") };
        let subnets = format!("{word} {address} {{ {} }}", own.join(", "));
        match (own.is_empty(), zone.subnets.is_empty()) {
            (false, _) => Some(format!("{devices} {subnets}")),
            (true, true) => Some(format!("meta nfproto {proto} {devices}")),
            (true, false) => None,
        }
    };
    families.into_iter().filter_map(guard).collect()
}

fn written((first, last): &Bounds) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

fn chain_of(rule: &Rule) -> String {
    match (&rule.from, &rule.to) {
        (End::Zone(from), End::Router) => format!("input_{from}"),
        (End::Zone(from), _) => format!("forward_{from}"),
        (End::Any, End::Router) => "input".to_owned(),
        (End::Any, _) => "forward".to_owned(),
        (End::Router, End::Zone(to)) => format!("output_{to}"),
        (End::Router, _) => "output".to_owned(),
    }
}

/// The rules of nftables of one section.
fn rules(config: &Config, rule: &Rule) -> Vec<String> {
    rule.protocols.iter().flat_map(|protocol| of_protocol(config, rule, *protocol)).collect()
}

fn of_protocol(config: &Config, rule: &Rule, protocol: Protocol) -> Vec<String> {
    let set = rule.set.as_ref().map(|(name, not)| (config.sets.iter().find(|set| set.name == *name).unwrap(), *not));
    let icmp = matches!(protocol, Protocol::Icmp | Protocol::Icmpv6);
    let has = |sided: &Sided<Bounds>, v6: bool| sided.only.iter().chain(&sided.not).any(|one| one.0.is_ipv6() == v6);
    let kind = |each: &Icmp, v6: bool| if v6 { each.v6 } else { each.v4 };
    let types = |v6: bool| rule.icmp.iter().filter_map(|each| kind(each, v6)).filter(|_| icmp).collect::<Vec<_>>();
    let specific = |v6: bool| has(&rule.sources, v6) || has(&rule.destinations, v6) || !types(v6).is_empty();
    let families = match (rule.family, set) {
        (Family::One(v6), _) => vec![v6],
        (_, Some((set, _))) => vec![set.v6],
        _ if specific(false) != specific(true) => vec![specific(true)],
        _ if specific(false) => vec![false, true],
        _ => vec![],
    };
    let verdict = match (&rule.to, rule.accept) {
        (End::Zone(to), accept) => format!("jump {}_to_{to}", if accept { "accept" } else { "drop" }),
        (_, true) => "accept".to_owned(),
        (_, false) => "drop".to_owned(),
    };
    let ports = |key: &str, sided: &Sided<(u16, u16)>| {
        let list = |list: &[(u16, u16)]| list.iter().map(|(a, b)| format!("{a}-{b}")).collect::<Vec<_>>().join(", ");
        let name = if protocol == Protocol::Number(6) { "tcp" } else { "udp" };
        let only =
            if sided.only.is_empty() { String::new() } else { format!("{name} {key} {{ {} }} ", list(&sided.only)) };
        let not =
            if sided.not.is_empty() { String::new() } else { format!("{name} {key} != {{ {} }} ", list(&sided.not)) };
        only + &not
    };
    let ported = matches!(protocol, Protocol::Number(6 | 17));
    let ports = if ported {
        ports("sport", &rule.source_ports) + &ports("dport", &rule.destination_ports)
    } else {
        String::new()
    };
    let l4 = |v6: Option<bool>| match (protocol, v6) {
        (Protocol::Any, _) => String::new(),
        (Protocol::Number(number), _) => format!("meta l4proto {number} "),
        (Protocol::Icmpv6, _) | (Protocol::Icmp, Some(true)) => "meta l4proto ipv6-icmp ".to_owned(),
        (Protocol::Icmp, Some(false)) => "meta l4proto icmp ".to_owned(),
        (Protocol::Icmp, None) => "meta l4proto { icmp, ipv6-icmp } ".to_owned(),
    };
    if families.is_empty() {
        return vec![format!("{}{ports}counter {verdict}", l4(None))];
    }
    let family = |v6: bool| {
        let (proto, word, icmp) = if v6 { ("ipv6", "ip6", "icmpv6") } else { ("ipv4", "ip", "icmp") };
        let side = |key: &str, sided: &Sided<Bounds>| {
            let list = |list: &[Bounds]| {
                list.iter().filter(|one| one.0.is_ipv6() == v6).map(written).collect::<Vec<_>>().join(", ")
            };
            let (only, not) = (list(&sided.only), list(&sided.not));
            let only = if only.is_empty() { only } else { format!("{word} {key} {{ {only} }} ") };
            if not.is_empty() { only } else { format!("{only}{word} {key} != {{ {not} }} ") }
        };
        let types: Vec<String> = types(v6).iter().map(|(kind, _)| kind.to_string()).collect();
        let types = if types.is_empty() { l4(Some(v6)) } else { format!("{icmp} type {{ {} }} ", types.join(", ")) };
        let asked = set.map_or_else(String::new, |(set, not)| {
            let field = |looks: &Looks| match looks {
                Looks::Address { source: true } => format!("{word} saddr"),
                Looks::Address { source: false } => format!("{word} daddr"),
                Looks::Port { source: true } => "th sport".to_owned(),
                Looks::Port { source: false } => "th dport".to_owned(),
            };
            let fields: Vec<String> = set.looks.iter().map(field).collect();
            format!("{}{} @{} ", fields.join(" . "), if not { " !=" } else { "" }, set.name)
        });
        let ends = side("saddr", &rule.sources) + &side("daddr", &rule.destinations);
        format!("meta nfproto {proto} {ends}{types}{ports}{asked}counter {verdict}")
    };
    families.into_iter().map(family).collect()
}

/// Where the kernel and the reading differ, states in which no packet comes left out: nothing invalid is asked of a
/// rule that has dropped it.
fn same(policy: &Policy, text: &str) {
    let config = read(text).unwrap();
    assert_eq!(config.unknown, vec![]);
    let mut space = Space::default();
    let ours = walk(policy, &config, &mut space);
    let nft = fw4(&config);
    let kernel = nft::evaluate(&nft::read(&load(&nft)).unwrap(), &mut space);
    assert_eq!(kernel.unknown, vec![], "{nft}");
    let known = |set: &Set| set.and(&space.sound());
    let (ours, kernel) = (known(&ours.pass), known(&kernel.pass));
    let differs = ours.minus(&kernel).or(&kernel.minus(&ours));
    assert!(differs.is_empty(), "{:?}\n{text}\n{nft}", differs.first());
    assert!(kernel.meets(&space.state(State::New)), "nothing passes at all");
}

#[test]
fn the_kernel_does_with_the_rules_of_fw4_what_the_reading_says() {
    if there() {
        same(&small(), &compile(&small()).unwrap());
        (0..40).for_each(|seed| same(&random(seed), &compile(&random(seed)).unwrap()));
    }
}

#[test]
fn so_it_does_with_what_somebody_else_wrote() {
    if there() {
        same(&small(), super::openwrt_reading::FOREIGN);
    }
}
