//! The ids a file declares, collected before anything refers to them.

use std::collections::BTreeMap;

use super::super::device::Maintainer;
use super::super::flow::Endpoint;
use super::super::ids::{DeviceId, FloorId, GroupId, OutsideId, PersonId, RoomId, ServiceId, VendorId, ZoneId, is_id};
use super::super::line::Line;
use super::super::problem::{Wanted, What, near};
use super::super::service::Service;
use super::super::typed::{At, Fields, Typed};
use super::ID;

/// Declared ids. One map for each space in which an id is unique.
pub(super) struct Names {
    /// Devices, zones, groups, outside places, vendors.
    ends: BTreeMap<String, (Line, Endpoint)>,
    others: BTreeMap<(&'static str, String), Line>,
}

/// A reference: the key it stands under, and what it may be.
const END: Wanted = (
    "機器・ゾーン・グループ・外部の接続先・事業者(または internet)",
    "device, zone, group, outside place or vendor (nor is it internet)",
);
const DEVICE: Wanted = ("機器", "device");
const ZONE: Wanted = ("ゾーン", "zone");
const ROOM: Wanted = ("部屋", "room");
const FLOOR: Wanted = ("階", "floor");
const SERVICE: Wanted = ("サービス", "service");
const MAINTAINER: Wanted = ("事業者・担当者", "vendor or person");

impl Names {
    pub(super) fn collect(typed: &Typed) -> Self {
        let mut names = Self { ends: BTreeMap::new(), others: BTreeMap::new() };
        let mut top = typed.top().quietly();
        let mut end = |key: &'static str, of: fn(&str) -> Option<Endpoint>| {
            for id in ids(&mut top, key) {
                let Some(endpoint) = of(&id.value).filter(|_| id.value != Endpoint::Internet.word()) else {
                    typed.complain(id.line, unfit_id(&id.value));
                    continue;
                };
                match names.ends.get(&id.value) {
                    Some((first, _)) => typed.complain(id.line, What::Duplicate { id: id.value, first: *first }),
                    None => drop(names.ends.insert(id.value, (id.line, endpoint))),
                }
            }
        };
        end("zone", |id| ZoneId::new(id).map(Endpoint::Zone));
        end("device", |id| DeviceId::new(id).map(Endpoint::Device));
        end("group", |id| GroupId::new(id).map(Endpoint::Group));
        end("outside", |id| OutsideId::new(id).map(Endpoint::Outside));
        end("vendor", |id| VendorId::new(id).map(Endpoint::Vendor));
        for kind in ["service", "flow", "person", "floor", "access_point"] {
            for id in ids(&mut top, kind) {
                names.add(typed, kind, id);
            }
        }
        for mut floor in top.rows("floor", "") {
            for id in ids(&mut floor, "room") {
                names.add(typed, "room", id);
            }
        }
        names
    }

    fn add(&mut self, typed: &Typed, kind: &'static str, id: At<String>) {
        if !is_id(&id.value) {
            return typed.complain(id.line, unfit_id(&id.value));
        }
        let first = self.others.get(&(kind, id.value.clone())).copied();
        // A maintainer is a vendor or a person, by the bare id.
        let vendor = (kind == "person").then(|| self.ends.get(&id.value)).flatten();
        let first =
            first.or_else(|| vendor.filter(|(_, end)| matches!(end, Endpoint::Vendor(_))).map(|(line, _)| *line));
        match first {
            Some(first) => typed.complain(id.line, What::Duplicate { id: id.value, first }),
            None => drop(self.others.insert((kind, id.value), id.line)),
        }
    }

    fn others(&self, kind: &'static str) -> impl Iterator<Item = &str> {
        self.others.keys().filter(move |(k, _)| *k == kind).map(|(_, id)| id.as_str())
    }

