//! Which device is which interface of the policy.

use super::config::{Config, Interface, Zone};
use super::layout::layout;
use crate::passage::Unknown;
use crate::policy::{Policy, Side};

/// Devices of the zones of a text, in the policy's words.
pub(super) struct Devices {
    /// For each zone of the text.
    pub(super) zones: Vec<Vec<String>>,
    pub(super) unknown: Vec<Unknown>,
}

impl Devices {
    /// Finds devices by the addresses they have, by the policy's own names, and by the names networks are known by.
    pub(super) fn of(policy: &Policy, config: &Config) -> Self {
        let mut unknown = Vec::new();
        let find = Find { policy, layout: layout(policy).unwrap_or_default(), config };
        let zones = config.zones.iter().map(|zone| {
            let networks = zone.networks.iter().filter_map(|name| {
                let found = find.network(name);
                if found.is_none() {
                    unknown.push(unclear(zone, name));
                }
                found
            });
            let mut devices: Vec<String> = networks.collect();
            devices.extend(zone.devices.iter().map(|device| find.device(device)));
            devices
        });
        Self { zones: zones.collect(), unknown }
    }
}

fn unclear(zone: &Zone, network: &str) -> Unknown {
    let what = format!(
        "which device the network '{network}' has is not said here: give what `uci export` prints, network and firewall in one file"
    );
    Unknown { place: format!("line {}", zone.line).into(), what }
}

struct Find<'a> {
    policy: &'a Policy,
    layout: Vec<(Side, String)>,
    config: &'a Config,
}

impl Find<'_> {
    fn network(&self, name: &str) -> Option<String> {
        let interface = self.config.interfaces.iter().find(|interface| interface.name == name);
        if let Some(zone) = interface.and_then(|interface| self.by_address(interface)) {
            return Some(zone);
        }
        if matches!(name, "wan" | "wan6") {
            return Some(self.policy.uplink.interface.clone());
        }
        if let Some(device) = interface.and_then(|interface| interface.device.as_deref()) {
            return Some(self.device(device));
        }
        let zones = self.policy.zones.iter();
        zones.filter(|zone| zone.id == name || zone.interface == name).map(|zone| zone.interface.clone()).next()
    }

    fn device(&self, device: &str) -> String {
        let interfaces = self.config.interfaces.iter().filter(|interface| interface.device.as_deref() == Some(device));
        let by_address = interfaces.filter_map(|interface| self.by_address(interface)).next();
        // As the compiler calls it, where the policy is written for another make.
        let own =
            || self.layout.iter().find(|(_, name)| name == device).and_then(|(side, _)| self.policy.interface(*side));
        by_address.or_else(|| own().map(ToOwned::to_owned)).unwrap_or_else(|| device.to_owned())
    }

    fn by_address(&self, interface: &Interface) -> Option<String> {
        let own = |zone: &&crate::policy::Zone| {
            interface.addresses.iter().any(|own| zone.subnets.iter().any(|net| net.contains(own)))
        };
        self.policy.zones.iter().find(own).map(|zone| zone.interface.clone())
    }
}
