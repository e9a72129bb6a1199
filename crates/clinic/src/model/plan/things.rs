//! What is declared, compared thing by thing and field by field.

use std::fmt::Display;

use super::super::Clinic;
use super::super::building::{AccessPoint, Floor};
use super::super::device::{Device, Group, Maintainer};
use super::super::flow::Flow;
use super::super::people::{Outside, Person, Vendor};
use super::super::service::Service;
use super::super::words::words;
use super::super::zone::{Gateway, Zone};

words! {
    /// What kind of thing.
    Kind {
        /// The gateway.
        Gateway "gateway" "ゲートウェイ" "gateway",
        /// A zone.
        Zone "zone" "ゾーン" "zone",
        /// A device.
        Device "device" "機器" "device",
        /// A group.
        Group "group" "グループ" "group",
        /// A place outside.
        Outside "outside" "外部の接続先" "outside place",
        /// A service.
        Service "service" "サービス" "service",
        /// A flow.
        Flow "flow" "通信" "flow",
        /// A vendor.
        Vendor "vendor" "事業者" "vendor",
        /// A person.
        Person "person" "担当者" "person",
        /// A floor.
        Floor "floor" "階" "floor",
        /// An access point.
        AccessPoint "access_point" "アクセスポイント" "access point",
    }
}

/// A thing that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What kind.
    pub kind: Kind,
    /// Its id; for the gateway, its kind.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How it changes.
    pub change: Change,
}

/// How a thing changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// These fields differ.
    Changed(Vec<Field>),
}

/// A field that differs. Empty: it says nothing there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its key in the file.
    pub key: &'static str,
    /// What it said.
    pub old: String,
    /// What it says.
    pub new: String,
}

/// A thing as a line of the plan.
trait Declared: PartialEq {
    const KIND: Kind;
    fn id(&self) -> &str;
    fn name(&self) -> &str;
    /// Keys with their values in one spelling.
    fn fields(&self) -> Vec<(&'static str, String)>;
}

pub(super) fn things(old: &Clinic, new: &Clinic) -> Vec<Thing> {
    let gateway = |clinic: &Clinic| vec![clinic.gateway.clone()];
    let mut things = Vec::new();
    compare(&gateway(old), &gateway(new), &mut things);
    compare(&old.zones, &new.zones, &mut things);
    compare(&old.devices, &new.devices, &mut things);
    compare(&old.groups, &new.groups, &mut things);
    compare(&old.outside, &new.outside, &mut things);
    compare(&old.services, &new.services, &mut things);
    compare(&old.flows, &new.flows, &mut things);
    compare(&old.vendors, &new.vendors, &mut things);
    compare(&old.persons, &new.persons, &mut things);
    compare(&old.floors, &new.floors, &mut things);
    compare(&old.access_points, &new.access_points, &mut things);
    things
}

fn compare<T: Declared>(old: &[T], new: &[T], things: &mut Vec<Thing>) {
    let find = |list: &[T], id: &str| list.iter().position(|each| each.id() == id);
    let mut say = |of: &T, change| {
        let (id, name) = (of.id().to_owned(), of.name().to_owned());
        things.push(Thing { kind: T::KIND, id, name, change });
    };
    for gone in old.iter().filter(|each| find(new, each.id()).is_none()) {
        say(gone, Change::Removed);
    }
    for each in new {
        match find(old, each.id()).map(|at| &old[at]) {
            None => say(each, Change::Added),
            Some(before) if before != each => say(each, Change::Changed(differences(before, each))),
            Some(_) => {}
        }
    }
}

fn differences<T: Declared>(old: &T, new: &T) -> Vec<Field> {
    let pairs = old.fields().into_iter().zip(new.fields());
    let differ = pairs.filter(|((_, old), (_, new))| old != new);
    differ.map(|((key, old), (_, new))| Field { key, old, new }).collect()
}

fn shown<T: Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn list<T: Display>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Spells the parts of [`Declared`] that are the same for all.
macro_rules! declared {
    ($name:ident($own:ident) { $($key:literal: $value:expr,)+ }) => {
        impl Declared for $name {
            const KIND: Kind = Kind::$name;
            fn id(&self) -> &str {
                self.id.as_str()
            }
            fn name(&self) -> &str {
                &self.name
            }
            fn fields(&self) -> Vec<(&'static str, String)> {
                let $own = self;
                vec![("name", $own.name.clone()), $(($key, $value),)+]
            }
        }
    };
}

impl Declared for Gateway {
    const KIND: Kind = Kind::Gateway;
    fn id(&self) -> &str {
        "gateway"
    }
    fn name(&self) -> &str {
        self.platform.ja()
    }
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("platform", self.platform.word().to_owned()),
            ("uplink", self.uplink.clone()),
            ("device", shown(self.device.as_ref())),
        ]
    }
}

