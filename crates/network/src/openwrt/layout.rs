//! Devices of OpenWrt for the parts of a policy.

use super::compile::Refused;
use crate::policy::{Policy, Side};

/// The longest name of an interface in Linux, in bytes.
const INTERFACE_MAX: usize = 15;

/// The device of each side that has one, uplink first: the policy's own names where they are Linux's; in a policy
/// for another make, the VLANs of `br-lan`, and `wan`.
///
/// # Errors
/// [`Refused`]: a zone has no VLAN to take a device from, or two have the same.
pub(super) fn layout(policy: &Policy) -> Result<Vec<(Side, String)>, Refused> {
    let sides = || policy.sides().filter(|side| *side != Side::Gateway);
    let own = |side: Side| policy.interface(side).unwrap_or_default();
    let fit = sides().all(|side| is_device(own(side)));
    let device = |side: Side| match side {
        _ if fit => Ok(own(side).to_owned()),
        Side::Zone(index) => match policy.zones.get(index).and_then(|zone| zone.vlan) {
            Some(vlan) => Ok(format!("br-lan.{vlan}")),
            None if is_device(own(side)) => Ok(own(side).to_owned()),
            None => Err(Refused::Interface(own(side).to_owned())),
        },
        _ => Ok("wan".to_owned()),
    };
    let devices: Vec<(Side, String)> = sides().map(|side| Ok((side, device(side)?))).collect::<Result<_, Refused>>()?;
    let mut names: Vec<&String> = devices.iter().map(|(_, name)| name).collect();
    names.sort_unstable();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(twice) => Err(Refused::Twice(twice[0].clone())),
        None => Ok(devices),
    }
}

fn is_device(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
    !name.is_empty() && name.len() <= INTERFACE_MAX && name.bytes().all(plain) && name != "lo"
}
