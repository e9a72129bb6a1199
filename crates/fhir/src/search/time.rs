//! Dates and times as half-open ranges of milliseconds since 1970 UTC.
//!
//! A FHIR date says how much of it is known: `1958` is the whole year. Without a zone it is Japan's day:
//! the record belongs to a Japanese clinic, and a birthday does not move with the server.

use jiff::civil::Date;

use crate::json::Json;

/// A date without a zone begins this much before the same moment in UTC. Japan has had no daylight saving
/// since 1951, and clinics compare days, not the clocks of that time.
const JAPAN_MS: i64 = 9 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// [low, high).
pub(crate) type Span = (i64, i64);

/// The span of a FHIR date, dateTime or instant; None if it is not one.
pub(crate) fn span(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let year = digits(bytes, 0, 4)?;
    if bytes.len() == 4 {
        return Some((day(year, 1, 1)? - JAPAN_MS, year_end(year)? - JAPAN_MS));
    }
    let month = separated(bytes, 4, b'-')?;
    if bytes.len() == 7 {
        let next = if month == 12 { year_end(year)? } else { day(year, month + 1, 1)? };
        return Some((day(year, month, 1)? - JAPAN_MS, next - JAPAN_MS));
    }
    let start = day(year, month, separated(bytes, 7, b'-')?)?;
    if bytes.len() == 10 {
        return Some((start - JAPAN_MS, start - JAPAN_MS + DAY_MS));
    }
    if bytes[10] != b'T' {
        return None;
    }
    let (hour, minute) = (digits(bytes, 11, 2)?, separated(bytes, 13, b':')?);
    let mut at = 16;
    let (mut ms, mut precision) = (0, 60_000);
    if bytes.get(at) == Some(&b':') {
        ms = separated(bytes, at, b':').filter(|&s| s <= 60)? * 1000;
        (at, precision) = (at + 3, 1000);
        if bytes.get(at) == Some(&b'.') {
            let fraction: &[u8] = &bytes[at + 1..];
            let count = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            let mut scale = 1000;
            for digit in fraction.iter().take(count.min(3)) {
                scale /= 10;
                ms += i64::from(digit - b'0') * scale;
            }
            if count == 0 {
                return None;
            }
            (at, precision) = (at + 1 + count, scale);
        }
    }
    if hour > 24 || minute > 59 {
        return None;
    }
    let offset = match bytes.get(at) {
        None => JAPAN_MS,
        Some(b'Z') if bytes.len() == at + 1 => 0,
        Some(sign @ (b'+' | b'-')) if bytes.len() == at + 6 => {
            let minutes = digits(bytes, at + 1, 2)? * 60 + separated(bytes, at + 3, b':')?;
            if *sign == b'-' { -minutes * 60_000 } else { minutes * 60_000 }
        }
        Some(_) => return None,
    };
    let low = start + hour * 3_600_000 + minute * 60_000 + ms - offset;
    Some((low, low + precision))
}

/// The span of a Period; an end that is not there is open.
pub(crate) fn period(value: &Json) -> Option<Span> {
    let end = |name: &str| value.get(name).and_then(Json::as_str).map(span);
    match (end("start"), end("end")) {
        (None, None) | (Some(None), _) | (_, Some(None)) => None,
        // Written the wrong way round it is still found by what lies between.
        (Some(Some(start)), Some(Some(end))) => Some((start.0.min(end.0), start.1.max(end.1))),
        (start, end) => Some((start.flatten().map_or(i64::MIN, |s| s.0), end.flatten().map_or(i64::MAX, |s| s.1))),
    }
}

/// The outer limits of a Timing: its events and the bounds of its repetition (search.html#date).
pub(crate) fn timing(value: &Json) -> Option<Span> {
    let events = value.get("event").map_or(&[][..], Json::items).iter().filter_map(|event| span(event.as_str()?));
    let bounds = value.get("repeat").and_then(|repeat| repeat.get("boundsPeriod")).and_then(period);
    events.chain(bounds).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Option<i64> {
    let mut value = 0;
    for &byte in bytes.get(at..at + count)? {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(value)
}

fn separated(bytes: &[u8], at: usize, separator: u8) -> Option<i64> {
    if bytes.get(at) != Some(&separator) {
        return None;
    }
    digits(bytes, at + 1, 2)
}

/// The first millisecond of a day, UTC.
fn day(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let shifted = if month > 2 { year } else { year - 1 };
    // Days since 1970 of the proleptic Gregorian calendar, years begun in March (H. Hinnant).
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(date.day()) - 1;
    Some((era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468) * DAY_MS)
}

fn year_end(year: i64) -> Option<i64> {
    Some(day(year, 12, 31)? + DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_date_spans_what_is_not_known() {
        const JST: i64 = JAPAN_MS;
        for (text, expected) in [
            ("1970-01-01", (-JST, DAY_MS - JST)),
            ("1970-01-01T00:00:00Z", (0, 1000)),
            ("1970-01-01T09:00:00+09:00", (0, 1000)),
            ("1970-01-01T09:00", (0, 60_000)),
            ("1970-01-01T00:00:00.5Z", (500, 600)),
            ("1970-01-01T00:00:00.123456Z", (123, 124)),
            ("1970-01", (-JST, 31 * DAY_MS - JST)),
            ("1970", (-JST, 365 * DAY_MS - JST)),
            ("1969-12-31T19:00:00-05:00", (0, 1000)),
            ("2000-02-29", (951_782_400_000 - JST, 951_868_800_000 - JST)),
        ] {
            assert_eq!(span(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "19",
            "1970-",
            "1970-13",
            "1970-02-30",
            "1970-01-01T",
            "1970-01-01T25:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00+9",
            "1970-01-01 00:00",
            "１９７０",
            "1970-01-01T00:00Zx",
        ] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    #[test]
    fn periods_and_timings_have_outer_limits() {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        assert_eq!(period(&json(r#"{"start":"1970-01-01T00:00:00Z"}"#)), Some((0, i64::MAX)));
        assert_eq!(period(&json(r#"{"end":"1970-01-01T00:00:00Z"}"#)), Some((i64::MIN, 1000)));
        assert_eq!(
            period(&json(r#"{"start":"1970-01-01T00:00:05Z","end":"1970-01-01T00:00:01Z"}"#)),
            Some((1000, 6000))
        );
        assert_eq!(period(&json("{}")), None);
        assert_eq!(timing(&json(r#"{"event":["1970-01-01T00:00:05Z","1970-01-01T00:00:01Z"]}"#)), Some((1000, 6000)));
        assert_eq!(timing(&json(r#"{"repeat":{"frequency":1}}"#)), None);
    }

    proptest! {
        #[test]
        fn days_agree_with_the_calendar(days in -300_000i32..300_000) {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            prop_assert_eq!(day(date.year().into(), date.month().into(), date.day().into()), Some(i64::from(days) * DAY_MS));
        }

        #[test]
        fn any_text_gets_an_answer(text: String, near in "[0-9T:.Z+-]{0,30}") {
            let _ = (span(&text), span(&near));
        }
    }
}
