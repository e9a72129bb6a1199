//! A survey: `x,y,ap_id,band,rssi_dbm`, one row per spot and radio that was heard; `phone`, `user`, `n_det`, `n_samp`
//! and `floor` if known. A radio that is absent at a spot was not heard there.

use super::table::{ImportError, Table};
use crate::geometry::{MAX_SIDE, Point};
use crate::radio::{ApId, Band};
use crate::reading::{DeviceId, Direction, Heard, Level, Survey, Visit, WalkId};
use std::collections::{BTreeMap, BTreeSet};

/// The survey, visits in the order in which they first appear.
///
/// # Errors
/// A missing column, a value that cannot be (NaN, +30 dBm), one radio twice at one visit.
pub fn read(text: &[u8]) -> Result<Survey, ImportError> {
    let table = Table::read(text)?;
    let (x, y, ap, band) = (table.column("x")?, table.column("y")?, table.column("ap_id")?, table.column("band")?);
    let level = table.column("rssi_dbm")?;
    let (phone, user, floor) = (table.optional("phone"), table.optional("user"), table.optional("floor"));
    let counts = table.optional("n_det").zip(table.optional("n_samp"));
    let mut order: Vec<Visit> = Vec::new();
    let mut places: BTreeMap<(u64, u64, i16, WalkId, DeviceId), usize> = BTreeMap::new();
    let mut bands: BTreeMap<DeviceId, BTreeSet<Band>> = BTreeMap::new();
    let mut seen: BTreeSet<(usize, ApId, Band)> = BTreeSet::new();
    for line in table.rows() {
        let reach = 10.0 * MAX_SIDE;
        let at = Point::new(line.number(x, -reach, reach, "m")?, line.number(y, -reach, reach, "m")?);
        let this: Band = line.text(band)?.parse().map_err(|e| line.wrong(band, format!("{e}")))?;
        let number = line.number(level, f64::NEG_INFINITY, f64::INFINITY, "dBm")?;
        let heard = Level::try_from(number).map_err(|e| line.wrong(level, e.to_string()))?;
        let device = DeviceId(phone.map_or(Ok(String::new()), |c| line.name(c))?);
        let walker = user.map_or(Ok(String::new()), |c| line.name(c))?;
        let walk = WalkId(format!("{} {walker}", device.0));
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within ±200")]
        let storey = floor.map_or(Ok(1.0), |c| line.number(c, -20.0, 200.0, ""))?.round() as i16;
        let share = match counts {
            None => 1.0,
            Some((detected, samples)) => {
                let of = line.number(samples, 1.0, 1e9, "scans")?;
                line.number(detected, 1.0, of, "scans, of those made")? / of
            }
        };
        bands.entry(device.clone()).or_default().insert(this);
        let key = (at.x.to_bits(), at.y.to_bits(), storey, walk.clone(), device.clone());
        let index = *places.entry(key).or_insert_with(|| {
            order.push(Visit {
                at,
                level: storey,
                device: device.clone(),
                walk: walk.clone(),
                direction: Direction::Down,
                bands: Vec::new(),
                heard: Vec::new(),
            });
            order.len() - 1
        });
        let name = ApId(line.name(ap)?);
        if !seen.insert((index, name.clone(), this)) {
            return Err(line.wrong(ap, format!("access point {name} was heard twice on one visit in band {this}")));
        }
        order[index].heard.push(Heard { ap: name, band: this, level: heard, share });
    }
    for visit in &mut order {
        visit.bands = bands[&visit.device].iter().copied().collect();
    }
    Ok(Survey { visits: order })
}
