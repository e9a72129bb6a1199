//! The text, line by line. Every line is kept; what it means, that it means nothing for packets (by an explicit
//! table), or that it is not understood.

use core::net::IpAddr;

use ipnet::IpNet;

use super::family::{Family, Range};
use super::filter::{Filter, addresses, filter};

/// The largest text read, in bytes. Real ones stay below 100 kB.
pub const TEXT_MAX: usize = 1 << 20;
/// The most lines read.
pub const LINES_MAX: usize = 20_000;
/// The longest line the router itself takes, in bytes.
pub const LINE_MAX: usize = 4095;

/// A text beyond the limits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// Too many bytes.
    #[error("the text has {0} bytes, more than the {TEXT_MAX} of any router's configuration; is it the right file?")]
    Text(usize),
    /// Too many lines.
    #[error("line {0}: more lines than any router's configuration has ({LINES_MAX}); is it the right file?")]
    Lines(usize),
    /// Too long a line.
    #[error("line {0}: longer than the {LINE_MAX} bytes a router takes; is it the right file?")]
    Line(usize),
}

/// A direction, seen from the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Into the router.
    In,
    /// Out of the router.
    Out,
}

/// Numbers of filters as they stand in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Static ones, in their order.
    pub fixed: Vec<u32>,
    /// Those after `dynamic`.
    pub dynamic: Vec<u32>,
}

/// A dynamic filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dynamic {
    /// Source addresses; `None` is every one.
    pub source: Option<Vec<Range>>,
    /// Destination addresses.
    pub destination: Option<Vec<Range>>,
    /// What begins a connection.
    pub trigger: Trigger,
}

/// What begins a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// Form 1: protocol and ports (none: all of them).
    Service(&'static [u8], &'static [u16]),
    /// Form 1 with `ping`, over IPv6 `ping6`.
    Ping,
    /// Form 2: the protocols and ports of these static filters.
    Filters(Vec<u32>),
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Behind an interface: `pp 1`, `tunnel 1`, `dhcp lan2`.
    Interface(String),
    /// To a neighbour.
    Address(IpAddr),
    /// Nowhere.
    Null,
}

/// What comes in from outside through a translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// To whom inside.
    pub inner: IpAddr,
    /// Protocol number.
    pub protocol: u8,
    /// Ports, first and last; every one where there are none.
    pub ports: (u16, u16),
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// `ip filter N …`
    Filter(Family, u32, Filter),
    /// `ip filter dynamic N …`
    Dynamic(Family, u32, Dynamic),
    /// `ip filter set NAME in|out …`
    Set(Family, String, Direction, Numbers),
    /// `ip IF secure filter in|out …`
    Apply(String, Family, Direction, Numbers),
    /// `ip IF secure filter name NAME`
    ApplySet(String, Family, String),
    /// `ip IF address …`
    Address(String, IpNet),
    /// `vlan lanN/M 802.1q vid=…`
    Vlan(String, u16),
    /// `vlan interconnect group lanN all|none`
    Interconnect(String, bool),
    /// `pp select N` or `tunnel select N`: that interface exists
    Select(String),
    /// `ip IF address dhcp`, `ipv6 IF address auto`: an address given from outside
    Given(String, Family),
    /// `ip route NETWORK gateway …`; `None` is the default route
    Route(Family, Option<IpNet>, Via),
    /// A service of the router with whom it serves: `sshd host …`
    Service(String, String),
    /// `nat descriptor type N masquerade`
    Masquerade(u32),
    /// `nat descriptor masquerade static N …`: a way in from outside
    Forward(u32, Forward),
    /// `ip IF nat descriptor N …`
    Translate(String, Vec<u32>),
    /// Stands in the table of what does not touch packets.
    Irrelevant,
    /// Anything else.
    NotUnderstood(String),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// As it stands, without what is not UTF-8.
    pub text: String,
    /// What it says.
    pub statement: Statement,
}

/// A whole text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// All lines in their order.
    pub lines: Vec<Line>,
}

/// First words of commands that do not decide which packets pass.
const IRRELEVANT: &[&str] = &[
    "administrator",
    "alarm",
    "clock",
    "confirm",
    "console",
    "date",
    "description",
    "dhcp client",
    "dhcp scope",
    "dhcp server",
    "dhcp service",
    "dns cache",
    "dns domain",
    "dns private",
    "dns server",
    "dns service",
    "httpd service",
    "ip filter directed-broadcast",
    "ip filter source-route",
    "ip lan1 tcp mss",
    "ip routing on",
    "ip tunnel tcp mss",
    "ipsec auto refresh",
    "ipsec ike",
    "ipsec sa policy",
    "ipsec tunnel",
    "ipsec use",
    "ipv6 routing on",
    "lan shutdown",
    "lan type",
    "lan1 speed",
    "login",
    "ntpdate",
    "pp auth",
    "pp keepalive",
    "ppp",
    "pppoe",
    "rollback timer",
    "save",
    "security class",
    "sftpd service",
    "sntpd service",
    "sshd service",
    "statistics",
    "syslog",
    "system",
    "telnetd service",
    "terminal",
    "time",
    "timezone",
    "tunnel name",
    "user",
    "vlan interconnect log",
    "vlan port",
];

