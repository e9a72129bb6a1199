//! Interfaces of an RTX for the parts of a policy, and the lines that set them up.

use std::fmt::Write as _;

use ipnet::IpNet;

use super::compile::Refused;
use super::family::Family;
use crate::policy::{Policy, Side, Zone};

/// How interfaces begin that are tunnels on other gateways.
const TUNNELS: [&str; 4] = ["wg", "tun", "ipsec", "ppp"];

/// Which interface is which.
pub(super) struct Layout {
    pub(super) zones: Vec<String>,
    pub(super) uplink: String,
}

impl Layout {
    /// The policy's own names where they are an RTX's; else tagged VLANs of lan1, tunnels for what is a tunnel
    /// elsewhere, and lan2 as the way out.
    pub(super) fn of(policy: &Policy) -> Result<Self, Refused> {
        let own: Vec<String> = policy.zones.iter().map(|zone| zone.interface.replace(' ', "")).collect();
        let uplink = policy.uplink.interface.replace(' ', "");
        let layout = if own.iter().chain([&uplink]).any(|name| is_interface(name)) {
            Self { zones: own, uplink }
        } else {
            let tunnel =
                |zone: &Zone| zone.vlan.is_none() && TUNNELS.iter().any(|kind| zone.interface.starts_with(kind));
            let mut counts = [0; 2];
            let zones = policy.zones.iter().map(|zone| {
                let count = &mut counts[usize::from(tunnel(zone))];
                *count += 1;
                if tunnel(zone) { format!("tunnel{count}") } else { format!("lan1/{count}") }
            });
            Self { zones: zones.collect(), uplink: "lan2".to_owned() }
        };
        let mut all: Vec<&String> = layout.zones.iter().chain([&layout.uplink]).collect();
        if let Some(odd) = all.iter().find(|name| !is_interface(name)) {
            return Err(Refused::Interface((**odd).clone()));
        }
        all.sort_unstable();
        match all.windows(2).find(|two| two[0] == two[1]) {
            Some(twice) => Err(Refused::Twice(twice[0].clone())),
            None => Ok(layout),
        }
    }

    /// The interface of a side; none for the router itself.
    pub(super) fn interface(&self, side: Side) -> Option<&str> {
        match side {
            Side::Gateway => None,
            Side::Uplink => Some(&self.uplink),
            Side::Zone(index) => self.zones.get(index).map(String::as_str),
        }
    }

    /// The lines that set interfaces, addresses and the way out up.
    pub(super) fn write(&self, policy: &Policy, text: &mut String) -> Result<(), Refused> {
        self.zones_apart(policy, text);
        for (index, (zone, name)) in policy.zones.iter().zip(&self.zones).enumerate() {
            let _ = writeln!(text, "# {}", comment(&zone.name));
            if name.contains('/') {
                let vid = zone.vlan.ok_or_else(|| Refused::NoTag(zone.name.clone()))?;
                let _ = writeln!(text, "vlan {name} 802.1q vid={vid}");
            } else if let Some(number) = name.strip_prefix("vlan") {
                let _ = writeln!(text, "vlan port mapping lan1.{number} {name}");
            } else if name.starts_with("tunnel") {
                text.push_str(
                    "# トンネルの接続設定はルーターのものをそのまま使う (the tunnel's peer stays as it is on the router)\n",
                );
            }
            if let Some(number) = name.strip_prefix("tunnel").filter(|_| zone.router.is_empty()) {
                for subnet in &zone.subnets {
                    let word = Family::of(subnet.addr()).word();
                    let _ = writeln!(text, "{word} route {subnet} gateway tunnel {number}");
                }
                continue;
            }
            for subnet in &zone.subnets {
                let own = zone.router.iter().find(|own| subnet.contains(*own));
                let own = own.ok_or_else(|| Refused::NoAddress(zone.name.clone(), *subnet))?;
                let word = Family::of(*own).word();
                self.on(Side::Zone(index), text, |name, text| {
                    let _ = writeln!(text, "{word} {name} address {own}/{}", subnet.prefix_len());
                });
            }
        }
        let v6 = policy.inside().any(|net| matches!(net, IpNet::V6(_)));
        text.push_str("# インターネット (the Internet)\n");
        if let Some(number) = self.uplink.strip_prefix("pp") {
            text.push_str(
                "# PPPoE の接続設定はルーターのものをそのまま使う (the account stays as it is on the router)\n",
            );
            let _ = writeln!(text, "ip route default gateway pp {number}");
            if v6 {
                let _ = writeln!(text, "ipv6 route default gateway pp {number}");
            }
        } else {
            let _ = writeln!(text, "ip {0} address dhcp\nip route default gateway dhcp {0}", self.uplink);
            if v6 {
                let _ = writeln!(text, "ipv6 {} address auto", self.uplink);
            }
        }
        Ok(())
    }

    fn zones_apart(&self, policy: &Policy, text: &mut String) {
        if self.zones.iter().any(|name| name.starts_with("vlan")) {
            text.push_str("lan type lan1 port-based-option=divide-network\n");
        }
        // Between zones both must allow: the filters, and this.
        let zone = |side| matches!(side, Side::Zone(_));
        let between = policy.open().any(|flow| {
            flow.from.spots.iter().any(|spot| zone(spot.side)) && flow.to.spots.iter().any(|spot| zone(spot.side))
        });
        let mut lans: Vec<&str> = self.zones.iter().filter_map(|name| Some(name.split_once('/')?.0)).collect();
        lans.dedup();
        for lan in lans {
            let _ = writeln!(text, "vlan interconnect group {lan} {}", if between { "all" } else { "none" });
        }
    }

    /// Runs `write` where commands of the side's interface belong.
    pub(super) fn on(&self, side: Side, text: &mut String, write: impl FnOnce(&str, &mut String)) {
        let name = self.interface(side).unwrap_or_default();
        let selected = ["pp", "tunnel"].iter().find_map(|kind| Some((*kind, name.strip_prefix(kind)?)));
        match selected {
            Some((kind, number)) => {
                let _ = writeln!(text, "{kind} select {number}");
                write(kind, text);
                let _ = writeln!(text, "{kind} select none");
            }
            None => write(name, text),
        }
    }
}

/// `lan1`, `lan1/2`, `vlan3`, `pp1`, `tunnel1`, `bridge1`, `wan1`. A divided LAN has as many `vlan` as a switch has
/// ports: eight at most.
fn is_interface(name: &str) -> bool {
    let number = |text: &str| text.parse::<u8>().ok().filter(|_| !text.starts_with(['0', '+']));
    let up_to = |text: &str, most: u8| number(text).is_some_and(|number| number <= most);
    let plain = [("vlan", 8), ("pp", 99), ("tunnel", 99), ("bridge", 9), ("wan", 1)];
    plain.iter().any(|(kind, most)| name.strip_prefix(kind).is_some_and(|rest| up_to(rest, *most)))
        || name.strip_prefix("lan").is_some_and(|rest| match rest.split_once('/') {
            Some((lan, tag)) => up_to(lan, 9) && up_to(tag, 32),
            None => up_to(rest, 9),
        })
}

/// A comment is one line: what a name holds cannot become a command.
pub(super) fn comment(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}
