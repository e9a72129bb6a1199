//! The declared clinic: one file that says what there is and what may talk to what.
//!
//! [`read`] turns its text into a [`Clinic`] in two steps. First the TOML is read as typed, each value with its
//! line (`typed`); then ids are looked up and what can be wrong in itself is refused (`read`). Everything else in
//! the program takes a [`Clinic`] and need not ask again: ids refer to something, ports are ports, a subnet has no
//! host bits. What is well-formed but unwise, or at odds with itself, is told by `findings`.

pub mod building;
pub mod device;
pub mod edit;
pub mod findings;
pub mod flow;
pub mod hours;
pub mod ids;
pub mod line;
pub mod mac;
pub mod map;
pub mod matrix;
pub mod patterns;
pub mod people;
pub mod plan;
pub mod problem;
pub mod reach;
mod read;
pub mod service;
mod typed;
mod words;
pub mod zone;

pub use building::{AccessPoint, Band, Floor, Material, Point, Radio, Room, Ssid, Wall, WifiSecurity};
pub use device::{Criticality, Device, DeviceKind, Group, Maintainer};
pub use findings::{Finding, Severity, findings};
pub use flow::{Endpoint, Flow};
pub use hours::Hours;
pub use ids::{
    AccessPointId, DeviceId, FloorId, FlowId, GroupId, OutsideId, PersonId, RoomId, ServiceId, VendorId, ZoneId,
};
pub use line::Line;
pub use mac::Mac;
pub use map::{Map, map};
pub use matrix::{Matrix, Side, matrix};
pub use people::{Maintenance, Outside, Person, Role, Vendor};
pub use plan::{Plan, conversations, plan};
pub use problem::{NotAClinic, Problem};
pub use reach::{Reach, reach};
pub use read::read;
pub use service::{PortRange, Ports, Service};
pub use typed::TEXT_LEN_MAX;
pub use zone::{Addresses, Gateway, Platform, Subnets, Zone, ZoneKind};

use ipnet::IpNet;

/// A clinic as declared. Lists are in the order of the file; every id in it refers to something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinic {
    /// What people call it.
    pub name: String,
    /// 医療機関コード: ten digits (prefecture 2, points table 1, number 7).
    pub code: Option<String>,
    /// The router between the zones.
    pub gateway: Gateway,
    /// Zones, at least one.
    pub zones: Vec<Zone>,
    /// The inventory.
    pub devices: Vec<Device>,
    /// Groups of devices.
    pub groups: Vec<Group>,
    /// Places behind the uplink.
    pub outside: Vec<Outside>,
    /// The clinic's own services; look any up with [`Clinic::service`].
    pub services: Vec<Service>,
    /// What may talk to what.
    pub flows: Vec<Flow>,
    /// Vendors.
    pub vendors: Vec<Vendor>,
    /// Persons in charge.
    pub persons: Vec<Person>,
    /// Floors, lowest first.
    pub floors: Vec<Floor>,
    /// Access points.
    pub access_points: Vec<AccessPoint>,
}

macro_rules! look_ups {
    ($($(#[$doc:meta])* $name:ident $list:ident $id:ty => $what:ty;)+) => {
        impl Clinic { $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self, id: &$id) -> Option<&$what> {
                self.$list.iter().find(|each| each.id == *id)
            }
        )+ }
    };
}

look_ups! {
    /// The zone of an id.
    zone zones ZoneId => Zone;
    /// The device of an id.
    device devices DeviceId => Device;
    /// The group of an id.
    group groups GroupId => Group;
    /// The outside place of an id.
    outside_place outside OutsideId => Outside;
    /// The flow of an id.
    flow flows FlowId => Flow;
    /// The vendor of an id.
    vendor vendors VendorId => Vendor;
    /// The person of an id.
    person persons PersonId => Person;
    /// The floor of an id.
    floor floors FloorId => Floor;
    /// The access point of an id.
    access_point access_points AccessPointId => AccessPoint;
}