/// Reads a text. Bytes that are not UTF-8 (comments in Shift_JIS) are replaced; where they matter the line is not
/// understood.
///
/// # Errors
/// Only a text beyond the limits.
pub fn parse(bytes: &[u8]) -> Result<Config, TooMuch> {
    if bytes.len() > TEXT_MAX {
        return Err(TooMuch::Text(bytes.len()));
    }
    let mut context: Option<String> = None;
    let mut lines = Vec::new();
    for (at, raw) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = at + 1;
        if at >= LINES_MAX {
            return Err(TooMuch::Lines(number));
        }
        if raw.len() > LINE_MAX {
            return Err(TooMuch::Line(number));
        }
        let text = String::from_utf8_lossy(raw).trim().to_owned();
        let statement = line(&text, &mut context).unwrap_or_else(Statement::NotUnderstood);
        lines.push(Line { number, text, statement });
    }
    Ok(Config { lines })
}

fn line(text: &str, context: &mut Option<String>) -> Result<Statement, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let unknown = || Err(format!("'{text}' is not known"));
    match words.as_slice() {
        [] => Ok(Statement::Irrelevant),
        [first, ..] if first.starts_with('#') => Ok(Statement::Irrelevant),
        [kind @ ("pp" | "tunnel"), "select", which] => {
            *context = (*which != "none").then(|| format!("{kind}{which}"));
            Ok(context.clone().map_or(Statement::Irrelevant, Statement::Select))
        }
        ["pp" | "tunnel", "enable" | "disable", ..] | ["pp", "always-on", _] => Ok(Statement::Irrelevant),
        // Only what is known to change no filter may run by itself.
        ["schedule", "at", .., "ntpdate", _] | ["schedule", "at", .., "ntpdate", _, "syslog"] => {
            Ok(Statement::Irrelevant)
        }
        ["ip", "filter", "source-route" | "directed-broadcast", ..] => Ok(Statement::Irrelevant),
        ["ip", rest @ ..] => ip(rest, Family::V4, context.as_deref()),
        ["ipv6", rest @ ..] => ip(rest, Family::V6, context.as_deref()),
        ["vlan", interface, "802.1q", options @ ..] => {
            let vid = options.iter().find_map(|option| option.strip_prefix("vid=")?.parse().ok());
            match vid {
                Some(vid @ 2..=4094) => Ok(Statement::Vlan((*interface).to_owned(), vid)),
                _ => Err("a VLAN needs vid=2 to vid=4094".to_owned()),
            }
        }
        ["vlan", "interconnect", "group", lan, which @ ("all" | "none")] => {
            Ok(Statement::Interconnect((*lan).to_owned(), *which == "all"))
        }
        [
            service @ ("httpd" | "sshd" | "telnetd" | "sftpd" | "sntpd" | "snmp" | "dns" | "tftp"),
            "host",
            hosts @ ..,
        ] => Ok(Statement::Service((*service).to_owned(), hosts.join(" "))),
        ["nat", "descriptor", rest @ ..] => super::translation::descriptor(rest),
        _ => {
            let plain = words.join(" ");
            let known = |entry: &&&str| {
                plain.strip_prefix(**entry).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            if IRRELEVANT.iter().any(|entry| known(&entry)) { Ok(Statement::Irrelevant) } else { unknown() }
        }
    }
}

pub(super) fn number(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (1..=21_474_836).contains(number));
    number.ok_or_else(|| format!("'{text}' is no number of a filter (1 to 21474836)"))
}

fn direction(text: &str) -> Result<Direction, String> {
    match text {
        "in" => Ok(Direction::In),
        "out" => Ok(Direction::Out),
        other => Err(format!("'{other}' stands where in or out belongs")),
    }
}

fn numbers(words: &[&str]) -> Result<Numbers, String> {
    let read = |words: &[&str]| words.iter().map(|word| number(word)).collect::<Result<Vec<_>, _>>();
    let at = words.iter().position(|word| *word == "dynamic");
    let (fixed, dynamic) = words.split_at(at.unwrap_or(words.len()));
    Ok(Numbers { fixed: read(fixed)?, dynamic: read(dynamic.get(1..).unwrap_or(&[]))? })
}

