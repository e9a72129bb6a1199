//! For how long a vendor may be let in.

use clinic::model::{Hours, Vendor};
use jiff::ToSpan;
use jiff::civil::DateTime;

/// Why a vendor cannot be let in now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shut {
    /// It is declared without any remote maintenance.
    #[error("no remote maintenance is declared for it")]
    NoMaintenance,
    /// It is declared without addresses to come from.
    #[error("no address is declared for it to come from")]
    NoAddress,
    /// One of its ways in is outside its hours; all are opened together.
    #[error("it is outside the declared hours ({})", told(.0))]
    Hours(Vec<Hours>),
}

fn told(hours: &[Hours]) -> String {
    hours.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// When a vendor that is let in now for some minutes is shut out again: at the latest after the shortest time its
/// declared maintenance allows, and not after the end of its hours.
///
/// # Errors
/// If it may not be let in at this moment at all.
pub fn window(vendor: &Vendor, now: DateTime, minutes: u16) -> Result<DateTime, Shut> {
    if vendor.addresses.is_empty() {
        return Err(Shut::NoAddress);
    }
    let most = vendor.maintenance.iter().map(|way| way.minutes_max).min().ok_or(Shut::NoMaintenance)?;
    let ways = vendor.maintenance.iter().map(|way| way.hours.as_slice());
    if let Some(hours) = ways.clone().find(|hours| !open_at(hours, now)) {
        return Err(Shut::Hours(hours.to_vec()));
    }
    let asked = i64::from(minutes.min(most).max(1));
    let end = now.saturating_add(asked.minutes());
    // Hours begin and end with a minute.
    let minute = now.date().at(now.hour(), now.minute(), 0, 0);
    let closing = (1..=asked).map(|later| minute.saturating_add(later.minutes()));
    let closing = closing.into_iter().find(|at| ways.clone().any(|hours| !open_at(hours, *at)));
    Ok(closing.map_or(end, |closing| closing.min(end)))
}

/// Whether a moment lies in some hours; none are all.
pub(super) fn open_at(hours: &[Hours], at: DateTime) -> bool {
    let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0);
    let minute = u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or(0);
    hours.is_empty() || hours.iter().any(|hours| hours.contains(weekday, minute))
}
