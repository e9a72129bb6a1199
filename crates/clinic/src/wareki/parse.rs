//! The parser: what people type, in one field.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::{Era, Wareki};

/// A date of which the month or the day may be unknown, as FHIR's `date` allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Partial {
    /// Common-era year.
    pub year: i16,
    /// None: the whole year.
    pub month: Option<i8>,
    /// None: the whole month.
    pub day: Option<i8>,
}

impl Partial {
    /// `1958-04-05`, `1958-04` or `1958`, as FHIR writes it.
    #[must_use]
    pub fn iso(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            (None, _) => format!("{:04}", self.year),
        }
    }
}

/// Why a text is not a day, in words for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADate {
    /// No spelling known here.
    #[error("日付として読めません (例: S33.4.5、昭和33年4月5日、1958-04-05)")]
    Unreadable,
    /// 2月30日.
    #[error("{0}年{1}月{2}日は暦にありません")]
    NoSuchDay(i16, i8, i8),
    /// The era had not begun or was over; `right` names the day in its own era where there is one.
    #[error("{era}{year}年は元号の期間の外です{}", .right.as_ref().map(|r| format!(" ({r}のことですか)")).unwrap_or_default())]
    OutsideEra {
        /// The era as typed.
        era: &'static str,
        /// The year as typed.
        year: i16,
        /// What the day is called.
        right: Option<String>,
    },
}

/// A whole day from `S33.4.5`, `昭33/4/5`, `昭和33年4月5日`, `平成元年1月8日`, `R6.1.2`, `19580405`, `1958-04-05`,
/// `3330405` (元号区分 and six digits, as in the receipt); full width and surrounding spaces allowed.
///
/// # Errors
/// [`NotADate`].
pub fn parse(text: &str) -> Result<Date, NotADate> {
    let partial = parse_partial(text)?;
    let (Some(month), Some(day)) = (partial.month, partial.day) else { return Err(NotADate::Unreadable) };
    Date::new(partial.year, month, day).map_err(|_| NotADate::NoSuchDay(partial.year, month, day))
}

/// Like [`parse`], and also a year or a month: `S33`, `昭和33年4月`, `1958`, `1958-04`, `195804`.
///
/// # Errors
/// [`NotADate`].
pub fn parse_partial(text: &str) -> Result<Partial, NotADate> {
    // No spelling is longer than 昭和６４年１２月３１日; a long text is refused before any work.
    if text.len() > 64 {
        return Err(NotADate::Unreadable);
    }
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let (era, rest) = match era_prefix(&text) {
        Some((era, rest)) => (Some(era), rest),
        None => (None, text.as_str()),
    };
    let (era, numbers) = match era {
        Some(era) => (Some(era), separated(rest)?),
        None if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => packed(&text)?,
        None => (None, separated(rest)?),
    };
    build(era, &numbers)
}

fn era_prefix(text: &str) -> Option<(Era, &str)> {
    Era::ALL.into_iter().find_map(|era| {
        let short: String = era.name().chars().take(1).collect();
        let letter = era.letter();
        let rest = text
            .strip_prefix(era.name())
            .or_else(|| text.strip_prefix(&short))
            .or_else(|| text.strip_prefix(letter))
            .or_else(|| text.strip_prefix(letter.to_ascii_lowercase()))?;
        Some((era, rest.strip_prefix('.').unwrap_or(rest)))
    })
}

/// Digits alone: 8 are YYYYMMDD, 7 the receipt's era number and YYMMDD, 6 YYYYMM, 4 a year.
fn packed(digits: &str) -> Result<(Option<Era>, Vec<i16>), NotADate> {
    let number = |from: usize, to: usize| digits[from..to].parse::<i16>().map_err(|_| NotADate::Unreadable);
    match digits.len() {
        8 => Ok((None, vec![number(0, 4)?, number(4, 6)?, number(6, 8)?])),
        7 => {
            let era = usize::try_from(number(0, 1)?).ok().and_then(|n| Era::ALL.get(n.checked_sub(1)?).copied());
            Ok((Some(era.ok_or(NotADate::Unreadable)?), vec![number(1, 3)?, number(3, 5)?, number(5, 7)?]))
        }
        6 => Ok((None, vec![number(0, 4)?, number(4, 6)?])),
        4 => Ok((None, vec![number(0, 4)?])),
        _ => Err(NotADate::Unreadable),
    }
}