    /// Looks an id up, or says what is close to it.
    fn find<'a, T>(
        fields: &Fields<'_>,
        key: &'static str,
        kind: Wanted,
        id: &At<String>,
        found: Option<T>,
        all: impl Iterator<Item = &'a str>,
    ) -> Option<T> {
        if found.is_none() {
            let near = near(&id.value, all);
            fields.complain(id.line, What::Nowhere { key, id: id.value.clone(), kind, near });
        }
        found
    }

    pub(super) fn end(&self, fields: &Fields<'_>, key: &'static str, id: &At<String>) -> Option<Endpoint> {
        if id.value == Endpoint::Internet.word() {
            return Some(Endpoint::Internet);
        }
        let found = self.ends.get(&id.value).map(|(_, end)| end.clone());
        let internet = Endpoint::Internet.word();
        Self::find(fields, key, END, id, found, self.ends.keys().map(String::as_str).chain([internet]))
    }

    pub(super) fn device(&self, fields: &Fields<'_>, key: &'static str, id: &At<String>) -> Option<DeviceId> {
        let device = |end: &Endpoint| if let Endpoint::Device(id) = end { Some(id.clone()) } else { None };
        let all = self.ends.iter().filter(|(_, (_, end))| device(end).is_some()).map(|(id, _)| id.as_str());
        Self::find(fields, key, DEVICE, id, self.ends.get(&id.value).and_then(|(_, end)| device(end)), all)
    }

    pub(super) fn zone(&self, fields: &Fields<'_>, key: &'static str, id: &At<String>) -> Option<ZoneId> {
        let zone = |end: &Endpoint| if let Endpoint::Zone(id) = end { Some(id.clone()) } else { None };
        let all = self.ends.iter().filter(|(_, (_, end))| zone(end).is_some()).map(|(id, _)| id.as_str());
        Self::find(fields, key, ZONE, id, self.ends.get(&id.value).and_then(|(_, end)| zone(end)), all)
    }

    pub(super) fn maintainer(&self, fields: &Fields<'_>, key: &'static str, id: &At<String>) -> Option<Maintainer> {
        let vendor =
            |end: &Endpoint| if let Endpoint::Vendor(id) = end { Some(Maintainer::Vendor(id.clone())) } else { None };
        let person =
            self.others("person").find(|each| *each == id.value).and_then(PersonId::new).map(Maintainer::Person);
        let found = self.ends.get(&id.value).and_then(|(_, end)| vendor(end)).or(person);
        let vendors = self.ends.iter().filter(|(_, (_, end))| vendor(end).is_some()).map(|(id, _)| id.as_str());
        Self::find(fields, key, MAINTAINER, id, found, vendors.chain(self.others("person")))
    }

    pub(super) fn room(&self, fields: &Fields<'_>, key: &'static str, id: &At<String>) -> Option<RoomId> {
        let found = self.others("room").find(|each| *each == id.value).and_then(RoomId::new);
        Self::find(fields, key, ROOM, id, found, self.others("room"))
    }

    pub(super) fn floor(&self, fields: &Fields<'_>, key: &'static str, id: &At<String>) -> Option<FloorId> {
        let found = self.others("floor").find(|each| *each == id.value).and_then(FloorId::new);
        Self::find(fields, key, FLOOR, id, found, self.others("floor"))
    }

    pub(super) fn service(&self, fields: &Fields<'_>, key: &'static str, id: &At<String>) -> Option<ServiceId> {
        let own = self.others.contains_key(&("service", id.value.clone()));
        let is_known = own || Service::built_in_ids().any(|known| known == id.value);
        let found = is_known.then(|| ServiceId::new(&id.value)).flatten();
        let built_in: Vec<&str> = Service::built_in_ids().collect();
        Self::find(fields, key, SERVICE, id, found, self.others("service").chain(built_in))
    }
}

/// The ids of all tables of a kind; one without an id is complained of when it is read.
fn ids(parent: &mut Fields<'_>, key: &'static str) -> Vec<At<String>> {
    parent.rows(key, "").into_iter().filter_map(|mut fields| fields.text("id")).collect()
}

fn unfit_id(id: &str) -> What {
    What::Unfit { key: "id".to_owned(), value: format!("\"{id}\""), wanted: ID, near: None }
}
