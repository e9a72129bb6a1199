//! Sections of UCI as fw4 reads them. Where fw4 skips a section with a warning, the section is not understood here:
//! whether that opens or closes something is for a person to see.

use core::net::IpAddr;

use super::config::{
    Config, Defaults, End, Family, Interface, IpSet, Looks, Policies, Protocol, Redirect, Rule, Sided, Word, Zone,
};
use super::fields::{Fields, bounds, family, flag, icmp, ports, protocol, verdict, zone_word};
use super::uci::{NoUci, Section, sections};

/// Reads a text.
///
/// # Errors
/// [`NoUci`]. What is UCI but not understood is no error: it is in [`Config::unknown`].
pub fn read(text: &str) -> Result<Config, NoUci> {
    let (sections, odd) = sections(text)?;
    let mut config = Config { unknown: odd.into_iter().map(|odd| (odd.line, odd.what)).collect(), ..Config::default() };
    let mut had_defaults = false;
    // fw4 takes sections kind by kind: policies before the zones that inherit them, forwardings after all rules.
    for kind in ["defaults", "ipset", "zone", "rule", "forwarding", "redirect", ""] {
        for section in sections.iter().filter(|section| order(&section.kind) == kind) {
            let wrong = match (section.package.as_deref(), section.kind.as_str()) {
                (None | Some("firewall"), "defaults") if !had_defaults => {
                    had_defaults = true;
                    config.defaults(section)
                }
                (None | Some("firewall"), kind) => config.firewall(kind, section),
                (Some("network"), "interface") => config.interface(section),
                _ => Vec::new(),
            };
            config.unknown.extend(wrong);
        }
    }
    config.unknown.sort();
    Ok(config)
}

fn order(kind: &str) -> &str {
    if ["defaults", "ipset", "zone", "rule", "forwarding", "redirect"].contains(&kind) { kind } else { "" }
}

/// Kinds of `/etc/config/network`, where a text of both files has no line that says which is which.
const NETWORK: [&str; 8] =
    ["globals", "device", "bridge-vlan", "switch", "switch_vlan", "switch_port", "route", "route6"];

type Wrong = Vec<(usize, String)>;

impl Config {
    fn firewall(&mut self, kind: &str, section: &Section) -> Wrong {
        match kind {
            "zone" => self.zone(section),
            "rule" => self.rule(section),
            "forwarding" => self.forwarding(section),
            "ipset" => self.ipset(section),
            "redirect" => self.redirect(section),
            // What an address is hidden behind is decided after all rules.
            "nat" => Vec::new(),
            "include" => include(section),
            "interface" if section.package.is_none() => self.interface(section),
            other if section.package.is_none() && NETWORK.contains(&other) => Vec::new(),
            "defaults" => vec![(section.line, "a second 'config defaults' is not looked at".to_owned())],
            other => vec![(section.line, format!("'config {other}' is not understood"))],
        }
    }

    fn defaults(&mut self, section: &Section) -> Wrong {
        let mut fields = Fields::of(section);
        let mut policy = |key| fields.read(key, verdict).unwrap_or(false);
        let accept = Policies { input: policy("input"), output: policy("output"), forward: policy("forward") };
        self.defaults = Defaults { accept, drop_invalid: fields.flag("drop_invalid", false) };
        if fields.flag("flow_offloading", false) {
            fields.wrong.push((section.line, "with flow_offloading packets go past the rules".to_owned()));
        }
        // A rate of SYN holds back a flood, no kind of packet.
        fields.skip(&["syn_flood", "synflood_protect", "synflood_rate", "synflood_burst", "tcp_syncookies"]);
        fields.skip(&[
            "tcp_ecn",
            "tcp_window_scaling",
            "accept_redirects",
            "accept_source_route",
            "flow_offloading_hw",
        ]);
        fields.skip(&["tcp_reject_code", "any_reject_code", "auto_helper", "disable_ipv6", "custom_chains"]);
        fields.skip(&["drop_invalid_early", "auto_includes"]);
        fields.finish()
    }

