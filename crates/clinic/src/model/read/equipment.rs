//! Devices, groups, access points.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Clinic;
use super::super::building::{AccessPoint, Band, Radio, Ssid, WifiSecurity};
use super::super::device::{Criticality, Device, DeviceKind, Group};
use super::super::ids::{AccessPointId, DeviceId, GroupId};
use super::super::mac::Mac;
use super::super::problem::{Wanted, What};
use super::super::typed::{At, Fields, TEXT};
use super::super::zone::Addresses;
use super::names::Names;
use super::places::{HEIGHT, POINT, point};
use super::{ID, IPV4, IPV6, each, id, ipv4, ipv6, some};

const KIND: Wanted = (
    "機器の種類(例 pc・tablet・printer・chart-server・modality)",
    "a kind of device (such as pc, tablet, printer, chart-server, modality)",
);
const MAC: Wanted = ("MAC アドレス(例 \"00:a0:de:01:02:03\")", "a MAC address (such as \"00:a0:de:01:02:03\")");
const CRITICALITY: Wanted = ("critical・important・ordinary のどれか", "critical, important or ordinary");
const BAND: Wanted = ("\"2.4\"・\"5\"・\"6\" のどれか", "\"2.4\", \"5\" or \"6\"");
const CHANNEL: Wanted = ("その帯域で日本で使えるチャネル番号", "a channel the band has in Japan");
const WIDTH: Wanted = ("20・40・80・160・320 のどれか", "20, 40, 80, 160 or 320");
const POWER: Wanted = ("-10 から 30 の dBm", "dBm from -10 to 30");
const SSID: Wanted = ("32 バイトまでの SSID", "an SSID of at most 32 bytes");
const SECURITY: Wanted = (
    "wpa3-enterprise・wpa2-enterprise・wpa3-personal・wpa2-personal・open のどれか",
    "wpa3-enterprise, wpa2-enterprise, wpa3-personal, wpa2-personal or open",
);

pub(super) fn device(fields: &mut Fields<'_>, names: &Names) -> Option<Device> {
    let id = id(fields, DeviceId::new);
    let name = fields.needed("name", TEXT, some);
    let kind = fields.word("kind", KIND, DeviceKind::ALL, DeviceKind::word);
    let kind = fields.required("kind", kind);
    let zone = fields.text("zone");
    let zone = fields.required("zone", zone).and_then(|typed| names.zone(fields, "zone", &typed));
    let room = fields.text("room").and_then(|typed| names.room(fields, "room", &typed));
    let macs = fields.list("mac", MAC, |text| Mac::parse(text).filter(|mac| !mac.is_multicast_or_zero()));
    let addresses = Addresses {
        v4: fields.parsed("ipv4", IPV4, ipv4).map(|at| at.value),
        v6: fields.parsed("ipv6", IPV6, ipv6).map(|at| at.value),
    };
    let maker = optional(fields, "maker");
    let model = optional(fields, "model");
    let firmware = optional(fields, "firmware");
    let maintained_by =
        fields.text("maintained_by").and_then(|typed| names.maintainer(fields, "maintained_by", &typed));
    let depends_on = fields.list("depends_on", ID, some);
    let depends_on = devices(fields, names, "depends_on", &depends_on);
    let criticality = fields.word("criticality", CRITICALITY, Criticality::ALL, Criticality::word);
    let medical = fields.boolean("medical");
    let kind = kind?;
    Some(Device {
        id: id?,
        name: name?,
        kind,
        zone: zone?,
        room,
        macs: macs.into_iter().map(|at| at.value).collect(),
        addresses,
        maker,
        model,
        firmware,
        maintained_by,
        depends_on,
        criticality: criticality.unwrap_or(Criticality::Ordinary),
        medical: medical.unwrap_or(kind.is_medical()),
        line: fields.line,
    })
}

pub(super) fn optional(fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    fields.text(key).map(|at| at.value)
}

fn devices(fields: &Fields<'_>, names: &Names, key: &'static str, typed: &[At<String>]) -> Vec<DeviceId> {
    typed.iter().filter_map(|id| names.device(fields, key, id)).collect()
}

pub(super) fn group(fields: &mut Fields<'_>, names: &Names) -> Option<Group> {
    let id = id(fields, GroupId::new);
    let name = fields.needed("name", TEXT, some);
    let members = fields.needed_list("members", ID, some);
    let members = devices(fields, names, "members", &members);
    Some(Group { id: id?, name: name?, members, line: fields.line })
}

