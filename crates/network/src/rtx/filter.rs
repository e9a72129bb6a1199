//! The conditions of a filter: addresses, protocols, ports (command reference 8.1.10, 30.7.1).

use core::net::IpAddr;

use super::family::{Family, Range, number};

/// The most ports one list holds.
pub const PORTS_MAX: usize = 10;

/// A static filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Does it let through?
    pub pass: bool,
    /// Source addresses; `None` is every one.
    pub source: Option<Vec<Range>>,
    /// Destination addresses; `None` is every one.
    pub destination: Option<Vec<Range>>,
    /// Protocols; `None` is every one.
    pub protocols: Option<Vec<Protocol>>,
    /// Source ports, or types of ICMP; `None` is every one.
    pub source_ports: Option<Vec<(u16, u16)>>,
    /// Destination ports, or codes of ICMP; `None` is every one.
    pub destination_ports: Option<Vec<(u16, u16)>>,
}

/// One item of a protocol list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// By number.
    Number(u8),
    /// ICMP of these types (`icmp-error`, `icmp-info`; over IPv6 `icmp-nd`).
    IcmpTypes(&'static [u16]),
    /// TCP whose flags under the mask are (or are not) the value. `established` is ACK under ACK.
    Flags {
        /// The bits wanted.
        value: u8,
        /// The bits looked at.
        mask: u8,
        /// `!=` instead of `=`.
        negated: bool,
    },
}

/// `established`: the ACK bit.
pub const ESTABLISHED: Protocol = Protocol::Flags { value: 0x10, mask: 0x10, negated: false };

const ERRORS: &[u16] = &[3, 4, 5, 11, 12, 31, 32];
const INFOS: &[u16] = &[0, 8, 9, 10, 13, 14, 15, 16, 17, 18, 30, 33, 34, 35, 36];

const NEIGHBOURS: &[u16] = &[133, 134, 135, 136];

/// Reads what follows `ip filter NUMBER`.
///
/// # Errors
/// What could not be understood, as a clause.
pub fn filter(words: &[&str], family: Family) -> Result<Filter, String> {
    let [action, source, rest @ ..] = words else { return Err("a filter needs an action and a source".to_owned()) };
    if rest.len() > 4 {
        return Err(format!("'{}' stands after the last field of a filter", rest[4]));
    }
    let pass = match *action {
        "pass" | "pass-log" | "pass-nolog" => true,
        "reject" | "reject-log" | "reject-nolog" => false,
        other => return Err(format!("the action '{other}' depends on more than the packet")),
    };
    let field = |at: usize| rest.get(at).copied().unwrap_or("*");
    Ok(Filter {
        pass,
        source: addresses(source, family)?,
        destination: addresses(field(0), family)?,
        protocols: protocols(field(1), family)?,
        source_ports: ports(field(2))?,
        destination_ports: ports(field(3))?,
    })
}

/// A list of addresses; `None` is every one.
///
/// # Errors
/// Names, interfaces, masks with holes.
pub fn addresses(text: &str, family: Family) -> Result<Option<Vec<Range>>, String> {
    if text == "*" {
        return Ok(None);
    }
    text.split(',').map(|item| address(item, family)).collect::<Result<_, _>>().map(Some)
}

fn address(text: &str, family: Family) -> Result<Range, String> {
    let wrong = || format!("'{text}' is no address of this family");
    let one = |text: &str| {
        let address: IpAddr = text.parse().map_err(|_| wrong())?;
        if Family::of(address) == family { Ok(number(address)) } else { Err(wrong()) }
    };
    if let Some((low, high)) = text.split_once('-') {
        let low = if low.is_empty() { 0 } else { one(low)? };
        let high = if high.is_empty() { family.last() } else { one(high)? };
        return if low <= high { Ok((low, high)) } else { Err(format!("the range '{text}' runs backwards")) };
    }
    if let Some((base, mask)) = text.split_once('/') {
        let length = prefix(mask, family).ok_or_else(|| format!("the mask of '{text}' is not understood"))?;
        let host = family.bits() - length;
        let free = if host >= 128 { u128::MAX } else { (1 << host) - 1 };
        let low = one(base)? & !free;
        return Ok((low, low | free));
    }
    if family == Family::V4 && text.contains('*') {
        let octets: Vec<&str> = text.split('.').collect();
        let fixed = octets.iter().take_while(|octet| **octet != "*").count();
        if octets.len() != 4 || octets[fixed..].iter().any(|octet| *octet != "*") {
            return Err(format!("'{text}' has a star in the middle, which is not understood"));
        }
        return Ok((one(&text.replace('*', "0"))?, one(&text.replace('*', "255"))?));
    }
    one(text).map(|at| (at, at))
}

