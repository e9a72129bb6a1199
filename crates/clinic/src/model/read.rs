//! From what was typed to a [`Clinic`].

mod equipment;
mod names;
mod places;
mod policy;

use core::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Clinic;
use super::problem::{NotAClinic, Wanted};
use super::typed::{Fields, TEXT, Typed};
use names::Names;

/// Reads the text of a clinic.
///
/// # Errors
///
/// With everything that is wrong, each with its line, so that all can be mended at once.
pub fn read(text: &str) -> Result<Clinic, NotAClinic> {
    let typed = Typed::parse(text)?;
    let names = Names::collect(&typed);
    let clinic = clinic(&mut typed.top(), &names);
    let problems = typed.into_problems();
    match clinic {
        Some(clinic) if problems.is_empty() => Ok(clinic),
        _ => Err(NotAClinic(problems)),
    }
}

fn clinic(top: &mut Fields<'_>, names: &Names) -> Option<Clinic> {
    let head = top.table("clinic", "[clinic]").map(|mut fields| {
        let name = fields.needed("name", TEXT, some);
        let code = fields.parsed("code", CODE, |text| is_code(text).then(|| text.to_owned()));
        fields.finish();
        (name, code.map(|at| at.value))
    });
    let gateway = top.table("gateway", "[gateway]").and_then(|fields| places::gateway(fields, names));
    let zones = each(top, "zone", "[[zone]]", places::zone);
    let devices = each(top, "device", "[[device]]", |fields| equipment::device(fields, names));
    let groups = each(top, "group", "[[group]]", |fields| equipment::group(fields, names));
    let outside = each(top, "outside", "[[outside]]", policy::outside);
    let services = each(top, "service", "[[service]]", policy::service);
    let flows = each(top, "flow", "[[flow]]", |fields| policy::flow(fields, names));
    let vendors = each(top, "vendor", "[[vendor]]", |fields| policy::vendor(fields, names));
    let persons = each(top, "person", "[[person]]", policy::person);
    let mut floors = each(top, "floor", "[[floor]]", places::floor);
    let access_points = each(top, "access_point", "[[access_point]]", |fields| equipment::access_point(fields, names));
    top.finish();
    if zones.is_empty() {
        top.required("zone", None::<()>);
    }
    floors.sort_by_key(|floor| floor.level);
    let (name, code) = head?;
    let clinic = Clinic {
        name: name?,
        code,
        gateway: gateway?,
        zones,
        devices,
        groups,
        outside,
        services,
        flows,
        vendors,
        persons,
        floors,
        access_points,
    };
    policy::check_ends(&clinic, top);
    equipment::check_rings(&clinic, top);
    Some(clinic)
}

/// Reads every table of a kind; one that is unfit has been complained of.
fn each<T>(
    parent: &mut Fields<'_>,
    key: &'static str,
    place: &'static str,
    read: impl Fn(&mut Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let rows = parent.rows(key, place);
    let read = |mut fields: Fields<'_>| {
        let value = read(&mut fields);
        fields.finish();
        value
    };
    rows.into_iter().filter_map(read).collect()
}

const ID: Wanted = (
    "半角の英小文字で始まる 32 文字以内の名前(英小文字・数字・ハイフン、例 \"reception-pc1\")",
    "a name of at most 32 lower-case letters, digits and hyphens, a letter first (such as \"reception-pc1\")",
);
const CODE: Wanted =
    ("10 桁の医療機関コード(例 \"1310123456\")", "the ten digits of the 医療機関コード (such as \"1310123456\")");
const IPV4: Wanted = ("IPv4 アドレス(例 \"192.168.10.5\")", "an IPv4 address (such as \"192.168.10.5\")");
const IPV6: Wanted = ("IPv6 アドレス(例 \"fd00:10::5\")", "an IPv6 address (such as \"fd00:10::5\")");
const IPV4_NET: Wanted = (
    "ホスト部が 0 の IPv4 サブネット(例 \"192.168.10.0/24\")",
    "an IPv4 subnet without host bits (such as \"192.168.10.0/24\")",
);
const IPV6_NET: Wanted = (
    "ホスト部が 0 の IPv6 サブネット(例 \"fd00:10::/64\")",
    "an IPv6 subnet without host bits (such as \"fd00:10::/64\")",
);
const NETS: Wanted = (
    "アドレスかサブネットの並び(例 [\"203.0.113.0/24\", \"2001:db8::1\"])",
    "addresses or subnets (such as [\"203.0.113.0/24\", \"2001:db8::1\"])",
);
const INTERFACE: Wanted = (
    "ルーターのインターフェイス名(英数字と . _ - / で 15 文字以内、例 \"lan1/2\")",
    "the router's name for an interface, at most 15 letters, digits and . _ - / (such as \"lan1/2\")",
);

#[expect(clippy::unnecessary_wraps, reason = "the shape of a parser that refuses nothing")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn is_code(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The id of a table. That it is well-formed and the only one of its kind has been seen to by [`Names`].
fn id<T>(fields: &mut Fields<'_>, new: fn(&str) -> Option<T>) -> Option<T> {
    let typed = fields.text("id");
    new(&fields.required("id", typed)?.value)
}

/// A unicast address a device can have.
fn ipv4(text: &str) -> Option<Ipv4Addr> {
    text.parse()
        .ok()
        .filter(|a: &Ipv4Addr| !a.is_unspecified() && !a.is_multicast() && !a.is_loopback() && !a.is_broadcast())
}

fn ipv6(text: &str) -> Option<Ipv6Addr> {
    text.parse().ok().filter(|a: &Ipv6Addr| {
        !a.is_unspecified() && !a.is_multicast() && !a.is_loopback() && a.to_ipv4_mapped().is_none()
    })
}

fn ipv4_net(text: &str) -> Option<Ipv4Net> {
    text.parse().ok().filter(|net: &Ipv4Net| net.trunc() == *net && (1..=30).contains(&net.prefix_len()))
}

fn ipv6_net(text: &str) -> Option<Ipv6Net> {
    text.parse().ok().filter(|net: &Ipv6Net| net.trunc() == *net && (1..=126).contains(&net.prefix_len()))
}

/// A prefix, or an address as one. Not the whole world: that is `internet`.
fn net(text: &str) -> Option<IpNet> {
    let net = text.parse().ok().or_else(|| text.parse().ok().map(|address: core::net::IpAddr| IpNet::from(address)))?;
    (net.trunc() == net && net.prefix_len() > 0).then_some(net)
}

/// Linux allows 15 bytes; YAMAHA's names are shorter.
fn interface(text: &str) -> Option<String> {
    let is_fit =
        text.len() <= 15 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/'));
    is_fit.then(|| text.to_owned())
}