fn ip(words: &[&str], family: Family, context: Option<&str>) -> Result<Statement, String> {
    match words {
        ["filter", "dynamic", which, rest @ ..] => {
            Ok(Statement::Dynamic(family, number(which)?, dynamic(rest, family)?))
        }
        ["filter", "set", name, which, rest @ ..] => {
            Ok(Statement::Set(family, (*name).to_owned(), direction(which)?, numbers(rest)?))
        }
        ["filter", which, rest @ ..] if which.starts_with(|first: char| first.is_ascii_digit()) => {
            Ok(Statement::Filter(family, number(which)?, filter(rest, family)?))
        }
        ["routing", "on"] | ["routing", "process", "fast" | "normal"] => Ok(Statement::Irrelevant),
        ["route", to, "gateway", via @ ..] => super::translation::route(to, via, family),
        [interface, rest @ ..] => {
            let interface = match *interface {
                kind @ ("pp" | "tunnel") => context
                    .filter(|context| context.starts_with(kind))
                    .ok_or_else(|| format!("'{kind}' without '{kind} select'"))?,
                other => other,
            };
            on_interface(interface, rest, family)
        }
        [] => Err("the command ends too early".to_owned()),
    }
}

fn on_interface(interface: &str, words: &[&str], family: Family) -> Result<Statement, String> {
    let name = interface.to_owned();
    match words {
        ["secure", "filter", "name", set, ..] => Ok(Statement::ApplySet(name, family, (*set).to_owned())),
        ["secure", "filter", which, rest @ ..] => Ok(Statement::Apply(name, family, direction(which)?, numbers(rest)?)),
        ["address", "dhcp"] if !family.is_v6() => Ok(Statement::Given(name, family)),
        ["address", "auto"] if family.is_v6() => Ok(Statement::Given(name, family)),
        ["address", address] => {
            let network: IpNet = address.parse().map_err(|_| format!("'{address}' is no address with its prefix"))?;
            if Family::of(network.addr()) != family {
                return Err(format!("'{address}' is of the other family"));
            }
            Ok(Statement::Address(name, network))
        }
        ["nat", "descriptor", list @ ..] if !list.is_empty() => {
            Ok(Statement::Translate(name, list.iter().map(|word| number(word)).collect::<Result<_, _>>()?))
        }
        ["mtu", _] | ["tcp", "mss", "limit", _] | ["rebound", _] => Ok(Statement::Irrelevant),
        _ => Err(format!("'{}' on {interface} is not known", words.join(" "))),
    }
}

fn dynamic(words: &[&str], family: Family) -> Result<Dynamic, String> {
    let [source, destination, service, rest @ ..] = words else {
        return Err("a dynamic filter needs source, destination and service".to_owned());
    };
    let plain = |words: &[&str]| match words
        .iter()
        .find(|word| !word.starts_with("syslog=") && !word.starts_with("timeout="))
    {
        Some(word) => Err(format!("'{word}' in a dynamic filter is not understood")),
        None => Ok(()),
    };
    let trigger = if *service == "filter" {
        let end = rest.iter().position(|word| word.parse::<u32>().is_err()).unwrap_or(rest.len());
        plain(&rest[end..])?;
        Trigger::Filters(rest[..end].iter().map(|word| number(word)).collect::<Result<_, _>>()?)
    } else {
        plain(rest)?;
        match *service {
            "tcp" => Trigger::Service(&[6], &[]),
            "udp" => Trigger::Service(&[17], &[]),
            // Of the reference's list for IPv6 (30.7.3), the one that is about ICMPv6.
            "ping" if !family.is_v6() => Trigger::Ping,
            "ping6" if family.is_v6() => Trigger::Ping,
            other @ ("ping" | "ping6") => return Err(format!("'{other}' is of the other family")),
            "domain" => Trigger::Service(&[6, 17], &[53]),
            "www" => Trigger::Service(&[6], &[80, 443]),
            "http" => Trigger::Service(&[6], &[80]),
            "https" => Trigger::Service(&[6], &[443]),
            "smtp" => Trigger::Service(&[6], &[25]),
            "pop3" => Trigger::Service(&[6], &[110]),
            "submission" => Trigger::Service(&[6], &[587]),
            "telnet" => Trigger::Service(&[6], &[23]),
            "ssh" => Trigger::Service(&[6], &[22]),
            "ntp" => Trigger::Service(&[17], &[123]),
            // ftp, tftp, sip and the like open further connections, agreed on inside the first.
            other => return Err(format!("which connections the service '{other}' opens is not understood")),
        }
    };
    Ok(Dynamic { source: addresses(source, family)?, destination: addresses(destination, family)?, trigger })
}