/// `33.4.5`, `33/4/5`, `33-4-5`, `33年4月5日`, `元年1月8日`, and after an era also `330405`.
fn separated(text: &str) -> Result<Vec<i16>, NotADate> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() == 6 {
        return (0..3).map(|i| text[i * 2..i * 2 + 2].parse().map_err(|_| NotADate::Unreadable)).collect();
    }
    let trimmed = text.strip_suffix(['年', '月', '日']).unwrap_or(text);
    let numbers: Vec<i16> = trimmed
        .split(['.', '/', '-', '年', '月'])
        .map(|part| match part {
            "元" => Ok(1),
            _ if part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()) => {
                part.parse().map_err(|_| NotADate::Unreadable)
            }
            _ => Err(NotADate::Unreadable),
        })
        .collect::<Result<_, _>>()?;
    if numbers.len() > 3 { Err(NotADate::Unreadable) } else { Ok(numbers) }
}

fn build(era: Option<Era>, numbers: &[i16]) -> Result<Partial, NotADate> {
    let small = |i: usize| numbers.get(i).map(|&n| i8::try_from(n).map_err(|_| NotADate::Unreadable)).transpose();
    let (typed_year, month, day) = (*numbers.first().ok_or(NotADate::Unreadable)?, small(1)?, small(2)?);
    let year = match era {
        Some(era) if typed_year >= 1 => era.first_day().year() + typed_year - 1,
        Some(_) => return Err(NotADate::Unreadable),
        None if typed_year >= 1000 => typed_year,
        None => return Err(NotADate::Unreadable),
    };
    let no_such_day = || NotADate::NoSuchDay(year, month.unwrap_or(1), day.unwrap_or(1));
    let first = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).map_err(|_| no_such_day())?;
    let last = match (month, day) {
        (None, _) => first.last_of_year(),
        (Some(_), None) => first.last_of_month(),
        _ => first,
    };
    if let Some(era) = era
        && (last < era.first_day() || first > era.last_day())
    {
        let right = day.and_then(|_| Wareki::of(first)).map(|right| right.to_string());
        return Err(NotADate::OutsideEra { era: era.name(), year: typed_year, right });
    }
    Ok(Partial { year, month, day })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_spellings_of_a_clinic() {
        for (text, day) in [
            ("S33.4.5", date(1958, 4, 5)),
            ("s33.4.5", date(1958, 4, 5)),
            ("昭33/4/5", date(1958, 4, 5)),
            ("昭和33年4月5日", date(1958, 4, 5)),
            ("昭和３３年０４月０５日", date(1958, 4, 5)),
            ("S330405", date(1958, 4, 5)),
            ("3330405", date(1958, 4, 5)),
            ("19580405", date(1958, 4, 5)),
            ("1958-04-05", date(1958, 4, 5)),
            ("1958/4/5", date(1958, 4, 5)),
            (" 1958年4月5日 ", date(1958, 4, 5)),
            ("R6.1.2", date(2024, 1, 2)),
            ("Ｒ６．１．２", date(2024, 1, 2)),
            ("平成元年1月8日", date(1989, 1, 8)),
            ("令和元年5月1日", date(2019, 5, 1)),
            ("S64.1.7", date(1989, 1, 7)),
            ("T15.12.25", date(1926, 12, 25)),
            ("S1.12.25", date(1926, 12, 25)),
            ("M45.7.30", date(1912, 7, 30)),
            ("H12.2.29", date(2000, 2, 29)),
        ] {
            assert_eq!(parse(text), Ok(day), "{text}");
        }
    }

    #[test]
    fn parts_of_a_date() {
        for (text, iso) in [
            ("S33", "1958"),
            ("昭和33年", "1958"),
            ("昭和33年4月", "1958-04"),
            ("1958", "1958"),
            ("1958-04", "1958-04"),
            ("195804", "1958-04"),
            ("H31", "2019"),
            ("R1", "2019"),
        ] {
            assert_eq!(parse_partial(text).map(Partial::iso), Ok(iso.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for text in [
            "",
            "S",
            "昭和",
            "S0.1.1",
            "1958-13-01",
            "2月3日",
            "33.4.5",
            "1958-04-05T00:00",
            "S33.4.5.6",
            "日",
            "99999999",
            "6010101",
            "S33..5",
            "-1",
            "١٩٥٨",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("H13.2.29"), Err(NotADate::NoSuchDay(2001, 2, 29)));
    }

    #[test]
    fn a_day_outside_its_era_is_named_rightly() {
        for (text, right) in [
            ("S64.1.8", "平成元年1月8日"),
            ("H31.5.1", "令和元年5月1日"),
            ("R1.4.30", "平成31年4月30日"),
            ("H1.1.7", "昭和64年1月7日"),
            ("T16.1.1", "昭和2年1月1日"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(matches!(&error, NotADate::OutsideEra { right: Some(r), .. } if r == right), "{text} {error:?}");
            assert!(error.to_string().contains(right));
        }
        assert!(parse("S65").is_err());
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text: String) {
            let _ = parse(&text);
        }

        #[test]
        fn near_dates_get_an_answer(text in "[MTSHRmtshr明治大正昭和平成令元年月日0-9./-]{0,12}") {
            let _ = parse_partial(&text);
        }
    }
}