declared!(Zone(zone) {
    "kind": zone.kind.word().to_owned(),
    "ipv4": shown(zone.subnets.v4),
    "ipv6": shown(zone.subnets.v6),
    "router_ipv4": shown(zone.router.v4),
    "router_ipv6": shown(zone.router.v6),
    "vlan": shown(zone.vlan),
    "interface": zone.interface.clone(),
});

declared!(Device(device) {
    "kind": device.kind.word().to_owned(),
    "zone": device.zone.to_string(),
    "room": shown(device.room.as_ref()),
    "mac": list(&device.macs),
    "ipv4": shown(device.addresses.v4),
    "ipv6": shown(device.addresses.v6),
    "maker": shown(device.maker.as_ref()),
    "model": shown(device.model.as_ref()),
    "firmware": shown(device.firmware.as_ref()),
    "maintained_by": match &device.maintained_by {
        Some(Maintainer::Vendor(id)) => id.to_string(),
        Some(Maintainer::Person(id)) => id.to_string(),
        None => String::new(),
    },
    "depends_on": list(&device.depends_on),
    "criticality": device.criticality.word().to_owned(),
    "medical": device.medical.to_string(),
});

declared!(Group(group) { "members": list(&group.members), });

declared!(Outside(place) { "addresses": list(&place.addresses), });

declared!(Service(service) { "ports": list(&service.ports), });

declared!(Vendor(vendor) {
    "contact": shown(vendor.contact.as_ref()),
    "phone": shown(vendor.phone.as_ref()),
    "addresses": list(&vendor.addresses),
    "disclosure": shown(vendor.disclosure),
    "maintenance": vendor.maintenance.iter().map(|way| {
        let hours = if way.hours.is_empty() { String::new() } else { format!(" {}", list(&way.hours)) };
        format!("{}: {} ({} min){hours}", way.to.word(), list(&way.services), way.minutes_max)
    }).collect::<Vec<_>>().join("; "),
});

declared!(Person(person) {
    "role": person.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", "),
    "phone": shown(person.phone.as_ref()),
    "email": shown(person.email.as_ref()),
});

declared!(Floor(floor) {
    "level": floor.level.to_string(),
    "height_m": metres(floor.height_mm),
    "slab": floor.slab.word().to_owned(),
    "slab_m": shown(floor.slab_mm.map(metres)),
    "room": floor.rooms.iter().map(|room| room.id.as_str()).collect::<Vec<_>>().join(", "),
    "wall": floor.walls.len().to_string(),
});

declared!(AccessPoint(point) {
    "floor": point.floor.to_string(),
    "at": format!("[{}, {}]", point.at.metres().0, point.at.metres().1),
    "height_m": metres(point.height_mm),
    "device": shown(point.device.as_ref()),
    "radio": point.radios.iter().map(|radio| {
        let channel = radio.channel.map_or_else(|| "auto".to_owned(), |channel| channel.to_string());
        format!("{} GHz {channel}/{} MHz {} dBm", radio.band.word(), radio.width_mhz, radio.power_dbm)
    }).collect::<Vec<_>>().join(", "),
    "ssid": point.ssids.iter().map(|ssid| format!("{} → {} ({})", ssid.name, ssid.zone, ssid.security.word()))
        .collect::<Vec<_>>().join(", "),
});

fn metres(mm: u32) -> String {
    (f64::from(mm) / 1000.0).to_string()
}

/// Whom a flow joins and by what is told by the conversations that open and close; here is the rest of it.
impl Declared for Flow {
    const KIND: Kind = Kind::Flow;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn name(&self) -> &str {
        &self.why
    }
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("from", self.from.word().to_owned()),
            ("to", self.to.word().to_owned()),
            ("service", list(&self.services)),
            ("why", self.why.clone()),
            ("hours", list(&self.hours)),
            ("until", shown(self.until)),
        ]
    }
}