    fn zone(&mut self, section: &Section) -> Wrong {
        let mut fields = Fields::of(section);
        let defaults = self.defaults.accept;
        let mut policy = |key, default| fields.read(key, verdict).unwrap_or(default);
        let accept = Policies {
            input: policy("input", defaults.input),
            output: policy("output", defaults.output),
            forward: policy("forward", defaults.forward),
        };
        let plain = |text: &str| match text {
            text if text.contains(['!', '+', '*']) => Err(format!("'{text}' stands for more than one device")),
            text => Ok(text.to_owned()),
        };
        let zone = Zone {
            line: section.line,
            name: fields.one("name").or(section.name.as_deref()).unwrap_or_default().to_owned(),
            family: fields.read("family", family).unwrap_or_default(),
            networks: fields.list("network", plain),
            devices: fields.list("device", plain),
            subnets: fields.list("subnet", bounds),
            accept,
            hides: fields.flag("masq", false) || fields.flag("masq6", false),
        };
        let enabled = fields.flag("enabled", true);
        fields.skip(&["masq", "masq6", "masq_src", "masq_dest", "masq_allow_invalid", "mtu_fix", "log", "log_limit"]);
        fields.skip(&["counter", "auto_helper", "custom_chains"]);
        if zone.name.is_empty() {
            fields.wrong.push((section.line, "a zone needs a name".to_owned()));
        }
        let wrong = fields.finish();
        if enabled && wrong.is_empty() {
            self.zones.push(zone);
        }
        if enabled { wrong } else { Vec::new() }
    }

    fn rule(&mut self, section: &Section) -> Wrong {
        let mut fields = Fields::of(section);
        let mut end = |key| match fields.read(key, zone_word).as_deref() {
            None => End::Router,
            Some("*") => End::Any,
            Some(name) => End::Zone(name.to_owned()),
        };
        let (from, to) = (end("src"), end("dest"));
        let protocols = fields.list("proto", protocol).into_iter().flatten().collect::<Vec<_>>();
        let target = fields.one("target").map(str::to_ascii_lowercase);
        let rule = Rule {
            line: section.line,
            from,
            to,
            family: fields.read("family", family).unwrap_or_default(),
            protocols: if protocols.is_empty() { vec![Protocol::Number(6), Protocol::Number(17)] } else { protocols },
            sources: fields.sided("src_ip", bounds),
            destinations: fields.sided("dest_ip", bounds),
            source_ports: fields.sided("src_port", ports),
            destination_ports: fields.sided("dest_port", ports),
            icmp: fields.list("icmp_type", icmp),
            set: fields.read("ipset", set_match),
            accept: target.as_deref() == Some("accept"),
        };
        let enabled = fields.flag("enabled", true);
        fields.skip(&["name", "counter", "log", "log_limit", "utc_time"]);
        // It counts, or marks for others.
        let idle = matches!(target.as_deref(), None | Some("mark" | "dscp"));
        if idle {
            fields.skip(&["set_mark", "set_xmark", "set_dscp"]);
        } else if !matches!(target.as_deref(), Some("accept" | "reject" | "drop")) {
            let what = format!("the target '{}' changes more than what passes", target.unwrap_or_default());
            fields.wrong.push((section.line, what));
        }
        let known = |end: &End| match end {
            End::Zone(name) => self.zones.iter().any(|zone| zone.name == *name),
            End::Router | End::Any => true,
        };
        for end in [&rule.from, &rule.to].into_iter().filter(|end| !known(end)) {
            fields.wrong.push((section.line, format!("the rule names a zone that is not there: {end:?}")));
        }
        if let Some((name, _)) = rule.set.as_ref().filter(|(name, _)| !self.sets.iter().any(|set| set.name == *name)) {
            fields.wrong.push((section.line, format!("the set '{name}' is not defined")));
        }
        let wrong = fields.finish();
        if enabled && wrong.is_empty() && !idle {
            self.rules.push(rule);
        }
        if enabled { wrong } else { Vec::new() }
    }