/// A mask in bits, dotted or hexadecimal, as a length; none for a mask with holes.
fn prefix(mask: &str, family: Family) -> Option<u16> {
    if let Ok(bits) = mask.parse::<u16>() {
        return (bits <= family.bits()).then_some(bits);
    }
    let bits = match mask.strip_prefix("0x") {
        Some(hex) if family == Family::V4 => u32::from_str_radix(hex, 16).ok()?,
        Some(_) => return None,
        None => mask.parse::<core::net::Ipv4Addr>().ok().filter(|_| family == Family::V4)?.into(),
    };
    (bits.leading_ones() + bits.trailing_zeros() >= 32).then_some(u16::try_from(bits.leading_ones()).ok()?)
}

fn protocols(text: &str, family: Family) -> Result<Option<Vec<Protocol>>, String> {
    if text == "*" {
        return Ok(None);
    }
    text.split(',').map(|item| protocol(item, family)).collect::<Result<_, _>>().map(Some)
}

fn protocol(text: &str, family: Family) -> Result<Protocol, String> {
    let bit = |bit| Protocol::Flags { value: bit, mask: bit, negated: false };
    Ok(match text {
        // In a filter of IPv6 the word means ICMPv6 (30.7.1).
        "icmp" if family.is_v6() => Protocol::Number(58),
        "icmp-nd" if family.is_v6() => Protocol::IcmpTypes(NEIGHBOURS),
        "icmp-error" | "icmp-info" if family.is_v6() => {
            return Err(format!("which types of ICMPv6 '{text}' means is not understood"));
        }
        "icmp" | "icmp4" => Protocol::Number(1),
        "tcp" => Protocol::Number(6),
        "udp" => Protocol::Number(17),
        "ipv6" => Protocol::Number(41),
        "gre" => Protocol::Number(47),
        "esp" => Protocol::Number(50),
        "ah" => Protocol::Number(51),
        "icmp6" => Protocol::Number(58),
        "icmp-error" => Protocol::IcmpTypes(ERRORS),
        "icmp-info" => Protocol::IcmpTypes(INFOS),
        "established" => ESTABLISHED,
        "tcpfin" => bit(0x01),
        "tcpsyn" => bit(0x02),
        "tcprst" => bit(0x04),
        other => match other.strip_prefix("tcpflag") {
            Some(rest) => flags(rest).ok_or_else(|| format!("the flags '{other}' are not understood"))?,
            None => Protocol::Number(other.parse().map_err(|_| format!("the protocol '{other}' is not known"))?),
        },
    })
}

fn flags(text: &str) -> Option<Protocol> {
    let (negated, rest) = match text.strip_prefix("!=") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('=')?),
    };
    let (value, mask) = rest.split_once('/')?;
    let hex = |text: &str| u16::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    let (value, mask) = (hex(value)?, hex(mask)?);
    // The upper bits are not in the model: a condition on them is not understood.
    if mask > 0x3f || value & !mask != 0 {
        return None;
    }
    Some(Protocol::Flags { value: u8::try_from(value).ok()?, mask: u8::try_from(mask).ok()?, negated })
}

fn ports(text: &str) -> Result<Option<Vec<(u16, u16)>>, String> {
    if text == "*" {
        return Ok(None);
    }
    let list: Vec<(u16, u16)> = text.split(',').map(port_range).collect::<Result<_, _>>()?;
    if list.len() > PORTS_MAX {
        return Err(format!("{} ports in one list; a router takes {PORTS_MAX}", list.len()));
    }
    Ok(Some(list))
}

pub(super) fn port_range(text: &str) -> Result<(u16, u16), String> {
    // `ms-ds` is a name.
    if let Ok(one) = port(text) {
        return Ok((one, one));
    }
    let Some((low, high)) = text.split_once('-') else { return port(text).map(|port| (port, port)) };
    let low = if low.is_empty() { 0 } else { port(low)? };
    let high = if high.is_empty() { u16::MAX } else { port(high)? };
    if low <= high { Ok((low, high)) } else { Err(format!("the range of ports '{text}' runs backwards")) }
}

fn port(text: &str) -> Result<u16, String> {
    Ok(match text {
        "ftp" => 21,
        "ssh" => 22,
        "telnet" => 23,
        "smtp" => 25,
        "domain" => 53,
        "tftp" => 69,
        "www" => 80,
        "pop3" => 110,
        "ntp" => 123,
        "netbios_ns" => 137,
        "netbios_dgm" => 138,
        "netbios_ssn" => 139,
        "snmp" => 161,
        "snmptrap" => 162,
        "ldap" => 389,
        "https" => 443,
        "ms-ds" => 445,
        "ike" => 500,
        "syslog" => 514,
        "submission" => 587,
        other => other.parse().map_err(|_| format!("the port '{other}' is not known"))?,
    })
}
