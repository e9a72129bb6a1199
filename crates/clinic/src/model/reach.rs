//! Who can reach a device, and whom it can reach.

use jiff::civil::Date;

use super::Clinic;
use super::ids::{DeviceId, VendorId};
use super::people::Maintenance;
use super::plan::{Party, Row, conversations};

/// Both ways, on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach<'a> {
    /// Who may call it: in each row it is the one that is called.
    pub callers: Vec<Row>,
    /// Whom it may call: in each row it is the caller.
    pub called: Vec<Row>,
    /// Devices of its own zone: no gateway stands between, so nothing is held back.
    pub neighbours: Vec<DeviceId>,
    /// Ways in for maintenance, shut until somebody opens one.
    pub ways_in: Vec<(&'a VendorId, &'a Maintenance)>,
}

/// The reach of a device; none if there is no such device.
#[must_use]
pub fn reach<'a>(clinic: &'a Clinic, id: &DeviceId, today: Date) -> Option<Reach<'a>> {
    let device = clinic.device(id)?;
    let party = Party::Device(id.clone());
    let rows = conversations(clinic, today);
    let alone = || std::iter::once(party.clone()).collect();
    let without = |row: &Row, row_is_from: bool| {
        let mut row = row.clone();
        let (own, other) = if row_is_from { (&mut row.from, &mut row.to) } else { (&mut row.to, &mut row.from) };
        *own = alone();
        other.remove(&party);
        row
    };
    let callers = rows.iter().filter(|row| row.to.contains(&party)).map(|row| without(row, false));
    let called = rows.iter().filter(|row| row.from.contains(&party)).map(|row| without(row, true));
    let is_gateway = clinic.gateway.device.as_ref() == Some(id);
    let near = clinic.devices_in(&device.zone).filter(|other| other.id != *id && !is_gateway);
    let ways_in = clinic.vendors.iter().flat_map(|vendor| vendor.maintenance.iter().map(move |way| (&vendor.id, way)));
    Some(Reach {
        callers: callers.filter(|row| !row.from.is_empty()).collect(),
        called: called.filter(|row| !row.to.is_empty()).collect(),
        neighbours: near
            .filter(|other| clinic.gateway.device.as_ref() != Some(&other.id))
            .map(|other| other.id.clone())
            .collect(),
        ways_in: ways_in.filter(|(_, way)| clinic.devices_of(&way.to).iter().any(|to| to.id == *id)).collect(),
    })
}
