//! A clinic as the page shows it: everything by name, each end taken apart into devices.

use clinic::model::edit::PartId;
use clinic::model::map::{Area, Link, Map, Place};
use clinic::model::matrix::{Cell, Mood};
use clinic::model::{
    Clinic, Criticality, Device, DeviceKind, Endpoint, Finding, Flow, Hours, Maintainer, Side, Zone, ZoneKind,
    findings, map, matrix,
};
use jiff::civil::DateTime;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Text;

/// A declared clinic.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkView {
    name: String,
    /// The device that is the gateway; none if it is not listed.
    gateway: Option<String>,
    platform: Word,
    zones: Vec<NetworkZone>,
    devices: Vec<NetworkDevice>,
    flows: Vec<NetworkFlow>,
    /// Everything a flow can begin or end at.
    ends: Vec<NetworkEnd>,
    services: Vec<NetworkService>,
    rooms: Vec<Named>,
    /// Vendors and persons, who look after devices.
    maintainers: Vec<Named>,
    vendors: Vec<NetworkVendor>,
    zone_kinds: Vec<Word>,
    device_kinds: Vec<Word>,
    criticalities: Vec<Word>,
    moods: Vec<Word>,
    findings: Vec<NetworkFinding>,
    matrix: NetworkMatrix,
    map: NetworkMap,
}

/// A word of the file, and what people read.
#[derive(Serialize, ToSchema)]
pub(crate) struct Word {
    word: &'static str,
    name: Text,
}

/// An id, and what people call it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Named {
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkZone {
    id: String,
    name: String,
    kind: &'static str,
    ipv4: String,
    ipv6: String,
    router_ipv4: String,
    router_ipv6: String,
    vlan: String,
    interface: String,
    line: u32,
}