impl Clinic {
    /// A service: one of the clinic's own, or one that is built in.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<Service> {
        self.services.iter().find(|each| each.id == *id).cloned().or_else(|| Service::known(id.as_str()))
    }

    /// The room of an id, and its floor.
    #[must_use]
    pub fn room(&self, id: &RoomId) -> Option<(&Floor, &Room)> {
        self.floors.iter().find_map(|floor| Some((floor, floor.rooms.iter().find(|room| room.id == *id)?)))
    }

    /// The devices of a zone, in order.
    pub fn devices_in<'a>(&'a self, zone: &'a ZoneId) -> impl Iterator<Item = &'a Device> {
        self.devices.iter().filter(move |device| device.zone == *zone)
    }

    /// The addresses an end stands for; those of the gateway are its addresses in all zones. [`Endpoint::Internet`]
    /// gives none: it is whatever lies behind the uplink.
    #[must_use]
    pub fn prefixes(&self, endpoint: &Endpoint) -> Vec<IpNet> {
        let hosts = |id: &DeviceId| -> Vec<IpNet> {
            self.device(id).map(|device| device.addresses.iter().map(IpNet::from).collect()).unwrap_or_default()
        };
        match endpoint {
            Endpoint::Device(_) if self.is_gateway(endpoint) => {
                self.zones.iter().flat_map(|zone| zone.router.iter().map(IpNet::from)).collect()
            }
            Endpoint::Device(id) => hosts(id),
            Endpoint::Zone(id) => self.zone(id).map(|zone| zone.subnets.iter().collect()).unwrap_or_default(),
            Endpoint::Group(id) => {
                self.group(id).map(|group| group.members.iter().flat_map(hosts).collect()).unwrap_or_default()
            }
            Endpoint::Outside(id) => self.outside_place(id).map(|place| place.addresses.clone()).unwrap_or_default(),
            Endpoint::Vendor(id) => self.vendor(id).map(|vendor| vendor.addresses.clone()).unwrap_or_default(),
            Endpoint::Internet => Vec::new(),
        }
    }

    /// Whether an end is the gateway itself: it is called, and calls, by any address it has.
    #[must_use]
    pub fn is_gateway(&self, endpoint: &Endpoint) -> bool {
        matches!(endpoint, Endpoint::Device(id) if self.gateway.device.as_ref() == Some(id))
    }

    /// The listed devices of an end: those of a zone are the ones that are known.
    #[must_use]
    pub fn devices_of(&self, endpoint: &Endpoint) -> Vec<&Device> {
        match endpoint {
            Endpoint::Device(id) => self.device(id).into_iter().collect(),
            Endpoint::Zone(id) => self.devices.iter().filter(|device| device.zone == *id).collect(),
            Endpoint::Group(id) => self
                .group(id)
                .map(|group| group.members.iter().filter_map(|id| self.device(id)).collect())
                .unwrap_or_default(),
            Endpoint::Outside(_) | Endpoint::Vendor(_) | Endpoint::Internet => Vec::new(),
        }
    }

    /// The zones an end has a part in, by id, each once; none for an end outside.
    #[must_use]
    pub fn zones_of<'a>(&'a self, endpoint: &'a Endpoint) -> Vec<&'a ZoneId> {
        let mut zones: Vec<&ZoneId> = match endpoint {
            Endpoint::Zone(id) => vec![id],
            _ => self.devices_of(endpoint).into_iter().map(|device| &device.zone).collect(),
        };
        zones.sort();
        zones.dedup();
        zones
    }

    /// What people call an end.
    #[must_use]
    pub fn name_of<'a>(&'a self, endpoint: &'a Endpoint) -> &'a str {
        let name = match endpoint {
            Endpoint::Device(id) => self.device(id).map(|each| &each.name),
            Endpoint::Zone(id) => self.zone(id).map(|each| &each.name),
            Endpoint::Group(id) => self.group(id).map(|each| &each.name),
            Endpoint::Outside(id) => self.outside_place(id).map(|each| &each.name),
            Endpoint::Vendor(id) => self.vendor(id).map(|each| &each.name),
            Endpoint::Internet => return "インターネット",
        };
        name.map_or_else(|| endpoint.word(), String::as_str)
    }
}
