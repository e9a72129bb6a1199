//! Days: Japan's holidays and the clinic's hours. The simulation counts days from [`Calendar::first`], because
//! adding to a number is cheaper than adding to a date, and texts of dates are made once.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

/// How many days of the past there are: five years.
pub(crate) const PAST: i32 = 1827;
/// How many days of the future there are.
pub(crate) const AHEAD: i32 = 42;

/// When the clinic sees patients on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hours {
    Closed,
    /// 9:00–12:30
    Morning,
    /// 9:00–12:30, 15:00–18:30
    Whole,
}

/// Number of a day since [`Calendar::first`]; below 0 is before the record begins.
pub(crate) type Day = i32;

/// All days the sample knows.
pub(crate) struct Calendar {
    first: Date,
    days: Vec<(Hours, String)>,
}

impl Calendar {
    /// From five years before `today`. The clinic is open on `today` whatever day that is (on a holiday it is the
    /// town's 休日当番医): a demonstration shows a working day.
    pub(crate) fn ending(today: Date) -> Self {
        let first = today.saturating_sub(PAST.days());
        let days = (0..=PAST + AHEAD)
            .map(|day| {
                let date = first.saturating_add(day.days());
                let hours = if day == PAST && hours(date) == Hours::Closed { Hours::Whole } else { hours(date) };
                (hours, date.to_string())
            })
            .collect();
        Self { first, days }
    }

    /// The date of a day, also outside the record.
    pub(crate) fn date(&self, day: Day) -> Date {
        self.first.saturating_add(day.days())
    }

    /// `2026-11-23`
    pub(crate) fn text(&self, day: Day) -> String {
        match usize::try_from(day).ok().and_then(|day| self.days.get(day)) {
            Some((_, text)) => text.clone(),
            None => self.date(day).to_string(),
        }
    }

    /// `2026-11-23T09:05:00+09:00`; Japan has one offset and no summer time.
    pub(crate) fn moment(&self, day: Day, minute: u16) -> String {
        format!("{}T{:02}:{:02}:00+09:00", self.text(day), minute / 60, minute % 60)
    }

    pub(crate) fn hours(&self, day: Day) -> Hours {
        usize::try_from(day).ok().and_then(|day| self.days.get(day)).map_or(Hours::Closed, |(hours, _)| *hours)
    }

    pub(crate) fn weekday(&self, day: Day) -> Weekday {
        // Sunday is 0; the first day's weekday plus the days since, as a number again.
        let start = i32::from(self.first.weekday().to_sunday_zero_offset());
        let offset = i8::try_from((start + day).rem_euclid(7)).unwrap_or(0);
        Weekday::from_sunday_zero_offset(offset).unwrap_or(Weekday::Sunday)
    }

    /// 1 to 12.
    pub(crate) fn month(&self, day: Day) -> u8 {
        let text = self.days.get(usize::try_from(day).unwrap_or(0)).map_or("", |(_, text)| text.as_str());
        text.get(5..7).and_then(|month| month.parse().ok()).unwrap_or(1)
    }
}

fn hours(date: Date) -> Hours {
    let new_year = matches!((date.month(), date.day()), (12, 29..=31) | (1, 1..=3));
    let bon = matches!((date.month(), date.day()), (8, 13..=15));
    if new_year || bon || holiday(date).is_some() {
        return Hours::Closed;
    }
    match date.weekday() {
        Weekday::Sunday => Hours::Closed,
        Weekday::Thursday | Weekday::Saturday => Hours::Morning,
        _ => Hours::Whole,
    }
}

/// The name of a national holiday (国民の祝日に関する法律), 2020 to 2099.
///
/// # Examples
/// `2026-11-23` is 勤労感謝の日, `2026-09-22` a 国民の休日 between two others.
#[must_use]
pub fn holiday(date: Date) -> Option<&'static str> {
    if let Some(name) = named_holiday(date) {
        return Some(name);
    }
    // 第3条2項: a holiday on a Sunday moves to the next day that is none.
    let mut before = date.yesterday().ok()?;
    while named_holiday(before).is_some() {
        if before.weekday() == Weekday::Sunday {
            return Some("振替休日");
        }
        before = before.yesterday().ok()?;
    }
    // 第3条3項: a day between two holidays.
    let between = named_holiday(date.yesterday().ok()?).is_some() && named_holiday(date.tomorrow().ok()?).is_some();
    between.then_some("国民の休日")
}

