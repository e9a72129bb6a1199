//! For how long a vendor may be let in.

use clinic::model::{Clinic, VendorId};
use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use network::policy::{Shut, window};
use proptest::prelude::*;

use crate::deriving::CLINIC;

/// The vendor's way in with these hours, and one more behind it.
fn clinic(hours: &str, more: &str) -> Clinic {
    let text = CLINIC.replace("minutes_max = 60\n", &format!("minutes_max = 60\n{hours}\n{more}\n"));
    clinic::model::read(&text).unwrap_or_else(|why| panic!("{why}"))
}

fn until(clinic: &Clinic, now: DateTime, minutes: u16) -> Result<DateTime, Shut> {
    window(clinic.vendor(&VendorId::new("acme").unwrap()).unwrap(), now, minutes)
}

/// A Wednesday.
fn at(hour: i8, minute: i8, second: i8) -> DateTime {
    date(2026, 11, 25).at(hour, minute, second, 0)
}

#[test]
fn it_is_shut_after_what_was_asked_what_is_declared_or_the_end_of_its_hours() {
    let always = clinic("", "");
    assert_eq!(until(&always, at(3, 0, 5), 30), Ok(at(3, 30, 5)));
    assert_eq!(until(&always, at(3, 0, 5), 600), Ok(at(4, 0, 5)));
    let day = clinic("hours = \"mon-fri 09:00-18:00\"", "");
    assert_eq!(until(&day, at(17, 40, 5), 60), Ok(at(18, 0, 0)));
    assert_eq!(until(&day, at(9, 0, 0), 60), Ok(at(10, 0, 0)));
    for (hour, minute) in [(8, 59), (18, 0), (23, 0)] {
        assert!(matches!(until(&day, at(hour, minute, 0), 60), Err(Shut::Hours(_))), "{hour}:{minute}");
    }
    assert!(matches!(until(&day, date(2026, 11, 28).at(12, 0, 0, 0), 60), Err(Shut::Hours(_))), "a Saturday");
    let night = clinic("hours = [\"wed 22:00-24:00\", \"thu 00:00-00:30\"]", "");
    assert_eq!(until(&night, at(23, 50, 0), 60), Ok(date(2026, 11, 26).at(0, 30, 0, 0)), "hours that meet are one");
}

/// All ways in are opened together, so the narrowest decides.
#[test]
fn of_several_ways_in_the_narrowest_decides() {
    let second = "[[vendor.maintenance]]\nto = \"desk\"\nservice = \"rdp\"\nwhy = \"x\"\nminutes_max = 20\nhours = \"daily 09:00-12:00\"";
    let both = clinic("", second);
    assert_eq!(until(&both, at(10, 0, 0), 60), Ok(at(10, 20, 0)));
    assert_eq!(until(&both, at(11, 50, 0), 60), Ok(at(12, 0, 0)));
    assert!(matches!(until(&both, at(12, 0, 0), 60), Err(Shut::Hours(_))));
}

#[test]
fn a_vendor_without_addresses_or_maintenance_is_never_let_in() {
    let nowhere = clinic::model::read(&CLINIC.replace("addresses = [\"203.0.113.0/28\"]\n", "")).unwrap();
    assert_eq!(until(&nowhere, at(10, 0, 0), 60), Err(Shut::NoAddress));
    let mut nothing = clinic("", "");
    nothing.vendors[0].maintenance.clear();
    assert_eq!(until(&nothing, at(10, 0, 0), 60), Err(Shut::NoMaintenance));
}

proptest! {
    #[test]
    fn it_is_never_open_longer_than_declared_or_outside_its_hours(day in 0i64..7, minute in 0i64..1440, second in 0i64..60, asked: u16) {
        let clinic = clinic("hours = [\"mon-fri 08:00-12:30\", \"sat 22:00-03:00\"]", "");
        let now = date(2026, 11, 23).at(0, 0, 0, 0) + day.days().minutes(minute).seconds(second);
        let hours = &clinic.vendors[0].maintenance[0].hours;
        let contains = |at: DateTime| {
            let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap();
            let minute = u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap();
            hours.iter().any(|each| each.contains(weekday, minute))
        };
        match until(&clinic, now, asked) {
            Err(_) => prop_assert!(!contains(now)),
            Ok(end) => {
                prop_assert!(end > now && end.duration_since(now).as_secs() <= 3600);
                let last = end - 1.second();
                prop_assert!(contains(now) && contains(last), "{} {}", now, end);
            }
        }
    }
}
