//! The options of a section, taken one by one: what nobody took is not understood.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::config::{Bounds, Family, Icmp, Protocol, Sided};
use super::uci::{Section, Setting};

/// Options still to be taken, and what was wrong with those that were.
pub(super) struct Fields<'a> {
    section: &'a Section,
    taken: Vec<&'a str>,
    pub(super) wrong: Vec<(usize, String)>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(section: &'a Section) -> Self {
        Self { section, taken: Vec::new(), wrong: Vec::new() }
    }

    fn take(&mut self, key: &'a str) -> Option<&'a Setting> {
        self.taken.push(key);
        self.section.options.iter().find(|setting| setting.key == key)
    }

    /// The one value of an option. fw4 refuses a list where one value belongs.
    pub(super) fn one(&mut self, key: &'a str) -> Option<&'a str> {
        let setting = self.take(key)?;
        if setting.list {
            self.wrong.push((setting.line, format!("'{key}' is a list, and must be an option")));
        }
        setting.values.first().map(String::as_str)
    }

    /// An option that is read by a function; what it refuses is wrong.
    pub(super) fn read<T>(&mut self, key: &'a str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let value = self.one(key)?;
        self.try_read(key, value, read)
    }

    fn try_read<T>(&mut self, key: &str, value: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match read(value) {
            Ok(value) => Some(value),
            Err(what) => {
                let line = self.section.options.iter().find(|setting| setting.key == key).map_or(0, |found| found.line);
                self.wrong.push((line, what));
                None
            }
        }
    }

    /// The values of a list; of an option, its words.
    pub(super) fn many(&mut self, key: &'a str) -> Vec<&'a str> {
        let Some(setting) = self.take(key) else { return Vec::new() };
        if setting.list {
            setting.values.iter().map(String::as_str).collect()
        } else {
            setting.values.iter().flat_map(|value| value.split_whitespace()).collect()
        }
    }

    /// A list, each value read by a function.
    pub(super) fn list<T>(&mut self, key: &'a str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        self.many(key).into_iter().filter_map(|value| self.try_read(key, value, &read)).collect()
    }

    /// A list of which some values begin with `!`.
    pub(super) fn sided<T>(&mut self, key: &'a str, read: impl Fn(&str) -> Result<T, String>) -> Sided<T> {
        let mut sided = Sided { only: Vec::new(), not: Vec::new() };
        for value in self.many(key) {
            let (value, negated) = value.strip_prefix('!').map_or((value, false), |rest| (rest.trim(), true));
            if let Some(value) = self.try_read(key, value, &read) {
                if negated { &mut sided.not } else { &mut sided.only }.push(value);
            }
        }
        sided
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, key: &'a str, default: bool) -> bool {
        self.read(key, flag).unwrap_or(default)
    }

    /// Options that do not decide what passes.
    pub(super) fn skip(&mut self, keys: &[&'a str]) {
        self.taken.extend(keys);
    }

    /// What is wrong, with lines; whatever was not taken is among it.
    pub(super) fn finish(mut self) -> Vec<(usize, String)> {
        let left = self.section.options.iter().filter(|setting| !self.taken.contains(&setting.key.as_str()));
        let kind = &self.section.kind;
        let left =
            left.map(|setting| (setting.line, format!("the option '{}' of a {kind} is not understood", setting.key)));
        self.wrong.extend(left.collect::<Vec<_>>());
        self.wrong
    }
}

pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text {
        "1" | "on" | "true" | "yes" => Ok(true),
        "0" | "off" | "false" | "no" => Ok(false),
        other => Err(format!("'{other}' is neither 1 nor 0")),
    }
}

/// `ACCEPT` or not. Rejecting tells the caller, dropping does not: neither passes.
pub(super) fn verdict(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "accept" => Ok(true),
        "reject" | "drop" => Ok(false),
        other => Err(format!("'{other}' is neither ACCEPT nor REJECT nor DROP")),
    }
}

pub(super) fn family(text: &str) -> Result<Family, String> {
    match text {
        "any" | "all" | "*" => Ok(Family::Both),
        "inet" => Ok(Family::One(false)),
        other if other.contains('4') => Ok(Family::One(false)),
        other if other.contains('6') => Ok(Family::One(true)),
        other => Err(format!("'{other}' is no family of addresses")),
    }
}

pub(super) fn zone_word(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// An address, a network or a range.
pub(super) fn bounds(text: &str) -> Result<Bounds, String> {
    let wrong = || format!("'{text}' is no address; names of networks are not understood here");
    let address = |text: &str| text.parse::<IpAddr>().map_err(|_| wrong());
    if let Some((base, mask)) = text.split_once('/') {
        return match (address(base)?, mask.parse::<u8>(), mask.parse::<IpAddr>()) {
            (base, Ok(length), _) => ipnet::IpNet::new(base, length)
                .map(|net| (net.network(), net.broadcast()))
                .map_err(|_| format!("the mask of '{text}' is too long")),
            (base, _, Ok(mask)) => ipnet::IpNet::with_netmask(base, mask)
                .map(|net| (net.network(), net.broadcast()))
                .map_err(|_| format!("the mask of '{text}' is not understood")),
            _ => Err(wrong()),
        };
    }
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (address(first)?, address(last)?);
        let fits = first.is_ipv4() == last.is_ipv4() && first <= last;
        return if fits { Ok((first, last)) } else { Err(format!("the range '{text}' runs backwards")) };
    }
    address(text).map(|address| (address, address))
}

/// `80`, `80-90`, `80:90`.
pub(super) fn ports(text: &str) -> Result<(u16, u16), String> {
    let one = |text: &str| text.parse::<u16>().map_err(|_| format!("'{text}' is no port"));
    let (first, last) = text.split_once(['-', ':']).map_or((text, text), |both| both);
    let (first, last) = (one(first)?, one(last)?);
    if first <= last { Ok((first, last)) } else { Err(format!("the range of ports '{text}' runs backwards")) }
}

pub(super) fn protocol(text: &str) -> Result<Vec<Protocol>, String> {
    Ok(vec![match text.to_ascii_lowercase().as_str() {
        "all" | "any" | "*" => Protocol::Any,
        "tcpudp" => return Ok(vec![Protocol::Number(6), Protocol::Number(17)]),
        "icmp" | "1" => Protocol::Icmp,
        "icmpv6" | "ipv6-icmp" | "58" => Protocol::Icmpv6,
        "igmp" => Protocol::Number(2),
        "tcp" => Protocol::Number(6),
        "udp" => Protocol::Number(17),
        "gre" => Protocol::Number(47),
        "esp" => Protocol::Number(50),
        "ah" => Protocol::Number(51),
        "sctp" => Protocol::Number(132),
        other => Protocol::Number(other.parse().map_err(|_| format!("the protocol '{other}' is not known"))?),
    }])
}

/// Names of ICMP messages as fw4 knows them: type and code of IPv4, of IPv6; no code is every code.
const ICMP: &[(&str, Kind, Kind)] = &[
    ("echo-request", Some((8, None)), Some((128, None))),
    ("ping", Some((8, None)), Some((128, None))),
    ("echo-reply", Some((0, None)), Some((129, None))),
    ("pong", Some((0, None)), Some((129, None))),
    ("destination-unreachable", Some((3, None)), Some((1, None))),
    ("port-unreachable", Some((3, Some(3))), Some((1, Some(4)))),
    ("packet-too-big", None, Some((2, None))),
    ("fragmentation-needed", Some((3, Some(4))), None),
    ("time-exceeded", Some((11, None)), Some((3, None))),
    ("ttl-exceeded", Some((11, None)), Some((3, None))),
    ("parameter-problem", Some((12, None)), Some((4, None))),
    ("bad-header", None, Some((4, Some(0)))),
    ("unknown-header-type", None, Some((4, Some(1)))),
    ("unknown-option", None, Some((4, Some(2)))),
    ("redirect", Some((5, None)), Some((137, None))),
    ("router-advertisement", Some((9, None)), Some((134, None))),
    ("router-solicitation", Some((10, None)), Some((133, None))),
    ("neighbour-solicitation", None, Some((135, None))),
    ("neighbor-solicitation", None, Some((135, None))),
    ("neighbour-advertisement", None, Some((136, None))),
    ("neighbor-advertisement", None, Some((136, None))),
    ("multicast-listener-query", None, Some((130, None))),
    ("multicast-listener-report", None, Some((131, None))),
    ("multicast-listener-done", None, Some((132, None))),
    ("v2-multicast-listener-report", None, Some((143, None))),
];

type Kind = Option<(u8, Option<u8>)>;

/// A type of ICMP by name, by number, or by number and code.
pub(super) fn icmp(text: &str) -> Result<Icmp, String> {
    if let Some((_, v4, v6)) = ICMP.iter().find(|(name, ..)| *name == text) {
        return Ok(Icmp { v4: *v4, v6: *v6 });
    }
    let wrong = || format!("'{text}' is no type of ICMP that is known here");
    let number = |text: &str| text.parse::<u8>().map_err(|_| wrong());
    let kind = match text.split_once('/') {
        Some((kind, code)) => (number(kind)?, Some(number(code)?)),
        None => (number(text)?, None),
    };
    Ok(Icmp { v4: Some(kind), v6: Some(kind) })
}

/// The widest bounds of a family.
pub(super) fn everything(v6: bool) -> Bounds {
    if v6 {
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::from_bits(u128::MAX).into())
    } else {
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into())
    }
}