fn named_holiday(date: Date) -> Option<&'static str> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    // The Olympic Games moved three holidays of 2020 and 2021.
    match (year, month, day) {
        (2020, 7, 23) | (2021, 7, 22) => return Some("海の日"),
        (2020, 7, 24) | (2021, 7, 23) => return Some("スポーツの日"),
        (2020, 8, 10) | (2021, 8, 8) => return Some("山の日"),
        (2020 | 2021, 7 | 8 | 10, _) => return None,
        _ => {}
    }
    let monday = |nth: i8| date.weekday() == Weekday::Monday && (day - 1) / 7 + 1 == nth;
    match (month, day) {
        (1, 1) => Some("元日"),
        (1, _) if monday(2) => Some("成人の日"),
        (2, 11) => Some("建国記念の日"),
        (2, 23) => Some("天皇誕生日"),
        (3, _) if day == equinox(year, 208_431) => Some("春分の日"),
        (4, 29) => Some("昭和の日"),
        (5, 3) => Some("憲法記念日"),
        (5, 4) => Some("みどりの日"),
        (5, 5) => Some("こどもの日"),
        (7, _) if monday(3) => Some("海の日"),
        (8, 11) => Some("山の日"),
        (9, _) if monday(3) => Some("敬老の日"),
        (9, _) if day == equinox(year, 232_488) => Some("秋分の日"),
        (10, _) if monday(2) => Some("スポーツの日"),
        (11, 3) => Some("文化の日"),
        (11, 23) => Some("勤労感謝の日"),
        _ => None,
    }
}

/// The usual approximation by the Hydrographic Department for 1980 to 2099, in ten-thousandths of a day.
fn equinox(year: i16, base: i32) -> i8 {
    let since = i32::from(year) - 1980;
    i8::try_from((base * 100 + 242_194 * since) / 1_000_000 - since / 4).unwrap_or(0)
}

/// The age in whole years.
pub(crate) fn age(birth: Date, on: Date) -> i32 {
    let years = i32::from(on.year()) - i32::from(birth.year());
    let had_birthday = (on.month(), on.day()) >= (birth.month(), birth.day());
    if had_birthday { years } else { years - 1 }
}

/// A date that may not exist (29 February) becomes the last day before it that does.
pub(crate) fn near(year: i16, month: i8, day: i8) -> Date {
    (0..4).find_map(|less| Date::new(year, month, day - less).ok()).unwrap_or(date(2000, 1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_of_2026() {
        let names: Vec<String> = (1..=12)
            .flat_map(|month| (1..=31).filter_map(move |day| Date::new(2026, month, day).ok()))
            .filter_map(|date| holiday(date).map(|name| format!("{}-{} {name}", date.month(), date.day())))
            .collect();
        assert_eq!(
            names.join("、"),
            "1-1 元日、1-12 成人の日、2-11 建国記念の日、2-23 天皇誕生日、3-20 春分の日、4-29 昭和の日、5-3 憲法記念日、5-4 みどりの日、\
             5-5 こどもの日、5-6 振替休日、7-20 海の日、8-11 山の日、9-21 敬老の日、9-22 国民の休日、9-23 秋分の日、10-12 スポーツの日、\
             11-3 文化の日、11-23 勤労感謝の日"
        );
    }

    #[test]
    fn the_olympic_year_had_its_own() {
        assert_eq!(holiday(date(2021, 7, 22)), Some("海の日"));
        assert_eq!(holiday(date(2021, 8, 9)), Some("振替休日"));
        assert_eq!(holiday(date(2021, 10, 11)), None);
    }

    #[test]
    fn the_clinic_is_open_today_even_on_a_holiday() {
        let calendar = Calendar::ending(date(2026, 11, 23));
        assert_eq!(calendar.hours(PAST), Hours::Whole);
        assert_eq!(calendar.text(PAST), "2026-11-23");
        assert_eq!(calendar.weekday(PAST), Weekday::Monday);
        assert_eq!(calendar.hours(PAST - 1), Hours::Closed, "Sunday");
        assert_eq!(calendar.hours(PAST - 2), Hours::Morning, "Saturday");
        assert_eq!(calendar.month(PAST), 11);
    }

    #[test]
    fn age_counts_birthdays() {
        assert_eq!(age(date(1960, 11, 24), date(2026, 11, 23)), 65);
        assert_eq!(age(date(1960, 11, 23), date(2026, 11, 23)), 66);
    }

    #[test]
    fn a_day_that_is_not_becomes_the_one_before() {
        assert_eq!(near(2023, 2, 29), date(2023, 2, 28));
    }
}