    fn forwarding(&mut self, section: &Section) -> Wrong {
        let mut fields = Fields::of(section);
        let mut end = |key| match fields.one(key) {
            None => None,
            Some("*") => Some(End::Any),
            Some(name) => Some(End::Zone(name.to_owned())),
        };
        let ends = end("src").zip(end("dest"));
        let family = fields.read("family", family).unwrap_or_default();
        let enabled = fields.flag("enabled", true);
        fields.skip(&["name"]);
        let there = |end: &End| !matches!(end, End::Zone(name) if !self.zones.iter().any(|zone| zone.name == *name));
        if !ends.as_ref().is_some_and(|(from, to)| there(from) && there(to)) {
            fields.wrong.push((section.line, "a forwarding needs src and dest, both of them zones".to_owned()));
        }
        let wrong = fields.finish();
        if let Some((from, to)) = ends.filter(|_| enabled && wrong.is_empty()) {
            self.rules.push(Rule {
                line: section.line,
                from,
                to,
                family,
                protocols: vec![Protocol::Any],
                sources: Sided::default(),
                destinations: Sided::default(),
                source_ports: Sided::default(),
                destination_ports: Sided::default(),
                icmp: Vec::new(),
                set: None,
                accept: true,
            });
        }
        if enabled { wrong } else { Vec::new() }
    }

    fn ipset(&mut self, section: &Section) -> Wrong {
        let mut fields = Fields::of(section);
        let v6 = fields.read("family", family) == Some(Family::One(true));
        let name = fields.one("name").or(section.name.as_deref()).unwrap_or_default().to_owned();
        let kinds = fields.list("match", looks);
        let looks: Vec<Looks> = kinds.iter().map(|(looks, _)| *looks).collect();
        let nets = kinds.iter().any(|(_, net)| *net);
        let entries = fields.list("entry", |text| entry(text, &looks, v6, nets));
        let enabled = fields.flag("enabled", true);
        if fields.one("loadfile").is_some() {
            fields.wrong.push((section.line, format!("the set '{name}' is filled from a file that is not here")));
        }
        if fields.one("timeout").is_some_and(|seconds| !seconds.starts_with('-')) {
            fields.wrong.push((section.line, format!("entries of the set '{name}' come and go by themselves")));
        }
        fields.skip(&["comment", "counters", "maxelem", "reload_set", "storage", "hashsize"]);
        if name.is_empty() || looks.is_empty() {
            fields.wrong.push((section.line, "a set needs a name and what it looks at".to_owned()));
        }
        let wrong = fields.finish();
        if enabled && wrong.is_empty() {
            self.sets.push(IpSet { line: section.line, name, v6, looks, entries });
        }
        if enabled { wrong } else { Vec::new() }
    }

    fn redirect(&mut self, section: &Section) -> Wrong {
        let mut fields = Fields::of(section);
        let target = fields.one("target").unwrap_or("DNAT").to_ascii_lowercase();
        let enabled = fields.flag("enabled", true);
        let ends = fields.one("src").zip(fields.one("dest"));
        let protocols = fields.list("proto", protocol).into_iter().flatten().collect::<Vec<_>>();
        let sources = fields.sided("src_ip", bounds);
        let inner =
            fields.read("dest_ip", |text| text.parse::<IpAddr>().map_err(|_| format!("'{text}' is no address")));
        let outer = fields.read("src_dport", ports);
        let ports = fields.read("dest_port", ports).or(outer);
        if fields.flag("reflection", true) {
            let what = "a redirect that is also reflected opens ways that depend on addresses not written here; write option reflection '0'";
            fields.wrong.push((section.line, what.to_owned()));
        }
        fields.skip(&["name", "src_dip", "counter", "log", "log_limit"]);
        let Some(((from, to), inner)) = ends.zip(inner).filter(|_| target == "dnat") else {
            let what = "a redirect is understood only as DNAT from a zone to one address of another".to_owned();
            return if enabled { vec![(section.line, what)] } else { Vec::new() };
        };
        let protocols = if protocols.is_empty() { vec![Protocol::Number(6), Protocol::Number(17)] } else { protocols };
        let line = section.line;
        let redirect = Redirect { line, from: from.to_owned(), to: to.to_owned(), protocols, sources, inner, ports };
        let wrong = fields.finish();
        if enabled && wrong.is_empty() {
            self.redirects.push(redirect);
        }
        if enabled { wrong } else { Vec::new() }
    }

