//! Dates and times: that they are written as R4 says and that they exist.

/// Milliseconds a day.
const DAY_MS: i64 = 86_400_000;

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD` of a day that exists.
pub(super) fn is_date(text: &str) -> bool {
    date(text.as_bytes()).is_some()
}

/// A date, or a day with a time and a zone.
pub(super) fn is_date_time(text: &str) -> bool {
    is_date(text) || is_instant(text)
}

/// A day with a time and a zone.
pub(super) fn is_instant(text: &str) -> bool {
    instant(text).is_some()
}

/// `hh:mm:ss`, with or without a fraction.
pub(super) fn is_time(text: &str) -> bool {
    time(text.as_bytes()).is_some_and(|(_, rest)| rest.is_empty())
}

/// The milliseconds since 1970 UTC that the text may mean: first and one past the last. A date has no zone, so it
/// may be any from UTC-12 to UTC+14.
pub(super) fn bounds(text: &str) -> Option<(i64, i64)> {
    if let Some(at) = instant(text) {
        return Some((at, at + 1));
    }
    let (year, month, day) = date(text.as_bytes())?;
    let first = days(year, month.unwrap_or(1), day.unwrap_or(1));
    let next = match (month, day) {
        (_, Some(_)) => first + 1,
        (None | Some(12), _) => days(year + 1, 1, 1),
        (Some(month), None) => days(year, month + 1, 1),
    };
    Some((first * DAY_MS - 14 * 3_600_000, next * DAY_MS + 12 * 3_600_000))
}

/// Year, month and day, as far as written.
type Date = (i64, Option<i64>, Option<i64>);

fn date(text: &[u8]) -> Option<Date> {
    let year = digits(text, 0, 4).filter(|year| *year > 0)?;
    if text.len() == 4 {
        return Some((year, None, None));
    }
    let month = digits(text, 5, 2).filter(|month| (1..=12).contains(month) && text[4] == b'-')?;
    if text.len() == 7 {
        return Some((year, Some(month), None));
    }
    let day = digits(text, 8, 2).filter(|day| text[7] == b'-' && (1..=days_in(year, month)).contains(day))?;
    (text.len() == 10).then_some((year, Some(month), Some(day)))
}

/// Milliseconds since 1970 UTC.
fn instant(text: &str) -> Option<i64> {
    let text = text.as_bytes();
    let (Some(day_text), Some(b'T')) = (text.get(..10), text.get(10)) else { return None };
    let (year, Some(month), Some(day)) = date(day_text)? else { return None };
    let (of_day, zone) = time(&text[11..])?;
    let offset_minutes = match zone {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), rest @ ..] if rest.len() == 5 && rest[2] == b':' => {
            let (hours, minutes) = (digits(rest, 0, 2)?, digits(rest, 3, 2)?);
            if minutes > 59 || hours * 60 + minutes > 14 * 60 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    Some(days(year, month, day) * DAY_MS + of_day - offset_minutes * 60_000)
}

/// Milliseconds of the day, and what follows. A leap second (60) is taken as R4's own expression does.
fn time(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, minute, second) = (digits(text, 0, 2)?, digits(text, 3, 2)?, digits(text, 6, 2)?);
    if hour > 23 || minute > 59 || second > 60 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    let mut rest = &text[8..];
    let mut ms = 0;
    if let [b'.', fraction @ ..] = rest {
        let len = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if len == 0 {
            return None;
        }
        ms = [100, 10, 1].iter().zip(&fraction[..len]).map(|(unit, byte)| unit * i64::from(byte - b'0')).sum();
        rest = &fraction[len..];
    }
    Some((((hour * 60 + minute) * 60 + second) * 1000 + ms, rest))
}

fn digits(text: &[u8], from: usize, len: usize) -> Option<i64> {
    let digits = text.get(from..from + len)?;
    digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`, for years from 1).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_exist() {
        for good in ["2024", "0001", "9999-12", "2024-02-29", "2000-02-29", "1989-01-07"] {
            assert!(is_date(good) && is_date_time(good) && !is_instant(good), "{good}");
        }
        for bad in [
            "",
            "0000",
            "24",
            "20240101",
            "2024-13",
            "2024-00",
            "2024-1",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-01-00",
            "2024/01/01",
            "2024-01-01 ",
            "2024-01-01T",
            "二〇二四",
            "-2024",
        ] {
            assert!(!is_date(bad) && !is_date_time(bad), "{bad}");
        }
    }

    #[test]
    fn times_have_seconds_and_a_zone() {
        for good in [
            "2024-02-29T23:59:59Z",
            "2024-02-29T00:00:60+14:00",
            "2015-02-07T13:28:17.239-05:00",
            "2024-01-01T00:00:00.123456789Z",
        ] {
            assert!(is_instant(good) && is_date_time(good) && !is_date(good), "{good}");
        }
        for bad in [
            "2024-02-29T23:59Z",
            "2024-02-29T23:59:59",
            "2024-02-29T24:00:00Z",
            "2024-02-30T00:00:00Z",
            "2024-02-29T23:60:00Z",
            "2024-02-29T23:59:59+9:00",
            "2024-02-29T23:59:59+0900",
            "2024-02-29T23:59:59+14:01",
            "2024-02-29T23:59:59+09:60",
            "2024-02-29T23:59:59.Z",
            "2024-02-29t23:59:59Z",
            "2024-02-29T23:59:59z",
            "2024-02-29T23:59:59Z ",
            "2024-02T00:00:00Z",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
        assert!(is_time("23:59:60.5") && is_time("00:00:00"));
        assert!(!is_time("23:59") && !is_time("24:00:00") && !is_time("23:59:59Z") && !is_time("23-59-59"));
    }

    #[test]
    fn bounds_cover_what_may_be_meant() {
        assert_eq!(bounds("1970-01-01T00:00:00.5Z"), Some((500, 501)));
        assert_eq!(bounds("1970-01-01T09:00:00+09:00"), Some((0, 1)));
        assert_eq!(bounds("1970-01-01"), Some((-14 * 3_600_000, DAY_MS + 12 * 3_600_000)));
        let hours = |text: &str| bounds(text).map(|(low, high)| (high - low) / 3_600_000);
        assert_eq!(
            (hours("2024-02"), hours("2023-12"), hours("2024")),
            (Some(29 * 24 + 26), Some(31 * 24 + 26), Some(366 * 24 + 26))
        );
        assert_eq!(bounds("2024-02-30"), None);
    }

    #[test]
    fn days_agree_with_the_calendar_library() {
        let mut day = jiff::civil::date(1, 1, 1);
        let epoch = jiff::civil::date(1970, 1, 1);
        while day.year() < 9990 {
            let ours = days(day.year().into(), day.month().into(), day.day().into());
            assert_eq!(ours, i64::from(epoch.until(day).unwrap().get_days()), "{day}");
            day = day.saturating_add(jiff::Span::new().days(37));
        }
    }
}
