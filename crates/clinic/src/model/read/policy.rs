//! Services, flows, places outside, vendors, persons.

use super::super::Clinic;
use super::super::flow::{Endpoint, Flow};
use super::super::hours::Hours;
use super::super::ids::{FlowId, OutsideId, PersonId, ServiceId, VendorId};
use super::super::people::{Maintenance, Outside, Person, Role, Vendor};
use super::super::problem::{Wanted, What};
use super::super::service::{Ports, Service};
use super::super::typed::{At, Fields, TEXT};
use super::equipment::optional;
use super::names::Names;
use super::{ID, NETS, each, id, net, some};

const PORTS: Wanted = (
    "\"tcp/番号\"・\"udp/番号-番号\"・\"ping\" の並び(例 [\"tcp/104\", \"udp/5000-5010\"])",
    "\"tcp/…\", \"udp/…-…\" or \"ping\" (such as [\"tcp/104\", \"udp/5000-5010\"])",
);
const HOURS: Wanted = (
    "曜日と時間(例 \"mon-fri 08:30-18:00\"、\"daily 22:00-05:00\")",
    "days and hours (such as \"mon-fri 08:30-18:00\", \"daily 22:00-05:00\")",
);
const MINUTES: Wanted = ("1 から 1440 の分", "minutes from 1 to 1440");
const ROLE: Wanted =
    ("safety-manager・planner・operator・director・contact", "safety-manager, planner, operator, director or contact");

pub(super) fn outside(fields: &mut Fields<'_>) -> Option<Outside> {
    let id = id(fields, OutsideId::new);
    let name = fields.needed("name", TEXT, some);
    let addresses = values(fields.needed_list("addresses", NETS, net));
    Some(Outside { id: id?, name: name?, addresses, line: fields.line })
}

pub(super) fn service(fields: &mut Fields<'_>) -> Option<Service> {
    let id = id(fields, ServiceId::new);
    if let Some(id) = id.as_ref().filter(|id| Service::built_in_ids().any(|known| known == id.as_str())) {
        // A second meaning of `smb` in one clinic would deceive every reader.
        fields.complain(fields.line, What::BuiltIn { id: id.to_string() });
    }
    let name = fields.needed("name", TEXT, some);
    let mut ports = values(fields.needed_list("ports", PORTS, Ports::parse));
    ports.sort();
    Some(Service { id: id?, name: name?, ports, line: fields.line })
}

fn services(fields: &mut Fields<'_>, names: &Names) -> Vec<ServiceId> {
    let typed = fields.needed_list("service", ID, some);
    typed.iter().filter_map(|id| names.service(fields, "service", id)).collect()
}

fn end(fields: &mut Fields<'_>, names: &Names, key: &'static str) -> Option<Endpoint> {
    let typed = fields.text(key);
    let typed = fields.required(key, typed)?;
    names.end(fields, key, &typed)
}

pub(super) fn flow(fields: &mut Fields<'_>, names: &Names) -> Option<Flow> {
    let id = id(fields, FlowId::new);
    let from = end(fields, names, "from");
    let to = end(fields, names, "to");
    let services = services(fields, names);
    let why = fields.needed("why", TEXT, some);
    let hours = values(fields.list("hours", HOURS, Hours::parse));
    let until = fields.date("until");
    Some(Flow { id: id?, from: from?, to: to?, services, why: why?, hours, until, line: fields.line })
}

pub(super) fn vendor(fields: &mut Fields<'_>, names: &Names) -> Option<Vendor> {
    let id = id(fields, VendorId::new);
    let name = fields.needed("name", TEXT, some);
    let contact = optional(fields, "contact");
    let phone = optional(fields, "phone");
    let addresses = values(fields.list("addresses", NETS, net));
    let disclosure = fields.date("disclosure");
    let maintenance = each(fields, "maintenance", "[[vendor.maintenance]]", |fields| maintenance(fields, names));
    Some(Vendor { id: id?, name: name?, contact, phone, addresses, disclosure, maintenance, line: fields.line })
}

fn maintenance(fields: &mut Fields<'_>, names: &Names) -> Option<Maintenance> {
    let to = end(fields, names, "to");
    let services = services(fields, names);
    let why = fields.needed("why", TEXT, some);
    let minutes_max = fields.integer("minutes_max", 1..=1440, MINUTES);
    let minutes_max = fields.required("minutes_max", minutes_max);
    let hours = values(fields.list("hours", HOURS, Hours::parse));
    Some(Maintenance { to: to?, services, why: why?, minutes_max: minutes_max?.value, hours, line: fields.line })
}

pub(super) fn person(fields: &mut Fields<'_>) -> Option<Person> {
    let id = id(fields, PersonId::new);
    let name = fields.needed("name", TEXT, some);
    let roles = values(fields.needed_list("role", ROLE, Role::of));
    let phone = optional(fields, "phone");
    let email = optional(fields, "email");
    Some(Person { id: id?, name: name?, roles, phone, email, line: fields.line })
}

fn values<T>(list: Vec<At<T>>) -> Vec<T> {
    list.into_iter().map(|at| at.value).collect()
}

/// Flows whose packets could never pass the gateway.
pub(super) fn check_ends(clinic: &Clinic, fields: &Fields<'_>) {
    for flow in &clinic.flows {
        if flow.from.is_outside() && flow.to.is_outside() {
            fields.complain(flow.line, What::BothOutside);
        }
        if clinic.is_gateway(&flow.from) || clinic.is_gateway(&flow.to) {
            continue;
        }
        let (from, to) = (clinic.zones_of(&flow.from), clinic.zones_of(&flow.to));
        if let [zone] = from.as_slice()
            && from == to
        {
            fields.complain(flow.line, What::WithinZone { zone: zone.to_string() });
        }
    }
    for way in clinic.vendors.iter().flat_map(|vendor| &vendor.maintenance) {
        if way.to.is_outside() {
            fields.complain(way.line, What::BothOutside);
        }
    }
}
