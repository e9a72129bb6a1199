//! Services: plain names for protocols and ports.

use std::fmt;

use super::ids::ServiceId;
use super::line::Line;

/// What a gateway can tell packets apart by, on the side that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ports {
    /// TCP to these ports.
    Tcp(PortRange),
    /// UDP to these ports.
    Udp(PortRange),
    /// ICMP and ICMPv6 echo requests.
    Ping,
}

/// Ports from first to last, both included; 1 ≤ first ≤ last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// The range, if it is one.
    #[must_use]
    pub fn new(first: u16, last: u16) -> Option<Self> {
        (1 <= first && first <= last).then_some(Self { first, last })
    }

    /// Lowest port.
    #[must_use]
    pub fn first(self) -> u16 {
        self.first
    }

    /// Highest port.
    #[must_use]
    pub fn last(self) -> u16 {
        self.last
    }
}

impl Ports {
    /// `tcp/104`, `udp/5000-5010`, `ping`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "ping" {
            return Some(Self::Ping);
        }
        let (protocol, ports) = text.split_once('/')?;
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?;
        let range = PortRange::new(number(first)?, number(last)?)?;
        match protocol {
            "tcp" => Some(Self::Tcp(range)),
            "udp" => Some(Self::Udp(range)),
            _ => None,
        }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (protocol, range) = match self {
            Self::Tcp(range) => ("tcp", range),
            Self::Udp(range) => ("udp", range),
            Self::Ping => return f.write_str("ping"),
        };
        write!(f, "{protocol}/{}", range.first)?;
        if range.last == range.first { Ok(()) } else { write!(f, "-{}", range.last) }
    }
}

/// A name for what two devices say to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id: `dicom`, `smb`.
    pub id: ServiceId,
    /// What people call it.
    pub name: String,
    /// Its ports, at least one, sorted.
    pub ports: Vec<Ports>,
    /// Where it is declared; [`Line::default`] for one that is built in.
    pub line: Line,
}

/// Services everyone knows: id, Japanese name, English name, ports. Registered numbers (IANA), save `orca` (日医標準レセプトソフト's
/// API) and the second DICOM port, which are customary.
const BUILT_IN: &[(&str, &str, &str, &[&str])] = &[
    ("dhcp", "DHCP", "DHCP", &["udp/67", "udp/547"]),
    ("dicom", "DICOM", "DICOM", &["tcp/104", "tcp/11112"]),
    ("dicom-tls", "DICOM (TLS)", "DICOM (TLS)", &["tcp/2762"]),
    ("dns", "DNS", "DNS", &["tcp/53", "udp/53"]),
    ("ftp", "FTP", "FTP", &["tcp/21"]),
    ("hl7-mllp", "HL7 (MLLP)", "HL7 (MLLP)", &["tcp/2575"]),
    ("http", "HTTP", "HTTP", &["tcp/80"]),
    ("https", "HTTPS", "HTTPS", &["tcp/443"]),
    ("ipp", "印刷 (IPP)", "printing (IPP)", &["tcp/631"]),
    ("ipsec", "VPN (IPsec)", "VPN (IPsec)", &["udp/500", "udp/4500"]),
    ("komainu", "こまいぬ", "Komainu", &["tcp/8443"]),
    ("ldap", "LDAP", "LDAP", &["tcp/389", "tcp/636"]),
    ("mail", "メール", "mail", &["tcp/587", "tcp/993"]),
    ("mdns", "mDNS", "mDNS", &["udp/5353"]),
    ("ntp", "時刻 (NTP)", "time (NTP)", &["udp/123"]),
    // The line of オンライン資格確認 speaks HTTPS and asks the closed network's own name servers.
    ("online-eligibility", "オンライン資格確認", "online eligibility", &["tcp/443", "tcp/53", "udp/53"]),
    ("orca", "ORCA API", "ORCA API", &["tcp/8000"]),
    ("ping", "疎通確認 (ping)", "ping", &["ping"]),
    ("postgresql", "PostgreSQL", "PostgreSQL", &["tcp/5432"]),
    ("print-raw", "印刷 (RAW 9100)", "printing (raw 9100)", &["tcp/9100"]),
    ("quic", "HTTP/3", "HTTP/3", &["udp/443"]),
    ("rdp", "リモートデスクトップ", "remote desktop", &["tcp/3389", "udp/3389"]),
    ("smb", "ファイル共有 (SMB)", "file sharing (SMB)", &["tcp/445"]),
    ("snmp", "SNMP", "SNMP", &["udp/161"]),
    ("snmp-trap", "SNMP トラップ", "SNMP trap", &["udp/162"]),
    ("ssh", "SSH", "SSH", &["tcp/22"]),
    ("syslog", "syslog", "syslog", &["udp/514", "tcp/6514"]),
    ("telnet", "Telnet", "Telnet", &["tcp/23"]),
    ("vnc", "VNC", "VNC", &["tcp/5900"]),
    ("wireguard", "VPN (WireGuard)", "VPN (WireGuard)", &["udp/51820"]),
];

impl Service {
    /// Its name in Japanese, or as the clinic calls it.
    #[must_use]
    pub fn ja(&self) -> &str {
        &self.name
    }

    /// Its name in English, or as the clinic calls it.
    #[must_use]
    pub fn en(&self) -> &str {
        let known = BUILT_IN.iter().find(|(id, ja, ..)| *id == self.id.as_str() && *ja == self.name);
        known.map_or(&self.name, |(_, _, en, _)| en)
    }

    /// The services that need no declaration, by id.
    pub fn built_in() -> impl Iterator<Item = Self> {
        Self::built_in_ids().filter_map(Self::known)
    }

    /// The ids of those.
    pub fn built_in_ids() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(id, ..)| *id)
    }

    /// The built-in service of an id.
    #[must_use]
    pub fn known(id: &str) -> Option<Self> {
        let (id, name, _, ports) = BUILT_IN.iter().find(|(each, ..)| *each == id)?;
        let mut ports: Vec<Ports> = ports.iter().filter_map(|text| Ports::parse(text)).collect();
        ports.sort();
        Some(Self { id: ServiceId::new(id)?, name: (*name).to_owned(), ports, line: Line::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_reads_whole_and_in_order() {
        let services: Vec<Service> = Service::built_in().collect();
        assert_eq!(services.len(), BUILT_IN.len());
        assert!(services.windows(2).all(|pair| pair[0].id < pair[1].id));
        for (service, (_, _, _, ports)) in services.iter().zip(BUILT_IN) {
            assert_eq!(service.ports.len(), ports.len(), "{}", service.id);
        }
    }

    #[test]
    fn ports_are_written_one_way() {
        for text in ["tcp/104", "udp/5000-5010", "ping", "tcp/1-65535"] {
            assert_eq!(Ports::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "104", "tcp/0", "tcp/70000", "tcp/9-8", "icmp/1", "tcp/+1", "tcp/", "ping/1", "tcp/1-"] {
            assert_eq!(Ports::parse(text), None, "{text}");
        }
    }
}
