//! Hours of the week.

use std::fmt;

/// Days of the week with a span of time: `mon-fri 08:30-18:00`, `daily 22:00-05:00`, `mon,wed 09:00-12:00`.
///
/// A span whose end is not after its beginning runs past midnight and belongs to the day it began on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hours {
    /// Monday first.
    pub days: [bool; 7],
    /// First minute, from midnight; 0..1440.
    pub from_minute: u16,
    /// First minute after, from midnight; 1..=1440.
    pub to_minute: u16,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAYS_JA: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
const DAY_MINUTES: u16 = 24 * 60;

impl Hours {
    /// Reads what [`Hours`] describes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (days, span) = text.split_once(' ')?;
        let (from, to) = span.split_once('-')?;
        let (from_minute, to_minute) = (minute(from)?, minute(to)?);
        if from_minute == DAY_MINUTES || to_minute == 0 || from_minute == to_minute {
            return None;
        }
        Some(Self { days: parse_days(days)?, from_minute, to_minute })
    }

    /// Whether it runs past midnight.
    #[must_use]
    pub fn crosses_midnight(self) -> bool {
        self.to_minute <= self.from_minute
    }

    /// Whether a minute of the week lies in it. `weekday` counts from Monday = 0.
    #[must_use]
    pub fn contains(self, weekday: usize, minute: u16) -> bool {
        let (today, yesterday) = (self.days[weekday % 7], self.days[(weekday + 6) % 7]);
        if self.crosses_midnight() {
            (today && minute >= self.from_minute) || (yesterday && minute < self.to_minute)
        } else {
            today && (self.from_minute..self.to_minute).contains(&minute)
        }
    }

    /// `月火水 09:00-18:00`.
    #[must_use]
    pub fn ja(self) -> String {
        let days: String = if self.days == [true; 7] {
            "毎日".to_owned()
        } else {
            DAYS_JA.iter().zip(self.days).filter(|(_, on)| *on).map(|(day, _)| *day).collect()
        };
        format!("{days} {}", self.span())
    }

    fn span(self) -> String {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{}-{}", clock(self.from_minute), clock(self.to_minute))
    }
}

/// The one spelling of it: `daily`, or the days with commas.
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days == [true; 7] {
            return write!(f, "daily {}", self.span());
        }
        let days: Vec<&str> = DAYS.iter().zip(self.days).filter(|(_, on)| *on).map(|(day, _)| *day).collect();
        write!(f, "{} {}", days.join(","), self.span())
    }
}

fn parse_days(text: &str) -> Option<[bool; 7]> {
    if text == "daily" {
        return Some([true; 7]);
    }
    let day = |text: &str| DAYS.iter().position(|day| *day == text);
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut at, last) = (day(first)?, day(last)?);
        days[at] = true;
        while at != last {
            at = (at + 1) % 7;
            days[at] = true;
        }
    }
    Some(days)
}

/// `00:00` to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?;
    let (hour, minute): (u16, u16) = (two(hour)?, two(minute)?);
    (minute < 60 && hour * 60 + minute <= DAY_MINUTES).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (text, shown, ja) in [
            ("mon-fri 08:30-18:00", "mon,tue,wed,thu,fri 08:30-18:00", "月火水木金 08:30-18:00"),
            ("daily 00:00-24:00", "daily 00:00-24:00", "毎日 00:00-24:00"),
            ("sat-mon 22:00-05:00", "mon,sat,sun 22:00-05:00", "月土日 22:00-05:00"),
        ] {
            let hours = Hours::parse(text).unwrap();
            assert_eq!((hours.to_string().as_str(), hours.ja().as_str()), (shown, ja));
        }
        for text in ["", "mon", "mon 9:00-10:00", "mon 09:00", "mon 25:00-26:00", "mon 09:00-09:00", "xyz 09:00-10:00"]
        {
            assert_eq!(Hours::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_night_belongs_to_the_evening_it_began_on() {
        let night = Hours::parse("fri 22:00-05:00").unwrap();
        assert!(night.contains(4, 22 * 60) && night.contains(5, 4 * 60 + 59));
        assert!(!night.contains(4, 60) && !night.contains(5, 5 * 60) && !night.contains(5, 23 * 60));
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(days: [bool; 7], from in 0u16..1440, to in 1u16..=1440) {
            prop_assume!(days.contains(&true) && from != to);
            let hours = Hours { days, from_minute: from, to_minute: to };
            prop_assert_eq!(Hours::parse(&hours.to_string()), Some(hours));
        }
    }
}
