//! 和暦: dates as they are written in a clinic, and the age on a day.

mod parse;

use std::fmt;

use jiff::civil::{Date, date};

pub use parse::{NotADate, Partial, parse, parse_partial};

/// 元号. A single letter each, as on forms and in the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Era {
    /// 明治
    Meiji,
    /// 大正
    Taisho,
    /// 昭和
    Showa,
    /// 平成
    Heisei,
    /// 令和
    Reiwa,
}

impl Era {
    /// Oldest first; the index plus one is the era's number in the receipt (元号区分).
    pub const ALL: [Self; 5] = [Self::Meiji, Self::Taisho, Self::Showa, Self::Heisei, Self::Reiwa];

    /// 明治, 大正, 昭和, 平成, 令和.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["明治", "大正", "昭和", "平成", "令和"][self as usize]
    }

    /// M, T, S, H, R.
    #[must_use]
    pub fn letter(self) -> char {
        ['M', 'T', 'S', 'H', 'R'][self as usize]
    }

    /// The first day. 明治 is dated back to 1868-01-25 (改元の詔); its lunar dates before 1873 are not converted.
    #[must_use]
    pub fn first_day(self) -> Date {
        [date(1868, 1, 25), date(1912, 7, 30), date(1926, 12, 25), date(1989, 1, 8), date(2019, 5, 1)][self as usize]
    }

    /// The last day. 大正 and 昭和 began in the course of the day that ended the era before, so that day has
    /// two right names; 平成 and 令和 began at midnight.
    #[must_use]
    pub fn last_day(self) -> Date {
        [date(1912, 7, 30), date(1926, 12, 25), date(1989, 1, 7), date(2019, 4, 30), date(9999, 12, 31)][self as usize]
    }
}

/// A day in the Japanese calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wareki {
    /// 元号.
    pub era: Era,
    /// 年, 1 is 元年.
    pub year: i16,
    /// 月.
    pub month: i8,
    /// 日.
    pub day: i8,
}

impl Wareki {
    /// The day in the era that was current at its end; none before 明治.
    #[must_use]
    pub fn of(day: Date) -> Option<Self> {
        let era = Era::ALL.into_iter().rev().find(|era| era.first_day() <= day)?;
        Some(Self { era, year: day.year() - era.first_day().year() + 1, month: day.month(), day: day.day() })
    }

    /// `S33.4.5`.
    #[must_use]
    pub fn short(self) -> String {
        format!("{}{}.{}.{}", self.era.letter(), self.year, self.month, self.day)
    }
}

/// 昭和33年4月5日, 平成元年1月8日.
impl fmt::Display for Wareki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = if self.year == 1 { "元".to_owned() } else { self.year.to_string() };
        write!(f, "{}{year}年{}月{}日", self.era.name(), self.month, self.day)
    }
}

/// Completed years on a day, as people count them: one more on each birthday; those born on 29 February
/// are a year older on 1 March of a common year. None before birth.
#[must_use]
pub fn age(birth: Date, on: Date) -> Option<i16> {
    if on < birth {
        return None;
    }
    let before_birthday = (on.month(), on.day()) < (birth.month(), birth.day());
    Some(on.year() - birth.year() - i16::from(before_birthday))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_have_their_era() {
        for (day, long, short) in [
            (date(1958, 4, 5), "昭和33年4月5日", "S33.4.5"),
            (date(1989, 1, 7), "昭和64年1月7日", "S64.1.7"),
            (date(1989, 1, 8), "平成元年1月8日", "H1.1.8"),
            (date(2019, 4, 30), "平成31年4月30日", "H31.4.30"),
            (date(2019, 5, 1), "令和元年5月1日", "R1.5.1"),
            (date(1912, 7, 29), "明治45年7月29日", "M45.7.29"),
            (date(1912, 7, 30), "大正元年7月30日", "T1.7.30"),
            (date(1926, 12, 24), "大正15年12月24日", "T15.12.24"),
            (date(1926, 12, 25), "昭和元年12月25日", "S1.12.25"),
        ] {
            let wareki = Wareki::of(day).unwrap();
            assert_eq!((wareki.to_string().as_str(), wareki.short().as_str()), (long, short));
        }
        assert_eq!(Wareki::of(date(1868, 1, 24)), None);
    }

    #[test]
    fn age_is_counted_by_birthdays() {
        let birth = date(1958, 4, 5);
        assert_eq!(age(birth, date(2026, 4, 4)), Some(67));
        assert_eq!(age(birth, date(2026, 4, 5)), Some(68));
        assert_eq!(age(birth, birth), Some(0));
        assert_eq!(age(birth, date(1958, 4, 4)), None);
        let leap = date(2004, 2, 29);
        assert_eq!(age(leap, date(2025, 2, 28)), Some(20));
        assert_eq!(age(leap, date(2025, 3, 1)), Some(21));
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (1873i16..=2200, 1i8..=12, 1i8..=31).prop_filter_map("no such day", |(y, m, d)| Date::new(y, m, d).ok())
    }

    proptest! {
        #[test]
        fn every_way_of_writing_a_day_reads_back(day in any_day()) {
            let wareki = Wareki::of(day).unwrap();
            let (era, y, m, d) = (wareki.era, wareki.year, wareki.month, wareki.day);
            let mut written = vec![
                wareki.to_string(),
                wareki.short(),
                day.to_string(),
                day.strftime("%Y%m%d").to_string(),
                day.strftime("%Y年%m月%d日").to_string(),
                format!("{}/{m}/{d}", format_args!("{}{y}", era.name().chars().next().unwrap())),
                format!("{}{y:02}年{m:02}月{d:02}日", era.name()),
            ];
            if y < 100 {
                written.push(format!("{}{y:02}{m:02}{d:02}", era as u8 + 1));
            }
            for text in written {
                prop_assert_eq!(parse(&text), Ok(day), "{}", text);
            }
        }

        #[test]
        fn age_never_falls_and_grows_by_one_a_year(birth in any_day(), on in any_day()) {
            let today = age(birth, on);
            let tomorrow = age(birth, on.tomorrow().unwrap());
            prop_assert!(tomorrow >= today);
            prop_assert!(tomorrow.unwrap_or(0) - today.unwrap_or(0) <= 1);
        }
    }
}