    fn interface(&mut self, section: &Section) -> Wrong {
        let mut fields = Fields::of(section);
        let address = |text: &str| Ok::<_, String>(text.split('/').next().and_then(|text| text.parse::<IpAddr>().ok()));
        let addresses: Vec<Option<IpAddr>> =
            ["ipaddr", "ip6addr"].iter().flat_map(|key| fields.list(key, address)).collect();
        let device = fields.one("device").or_else(|| fields.one("ifname")).map(ToOwned::to_owned);
        let name = section.name.clone().unwrap_or_default();
        self.interfaces.push(Interface { name, device, addresses: addresses.into_iter().flatten().collect() });
        Vec::new()
    }
}

fn include(section: &Section) -> Wrong {
    let mut fields = Fields::of(section);
    let old = fields.one("path") == Some("/etc/firewall.user");
    let script = fields.one("type").is_none_or(|kind| kind == "script");
    let compatible = fields.read("fw4_compatible", flag).unwrap_or(!old);
    let ignored = !fields.flag("enabled", true) || (script && !compatible);
    if ignored { Vec::new() } else { vec![(section.line, "what an include does is not written here".to_owned())] }
}

/// `name`, `!name`; directions are those of the set.
fn set_match(text: &str) -> Result<(String, bool), String> {
    let (text, negated) = text.trim().strip_prefix('!').map_or((text.trim(), false), |rest| (rest.trim(), true));
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err(format!("'{text}' is not the name of one set; directions belong to the set itself"));
    }
    Ok((text.to_owned(), negated))
}

/// `src_ip`, `dest_net`, `dest_port`; whether it is a network.
fn looks(text: &str) -> Result<(Looks, bool), String> {
    let (source, kind) = match text.split_once('_') {
        Some(("src", kind)) => (true, kind),
        Some(("dst" | "dest", kind)) => (false, kind),
        _ => (true, text),
    };
    match kind {
        "ip" => Ok((Looks::Address { source }, false)),
        "net" => Ok((Looks::Address { source }, true)),
        "port" => Ok((Looks::Port { source }, false)),
        _ => Err(format!("a set that looks at '{text}' is not understood")),
    }
}

fn entry(text: &str, looks: &[Looks], v6: bool, nets: bool) -> Result<Vec<Word>, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() != looks.len() {
        return Err(format!("the entry '{text}' has not as many words as its set looks at"));
    }
    let word = |(text, looks): (&&str, &Looks)| match looks {
        Looks::Port { .. } => {
            let (first, last) = ports(text)?;
            if first == last { Ok(Word::Port(first)) } else { Err(format!("'{text}' is more than one port")) }
        }
        Looks::Address { .. } => {
            let bounds = bounds(text)?;
            let fits = bounds.0.is_ipv6() == v6 && !text.contains('-') && (nets || bounds.0 == bounds.1);
            if fits { Ok(Word::Addresses(bounds)) } else { Err(format!("'{text}' does not fit into its set")) }
        }
    };
    words.iter().zip(looks).map(word).collect()
}
