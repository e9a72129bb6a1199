//! Gateway, zones, floors.

use super::super::building::{Floor, Material, Point, Room, Wall};
use super::super::ids::{FloorId, RoomId, ZoneId};
use super::super::problem::{Wanted, What};
use super::super::typed::{Fields, TEXT};
use super::super::zone::{Addresses, Gateway, Platform, Subnets, Zone, ZoneKind};
use super::names::Names;
use super::{INTERFACE, IPV4, IPV4_NET, IPV6, IPV6_NET, each, id, interface, ipv4, ipv4_net, ipv6, ipv6_net, some};

const PLATFORM: Wanted = ("nftables・rtx・openwrt のどれか", "nftables, rtx or openwrt");
const ZONE_KIND: Wanted = (
    "chart・eligibility・imaging・medical・office・guest・management・public・remote のどれか",
    "chart, eligibility, imaging, medical, office, guest, management, public or remote",
);
const VLAN: Wanted = ("1 から 4094 の VLAN 番号", "a VLAN number from 1 to 4094");
const LEVEL: Wanted =
    ("階(1 が 1 階、-1 が地下 1 階、0 は使わない)", "a level (1 is the ground floor, -1 the first basement, never 0)");
pub(super) const HEIGHT: Wanted = ("メートルの高さ(0〜20、例 2.7)", "a height in metres (0 to 20, such as 2.7)");
const THICKNESS: Wanted = ("メートルの厚さ(0.001〜2、例 0.15)", "a thickness in metres (0.001 to 2, such as 0.15)");
pub(super) const POINT: Wanted = ("メートルの位置(例 [3.5, 2.0])", "a place in metres (such as [3.5, 2.0])");
const CORNERS: Wanted = (
    "メートルの角の並び、3〜64 個(例 [[0, 0], [4, 0], [4, 3], [0, 3]])",
    "3 to 64 corners in metres (such as [[0, 0], [4, 0], [4, 3], [0, 3]])",
);
const OTHER_END: Wanted = ("始点と違う終点", "an end that is not the beginning");
const MATERIAL: Wanted = (
    "plasterboard・wood・glass・brick・concrete・metal・lead のどれか",
    "plasterboard, wood, glass, brick, concrete, metal or lead",
);

pub(super) fn gateway(mut fields: Fields<'_>, names: &Names) -> Option<Gateway> {
    let platform = fields.word("platform", PLATFORM, Platform::ALL, Platform::word);
    let platform = fields.required("platform", platform);
    let uplink = fields.needed("uplink", INTERFACE, interface);
    let device = fields.text("device");
    let device = device.map(|typed| names.device(&fields, "device", &typed));
    fields.finish();
    Some(Gateway { platform: platform?, uplink: uplink?, device: device.unwrap_or_default(), line: fields.line })
}

pub(super) fn zone(fields: &mut Fields<'_>) -> Option<Zone> {
    let id = id(fields, ZoneId::new);
    let name = fields.needed("name", TEXT, some);
    let kind = fields.word("kind", ZONE_KIND, ZoneKind::ALL, ZoneKind::word);
    let kind = fields.required("kind", kind);
    let v4 = fields.parsed("ipv4", IPV4_NET, ipv4_net).map(|at| at.value);
    let v6 = fields.parsed("ipv6", IPV6_NET, ipv6_net).map(|at| at.value);
    if v4.is_none() && v6.is_none() {
        fields.required("ipv4", v4)?;
    }
    let router = Addresses {
        v4: fields.parsed("router_ipv4", IPV4, ipv4).map(|at| at.value),
        v6: fields.parsed("router_ipv6", IPV6, ipv6).map(|at| at.value),
    };
    let vlan = fields.integer("vlan", 1..=4094, VLAN).map(|at| at.value);
    let interface = fields.needed("interface", INTERFACE, interface);
    let subnets = Subnets { v4, v6 };
    Some(Zone { id: id?, name: name?, kind: kind?, subnets, router, vlan, interface: interface?, line: fields.line })
}

pub(super) fn floor(fields: &mut Fields<'_>) -> Option<Floor> {
    let id = id(fields, FloorId::new);
    let name = fields.needed("name", TEXT, some);
    let level = fields.integer::<i8>("level", -9..=60, LEVEL);
    let level = fields.required("level", level);
    if let Some(level) = level.as_ref().filter(|at| at.value == 0) {
        let (key, value) = ("level".to_owned(), "0".to_owned());
        fields.complain(level.line, What::Unfit { key, value, wanted: LEVEL, near: None });
    }
    let height_mm = fields.millimetres("height_m", 1000..=20_000, HEIGHT);
    let height_mm = fields.required("height_m", height_mm);
    let slab = material(fields, "slab");
    let slab_mm = fields.millimetres("slab_m", 1..=2000, THICKNESS);
    let rooms = each(fields, "room", "[[floor.room]]", room);
    let walls = each(fields, "wall", "[[floor.wall]]", wall);
    let level = level?.value;
    Some(Floor {
        id: id?,
        name: name?,
        level,
        height_mm: height_mm?,
        slab: slab?,
        slab_mm,
        rooms,
        walls,
        line: fields.line,
    })
}

fn room(fields: &mut Fields<'_>) -> Option<Room> {
    let id = id(fields, RoomId::new);
    let name = fields.needed("name", TEXT, some);
    let corners = fields.pairs("corners", CORNERS, 3..=64);
    let corners = fields.required("corners", corners)?.into_iter().map(point).collect();
    Some(Room { id: id?, name: name?, corners, line: fields.line })
}

fn wall(fields: &mut Fields<'_>) -> Option<Wall> {
    let from = fields.pair("from", POINT);
    let from = fields.required("from", from).map(point);
    let to = fields.pair("to", POINT);
    let to = fields.required("to", to).map(point);
    let material = material(fields, "material");
    let thickness_mm = fields.millimetres("thickness_m", 1..=2000, THICKNESS);
    let (from, to) = (from?, to?);
    if from == to {
        let (key, value) = ("to".to_owned(), "始点と同じ位置 (the same place)".to_owned());
        fields.complain(fields.line, What::Unfit { key, value, wanted: OTHER_END, near: None });
    }
    Some(Wall { from, to, material: material?, thickness_mm, line: fields.line })
}

fn material(fields: &mut Fields<'_>, key: &'static str) -> Option<Material> {
    let material = fields.word(key, MATERIAL, Material::ALL, Material::word);
    fields.required(key, material)
}

pub(super) fn point((x_mm, y_mm): (i32, i32)) -> Point {
    Point { x_mm, y_mm }
}