/// Values as a form has them; empty means not said.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkDevice {
    id: String,
    name: String,
    kind: &'static str,
    zone: String,
    room: String,
    mac: Vec<String>,
    ipv4: String,
    ipv6: String,
    maker: String,
    model: String,
    firmware: String,
    maintained_by: String,
    depends_on: Vec<String>,
    criticality: &'static str,
    medical: bool,
    line: u32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkFlow {
    id: String,
    from: String,
    to: String,
    service: Vec<String>,
    why: String,
    hours: Vec<String>,
    /// The hours as people read them.
    hours_ja: Vec<String>,
    until: String,
    line: u32,
    /// Its last day has passed.
    over: bool,
    /// It is open at this moment.
    open_now: bool,
    /// Listed devices at either end.
    from_devices: Vec<String>,
    to_devices: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkEnd {
    /// As it is written.
    id: String,
    name: Text,
    kind: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkService {
    id: String,
    name: Text,
    ports: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkVendor {
    id: String,
    name: String,
    contact: String,
    phone: String,
    ways_in: Vec<NetworkWayIn>,
}

/// A way in for maintenance: shut until somebody opens it.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkWayIn {
    pub(super) vendor: String,
    pub(super) to: String,
    pub(super) service: Vec<String>,
    pub(super) why: String,
    pub(super) minutes_max: u16,
    pub(super) hours: Vec<String>,
    pub(super) hours_ja: Vec<String>,
    /// It may be opened at this moment.
    pub(super) now: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkFinding {
    line: u32,
    severity: Word,
    code: &'static str,
    what: Text,
    /// What it is about: `zone`, `device`, `flow` or `vendor`; none for anything else.
    kind: Option<&'static str>,
    id: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkMatrix {
    /// Zones by id; `@gateway` and `@outside`, which no id can be.
    sides: Vec<String>,
    cells: Vec<NetworkCell>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkCell {
    from: String,
    to: String,
    flows: Vec<String>,
    mood: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkMap {
    width: u32,
    height: u32,
    gateway: MapArea,
    places: Vec<MapPlace>,
    links: Vec<MapLink>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MapArea {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MapPlace {
    side: String,
    area: MapArea,
    tiles: Vec<MapTile>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MapTile {
    /// An end: a device's id, or what is outside.
    end: String,
    area: MapArea,
}

/// A cubic curve from start to end, whose control points have the x of their ends and `bend_y`.
#[derive(Serialize, ToSchema)]
pub(crate) struct MapLink {
    a: String,
    b: String,
    there: Vec<String>,
    back: Vec<String>,
    start: [u32; 2],
    end: [u32; 2],
    bend_y: u32,
}

pub(super) fn both(ja: impl Into<String>, en: impl Into<String>) -> Text {
    Text { ja: ja.into().into(), en: en.into().into() }
}

/// Those of a closed vocabulary.
macro_rules! words {
    ($kind:ty) => {
        <$kind>::ALL.iter().map(|each| Word { word: each.word(), name: Text::new(each.ja(), each.en()) }).collect()
    };
}

impl NetworkView {
    pub(super) fn of(clinic: &Clinic, now: DateTime) -> Self {
        let matrix = matrix(clinic, now.date());
        let platform = clinic.gateway.platform;
        let persons = clinic.persons.iter().map(|person| (person.id.to_string(), &person.name));
        let vendors = clinic.vendors.iter().map(|vendor| (vendor.id.to_string(), &vendor.name));
        let rooms = clinic.floors.iter().flat_map(|floor| floor.rooms.iter().map(move |room| (floor, room)));
        Self {
            name: clinic.name.clone(),
            gateway: clinic.gateway.device.as_ref().map(ToString::to_string),
            platform: Word { word: platform.word(), name: Text::new(platform.ja(), platform.en()) },
            zones: clinic.zones.iter().map(NetworkZone::from).collect(),
            devices: clinic.devices.iter().map(NetworkDevice::from).collect(),
            flows: clinic.flows.iter().map(|flow| NetworkFlow::of(clinic, flow, now)).collect(),
            ends: ends(clinic),
            services: services(clinic),
            rooms: rooms
                .map(|(floor, room)| Named { id: room.id.to_string(), name: format!("{} {}", floor.name, room.name) })
                .collect(),
            maintainers: vendors.chain(persons).map(|(id, name)| Named { id, name: name.clone() }).collect(),
            vendors: clinic.vendors.iter().map(|vendor| NetworkVendor::of(vendor, now)).collect(),
            zone_kinds: words!(ZoneKind),
            device_kinds: words!(DeviceKind),
            criticalities: words!(Criticality),
            moods: words!(Mood),
            findings: findings(clinic, now.date()).iter().map(|found| NetworkFinding::of(clinic, found)).collect(),
            map: NetworkMap::from(map(clinic, &matrix)),
            matrix: NetworkMatrix {
                sides: matrix.sides.iter().map(side).collect(),
                cells: matrix.cells.iter().map(NetworkCell::from).collect(),
            },
        }
    }
}

fn side(side: &Side) -> String {
    match side {
        Side::Zone(id) => id.to_string(),
        Side::Gateway => "@gateway".to_owned(),
        Side::Outside => "@outside".to_owned(),
    }
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn list<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

pub(super) fn hours_ja(hours: &[Hours]) -> Vec<String> {
    hours.iter().map(|hours| hours.ja()).collect()
}

/// Whether hours have begun; none are always.
pub(super) fn is_within(hours: &[Hours], now: DateTime) -> bool {
    let weekday = usize::try_from(now.weekday().to_monday_zero_offset()).unwrap_or(0);
    let minute = u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0);
    hours.is_empty() || hours.iter().any(|hours| hours.contains(weekday, minute))
}

impl From<&Zone> for NetworkZone {
    fn from(zone: &Zone) -> Self {
        Self {
            id: zone.id.to_string(),
            name: zone.name.clone(),
            kind: zone.kind.word(),
            ipv4: shown(zone.subnets.v4),
            ipv6: shown(zone.subnets.v6),
            router_ipv4: shown(zone.router.v4),
            router_ipv6: shown(zone.router.v6),
            vlan: shown(zone.vlan),
            interface: zone.interface.clone(),
            line: zone.line.0,
        }
    }
}

impl From<&Device> for NetworkDevice {
    fn from(device: &Device) -> Self {
        let maintained_by = match &device.maintained_by {
            Some(Maintainer::Vendor(id)) => id.to_string(),
            Some(Maintainer::Person(id)) => id.to_string(),
            None => String::new(),
        };
        Self {
            id: device.id.to_string(),
            name: device.name.clone(),
            kind: device.kind.word(),
            zone: device.zone.to_string(),
            room: shown(device.room.as_ref()),
            mac: list(&device.macs),
            ipv4: shown(device.addresses.v4),
            ipv6: shown(device.addresses.v6),
            maker: shown(device.maker.as_ref()),
            model: shown(device.model.as_ref()),
            firmware: shown(device.firmware.as_ref()),
            maintained_by,
            depends_on: list(&device.depends_on),
            criticality: device.criticality.word(),
            medical: device.medical,
            line: device.line.0,
        }
    }
}

impl NetworkFlow {
    fn of(clinic: &Clinic, flow: &Flow, now: DateTime) -> Self {
        let devices = |end| clinic.devices_of(end).iter().map(|device| device.id.to_string()).collect();
        let over = flow.is_over(now.date());
        Self {
            id: flow.id.to_string(),
            from: flow.from.word().to_owned(),
            to: flow.to.word().to_owned(),
            service: list(&flow.services),
            why: flow.why.clone(),
            hours: list(&flow.hours),
            hours_ja: hours_ja(&flow.hours),
            until: shown(flow.until),
            line: flow.line.0,
            over,
            open_now: !over && is_within(&flow.hours, now),
            from_devices: devices(&flow.from),
            to_devices: devices(&flow.to),
        }
    }
}

fn ends(clinic: &Clinic) -> Vec<NetworkEnd> {
    let end = |id: &str, name: &str, kind| NetworkEnd { id: id.to_owned(), name: both(name, name), kind };
    let mut ends: Vec<NetworkEnd> = clinic.zones.iter().map(|zone| end(zone.id.as_str(), &zone.name, "zone")).collect();
    ends.extend(clinic.groups.iter().map(|group| end(group.id.as_str(), &group.name, "group")));
    ends.extend(clinic.devices.iter().map(|device| end(device.id.as_str(), &device.name, "device")));
    ends.extend(clinic.outside.iter().map(|place| end(place.id.as_str(), &place.name, "outside")));
    ends.extend(clinic.vendors.iter().map(|vendor| end(vendor.id.as_str(), &vendor.name, "vendor")));
    let internet = Text::new("インターネット", "the Internet");
    ends.push(NetworkEnd { id: Endpoint::Internet.word().to_owned(), name: internet, kind: "internet" });
    ends
}

fn services(clinic: &Clinic) -> Vec<NetworkService> {
    let own = clinic.services.iter().cloned();
    let service = |each: clinic::model::Service| NetworkService {
        id: each.id.to_string(),
        name: both(each.ja(), each.en()),
        ports: list(&each.ports),
    };
    own.chain(clinic::model::Service::built_in()).map(service).collect()
}

impl NetworkVendor {
    fn of(vendor: &clinic::model::Vendor, now: DateTime) -> Self {
        let way_in = |way| NetworkWayIn::of(vendor.id.as_str(), way, now);
        Self {
            id: vendor.id.to_string(),
            name: vendor.name.clone(),
            contact: shown(vendor.contact.as_ref()),
            phone: shown(vendor.phone.as_ref()),
            ways_in: vendor.maintenance.iter().map(way_in).collect(),
        }
    }
}

impl NetworkWayIn {
    pub(super) fn of(vendor: &str, way: &clinic::model::Maintenance, now: DateTime) -> Self {
        Self {
            vendor: vendor.to_owned(),
            to: way.to.word().to_owned(),
            service: list(&way.services),
            why: way.why.clone(),
            minutes_max: way.minutes_max,
            hours: list(&way.hours),
            hours_ja: hours_ja(&way.hours),
            now: is_within(&way.hours, now),
        }
    }
}

impl NetworkFinding {
    fn of(clinic: &Clinic, found: &Finding) -> Self {
        let severity = found.severity();
        let about = part_at(clinic, found.line.0);
        Self {
            line: found.line.0,
            severity: Word { word: severity.word(), name: Text::new(severity.ja(), severity.en()) },
            code: found.code(),
            what: both(found.ja(), found.en()),
            kind: about.as_ref().map(|(kind, _)| *kind),
            id: about.map(|(_, id)| id),
        }
    }
}

/// What is declared on a line.
fn part_at(clinic: &Clinic, line: u32) -> Option<(&'static str, String)> {
    let zones = clinic.zones.iter().map(|each| (each.line.0, "zone", each.id.to_string()));
    let devices = clinic.devices.iter().map(|each| (each.line.0, "device", each.id.to_string()));
    let flows = clinic.flows.iter().map(|each| (each.line.0, "flow", each.id.to_string()));
    let vendors = clinic.vendors.iter().map(|each| (each.line.0, "vendor", each.id.to_string()));
    let mut all = zones.chain(devices).chain(flows).chain(vendors);
    all.find(|(at, ..)| *at == line).map(|(_, kind, id)| (kind, id))
}

/// The kind of a part, and its id.
pub(super) fn part(id: &PartId) -> (&'static str, String) {
    match id {
        PartId::Zone(id) => ("zone", id.to_string()),
        PartId::Device(id) => ("device", id.to_string()),
        PartId::Flow(id) => ("flow", id.to_string()),
    }
}

impl From<&Cell> for NetworkCell {
    fn from(cell: &Cell) -> Self {
        Self { from: side(&cell.from), to: side(&cell.to), flows: list(&cell.flows), mood: cell.mood.word() }
    }
}

impl From<Map> for NetworkMap {
    fn from(map: Map) -> Self {
        Self {
            width: map.width,
            height: map.height,
            gateway: map.gateway.into(),
            places: map.places.into_iter().map(MapPlace::from).collect(),
            links: map.links.into_iter().map(MapLink::from).collect(),
        }
    }
}

impl From<Area> for MapArea {
    fn from(Area { x, y, width, height }: Area) -> Self {
        Self { x, y, width, height }
    }
}

impl From<Place> for MapPlace {
    fn from(place: Place) -> Self {
        let tile = |(end, area): (Endpoint, Area)| MapTile { end: end.word().to_owned(), area: area.into() };
        Self { side: side(&place.side), area: place.area.into(), tiles: place.tiles.into_iter().map(tile).collect() }
    }
}

impl From<Link> for MapLink {
    fn from(link: Link) -> Self {
        Self {
            a: side(&link.a),
            b: side(&link.b),
            there: list(&link.there),
            back: list(&link.back),
            start: link.start.into(),
            end: link.end.into(),
            bend_y: link.bend_y,
        }
    }
}
