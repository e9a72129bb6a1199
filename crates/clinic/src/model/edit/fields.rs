//! Parts as they are written.

use std::fmt::Display;

use toml_edit::{Array, Value};

use super::super::device::{Criticality, Device, Maintainer};
use super::super::flow::Flow;
use super::super::zone::Zone;
use super::{Fields, Part};

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Written {
    /// Nothing: the key is left out.
    Nothing,
    /// This text of TOML.
    Value(String),
    /// This text, which may be left out: it is what is meant without it.
    Default(String),
}

impl Written {
    fn text(text: &str) -> Self {
        Self::Value(Value::from(text).to_string())
    }

    fn shown<T: Display>(value: Option<&T>) -> Self {
        value.map_or(Self::Nothing, |value| Self::text(&value.to_string()))
    }

    /// One as a text, several as a list.
    fn list<T: Display>(values: &[T]) -> Self {
        match values {
            [] => Self::Nothing,
            [one] => Self::shown(Some(one)),
            many => Self::array(many),
        }
    }

    fn array<T: Display>(values: &[T]) -> Self {
        if values.is_empty() {
            return Self::Nothing;
        }
        Self::Value(Value::Array(values.iter().map(ToString::to_string).collect::<Array>()).to_string())
    }

    fn or_default(value: String, is_default: bool) -> Self {
        if is_default { Self::Default(value) } else { Self::Value(value) }
    }
}

pub(super) fn written(part: &Part) -> Fields {
    match part {
        Part::Zone(zone) => zone_fields(zone),
        Part::Device(device) => device_fields(device),
        Part::Flow(flow) => flow_fields(flow),
    }
}

fn zone_fields(zone: &Zone) -> Fields {
    vec![
        ("id", Written::text(zone.id.as_str())),
        ("name", Written::text(&zone.name)),
        ("kind", Written::text(zone.kind.word())),
        ("ipv4", Written::shown(zone.subnets.v4.as_ref())),
        ("ipv6", Written::shown(zone.subnets.v6.as_ref())),
        ("router_ipv4", Written::shown(zone.router.v4.as_ref())),
        ("router_ipv6", Written::shown(zone.router.v6.as_ref())),
        ("vlan", zone.vlan.map_or(Written::Nothing, |vlan| Written::Value(vlan.to_string()))),
        ("interface", Written::text(&zone.interface)),
    ]
}

fn device_fields(device: &Device) -> Fields {
    let maintainer = match &device.maintained_by {
        Some(Maintainer::Vendor(id)) => Written::text(id.as_str()),
        Some(Maintainer::Person(id)) => Written::text(id.as_str()),
        None => Written::Nothing,
    };
    let criticality = Value::from(device.criticality.word()).to_string();
    vec![
        ("id", Written::text(device.id.as_str())),
        ("name", Written::text(&device.name)),
        ("kind", Written::text(device.kind.word())),
        ("zone", Written::text(device.zone.as_str())),
        ("room", Written::shown(device.room.as_ref())),
        ("mac", Written::list(&device.macs)),
        ("ipv4", Written::shown(device.addresses.v4.as_ref())),
        ("ipv6", Written::shown(device.addresses.v6.as_ref())),
        ("maker", Written::shown(device.maker.as_ref())),
        ("model", Written::shown(device.model.as_ref())),
        ("firmware", Written::shown(device.firmware.as_ref())),
        ("maintained_by", maintainer),
        ("depends_on", Written::array(&device.depends_on)),
        ("criticality", Written::or_default(criticality, device.criticality == Criticality::Ordinary)),
        ("medical", Written::or_default(device.medical.to_string(), device.medical == device.kind.is_medical())),
    ]
}

fn flow_fields(flow: &Flow) -> Fields {
    vec![
        ("id", Written::text(flow.id.as_str())),
        ("from", Written::text(flow.from.word())),
        ("to", Written::text(flow.to.word())),
        ("service", Written::list(&flow.services)),
        ("why", Written::text(&flow.why)),
        ("hours", Written::list(&flow.hours)),
        ("until", flow.until.map_or(Written::Nothing, |day| Written::Value(day.to_string()))),
    ]
}