pub(super) fn access_point(fields: &mut Fields<'_>, names: &Names) -> Option<AccessPoint> {
    let id = id(fields, AccessPointId::new);
    let name = fields.needed("name", TEXT, some);
    let floor = fields.text("floor");
    let floor = fields.required("floor", floor).and_then(|typed| names.floor(fields, "floor", &typed));
    let at = fields.pair("at", POINT);
    let at = fields.required("at", at).map(point);
    let height_mm = fields.millimetres("height_m", 0..=20_000, HEIGHT);
    let height_mm = fields.required("height_m", height_mm);
    let device = fields.text("device").and_then(|typed| names.device(fields, "device", &typed));
    let radios = each(fields, "radio", "[[access_point.radio]]", radio);
    let ssids = each(fields, "ssid", "[[access_point.ssid]]", |fields| ssid(fields, names));
    for (index, radio) in radios.iter().enumerate() {
        if radios[..index].iter().any(|other| other.band == radio.band) {
            let value = radio.band.word().to_owned();
            fields.complain(fields.line, What::Repeated { key: "band", value });
        }
    }
    let line = fields.line;
    Some(AccessPoint {
        id: id?,
        name: name?,
        floor: floor?,
        at: at?,
        height_mm: height_mm?,
        device,
        radios,
        ssids,
        line,
    })
}

fn radio(fields: &mut Fields<'_>) -> Option<Radio> {
    let band = fields.word("band", BAND, Band::ALL, Band::word);
    let band = fields.required("band", band);
    let channel = fields.integer::<u16>("channel", 1..=233, CHANNEL);
    let width_mhz = fields.integer::<u16>("width_mhz", 20..=320, WIDTH);
    let width_mhz = fields.required("width_mhz", width_mhz);
    let power_dbm = fields.integer::<i8>("power_dbm", -10..=30, POWER);
    let power_dbm = fields.required("power_dbm", power_dbm);
    let (band, width) = (band?, width_mhz?);
    let unfit = |line, key: &str, value: u16, wanted| {
        fields.complain(line, What::Unfit { key: key.to_owned(), value: value.to_string(), wanted, near: None });
    };
    if !band.widths_mhz().contains(&width.value) {
        unfit(width.line, "width_mhz", width.value, WIDTH);
    }
    if let Some(channel) = channel.as_ref().filter(|at| !band.has_channel(at.value)) {
        unfit(channel.line, "channel", channel.value, CHANNEL);
    }
    let channel = channel.map(|at| at.value);
    Some(Radio { band, channel, width_mhz: width.value, power_dbm: power_dbm?.value })
}

fn ssid(fields: &mut Fields<'_>, names: &Names) -> Option<Ssid> {
    let name = fields.needed("name", SSID, |text| (text.len() <= 32).then(|| text.to_owned()));
    let zone = fields.text("zone");
    let zone = fields.required("zone", zone).and_then(|typed| names.zone(fields, "zone", &typed));
    let security = fields.word("security", SECURITY, WifiSecurity::ALL, WifiSecurity::word);
    let security = fields.required("security", security);
    Some(Ssid { name: name?, zone: zone?, security: security? })
}

/// Devices that wait for each other would never be found to be the cause of anything.
pub(super) fn check_rings(clinic: &Clinic, fields: &Fields<'_>) {
    let needs: BTreeMap<&DeviceId, &Device> = clinic.devices.iter().map(|device| (&device.id, device)).collect();
    let mut done: BTreeSet<&DeviceId> = BTreeSet::new();
    for start in &clinic.devices {
        if done.contains(&start.id) {
            continue;
        }
        // Depth first without recursion; a path of devices, each with the dependencies still to be looked at.
        let mut path = vec![(start, start.depends_on.iter())];
        while let Some((device, rest)) = path.last_mut() {
            let device = *device;
            let Some(next) = rest.next() else {
                done.insert(&device.id);
                path.pop();
                continue;
            };
            if let Some(begin) = path.iter().position(|(each, _)| each.id == *next) {
                let mut ids: Vec<String> = path[begin..].iter().map(|(each, _)| each.id.to_string()).collect();
                ids.push(next.to_string());
                fields.complain(device.line, What::Ring { ids });
                done.extend(path.iter().map(|(each, _)| &each.id));
                break;
            }
            if let Some(needed) = needs.get(next).filter(|_| !done.contains(next)) {
                path.push((needed, needed.depends_on.iter()));
            }
        }
    }
}
