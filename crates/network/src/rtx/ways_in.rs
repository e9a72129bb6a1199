//! Ways in from the Internet through masquerade: one entry for each device and port.

use core::net::IpAddr;
use std::fmt::Write as _;

use ipnet::IpNet;

use super::compile::Refused;
use super::passes::pairs;
use crate::policy::{Match, Policy, Reach, Side};

/// Writes the entries.
pub(super) fn write(policy: &Policy, text: &mut String) -> Result<(), Refused> {
    let mut entries: Vec<(IpAddr, &str, u16, u16)> = Vec::new();
    for flow in policy.open() {
        let refused = || Refused::Inward(flow.why.clone());
        for (from, to) in pairs(flow) {
            let v4 = |net: &IpNet| net.addr().is_ipv4();
            let comes = match &from.reach {
                Reach::All => true,
                Reach::Nets(nets) => nets.iter().any(v4),
            };
            if from.side != Side::Uplink || !matches!(to.side, Side::Zone(_)) || !comes {
                continue;
            }
            let Reach::Nets(nets) = &to.reach else { return Err(refused()) };
            for net in nets.iter().filter(|net| v4(net)) {
                if net.prefix_len() < 32 {
                    return Err(refused());
                }
                for each in &flow.matches {
                    let (protocol, first, last) = match each {
                        Match::Tcp(range) => ("tcp", range.first(), range.last()),
                        Match::Udp(range) => ("udp", range.first(), range.last()),
                        Match::Ping => return Err(refused()),
                    };
                    let entry = (net.addr(), protocol, first, last);
                    let meets = |(inner, known, low, high): &(IpAddr, &str, u16, u16)| {
                        *inner != entry.0 && *known == protocol && *low <= last && first <= *high
                    };
                    if entries.iter().any(meets) {
                        return Err(refused());
                    }
                    if !entries.contains(&entry) {
                        entries.push(entry);
                    }
                }
            }
        }
    }
    for (n, (inner, protocol, first, last)) in entries.iter().enumerate() {
        let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let _ = writeln!(text, "nat descriptor masquerade static 1 {} {inner} {protocol} {ports}", n + 1);
    }
    Ok(())
}
