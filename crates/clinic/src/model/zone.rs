//! Zones, and the gateway between them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::ids::{DeviceId, ZoneId};
use super::line::Line;
use super::words::words;

words! {
    /// What a zone is for. Findings depend on it: what may reach a chart, what a guest may do.
    ZoneKind {
        /// Charts and claims.
        Chart "chart" "電子カルテ・レセコン" "charts and claims",
        /// The terminal and line of オンライン資格確認 (facts: it stands in a segment of its own).
        Eligibility "eligibility" "オンライン資格確認" "online eligibility",
        /// Modalities, PACS, viewers.
        Imaging "imaging" "画像" "imaging",
        /// Other medical devices.
        Medical "medical" "医療機器" "medical devices",
        /// Work that needs the Internet: mail, web, booking.
        Office "office" "事務" "office",
        /// Patients' and visitors' own devices.
        Guest "guest" "来院者" "guests",
        /// Routers, switches, access points, the gateway's own administration.
        Management "management" "機器管理" "management",
        /// What outsiders may reach (a booking server, say).
        Public "public" "公開" "public",
        /// The landing place of a VPN: vendors, other sites of a group.
        Remote "remote" "遠隔" "remote",
    }
}

/// A part of the network whose traffic to any other part passes the gateway. Within a zone the gateway sees
/// nothing and holds back nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its id.
    pub id: ZoneId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub kind: ZoneKind,
    /// Its prefixes; at least one.
    pub subnets: Subnets,
    /// The gateway's own address there.
    pub router: Addresses,
    /// 802.1Q tag, 1..=4094; none for an untagged port.
    pub vlan: Option<u16>,
    /// The gateway's interface, in the gateway's own words: `br-lan.10`, `lan1/2`, `vlan3`.
    pub interface: String,
    /// Where it is declared.
    pub line: Line,
}

/// A prefix per family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subnets {
    /// IPv4, host bits zero.
    pub v4: Option<Ipv4Net>,
    /// IPv6, host bits zero.
    pub v6: Option<Ipv6Net>,
}

impl Subnets {
    /// IPv4 first.
    pub fn iter(&self) -> impl Iterator<Item = IpNet> + use<> {
        self.v4.map(IpNet::V4).into_iter().chain(self.v6.map(IpNet::V6))
    }

    /// Whether an address lies in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.iter().any(|net| net.contains(&address))
    }
}

/// An address per family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Addresses {
    /// IPv4.
    pub v4: Option<Ipv4Addr>,
    /// IPv6.
    pub v6: Option<Ipv6Addr>,
}

impl Addresses {
    /// IPv4 first.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> + use<> {
        self.v4.map(IpAddr::V4).into_iter().chain(self.v6.map(IpAddr::V6))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.v4.is_none() && self.v6.is_none()
    }
}

words! {
    /// What the rules are compiled to.
    Platform {
        /// A Linux host or gateway that Komainu applies rules to itself.
        Nftables "nftables" "Linux (nftables)" "Linux (nftables)",
        /// YAMAHA RTX.
        Rtx "rtx" "YAMAHA RTX" "YAMAHA RTX",
        /// OpenWrt with fw4.
        Openwrt "openwrt" "OpenWrt" "OpenWrt",
    }
}

/// The one router all zones meet at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// What it understands.
    pub platform: Platform,
    /// The interface towards the Internet, in the gateway's own words: `eth0`, `pp1`, `wan`.
    pub uplink: String,
    /// The device it is, where it is listed. A flow to it is to the gateway itself, by its address in the caller's zone.
    pub device: Option<DeviceId>,
    /// Where it is declared.
    pub line: Line,
}
