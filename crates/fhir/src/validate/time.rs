//! Dates and times: that they are written as R4 says and that they exist. What span of time they mean is
//! [`crate::search`]'s, which also reads the looser forms that a search may have.

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD` of a day that exists.
pub(super) fn is_date(text: &str) -> bool {
    is_date_of(text.as_bytes(), &[4, 7, 10])
}

/// A date, or a day with a time and a zone.
pub(super) fn is_date_time(text: &str) -> bool {
    is_date(text) || is_instant(text)
}

/// `YYYY-MM-DDThh:mm:ss`, with or without a fraction, and `Z` or an offset.
pub(super) fn is_instant(text: &str) -> bool {
    let text = text.as_bytes();
    let (Some(day), Some(b'T')) = (text.get(..10), text.get(10)) else { return false };
    is_date_of(day, &[10]) && after_time(&text[11..]).is_some_and(is_zone)
}

/// `hh:mm:ss`, with or without a fraction.
pub(super) fn is_time(text: &str) -> bool {
    after_time(text.as_bytes()).is_some_and(<[u8]>::is_empty)
}

/// Whether the year of a good date is 1850 to 2199: another one is a slip of the hand, such as 0058 for 昭和58.
pub(super) fn is_of_our_age(date: &str) -> bool {
    number(date.as_bytes(), 0, 4).is_some_and(|year| (1850..2200).contains(&year))
}

fn is_date_of(text: &[u8], lengths: &[usize]) -> bool {
    let number = |from, len| number(text, from, len);
    let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2));
    let dash = |at: usize| text[at] == b'-';
    lengths.contains(&text.len())
        && match (text.len(), year, month, day) {
            (4, Some(1..), ..) => true,
            (7, Some(1..), Some(1..=12), _) => dash(4),
            (10, Some(year @ 1..), Some(month @ 1..=12), Some(day @ 1..)) => {
                dash(4) && dash(7) && day <= days_in(year, month)
            }
            _ => false,
        }
}

/// What follows a time. A leap second (60) is taken, as R4's own expression does.
fn after_time(text: &[u8]) -> Option<&[u8]> {
    let number = |from| number(text, from, 2);
    let (Some(0..=23), Some(0..=59), Some(0..=60)) = (number(0), number(3), number(6)) else { return None };
    if text[2] != b':' || text[5] != b':' {
        return None;
    }
    match &text[8..] {
        [b'.', fraction @ ..] => {
            let len = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (len > 0).then_some(&fraction[len..])
        }
        rest => Some(rest),
    }
}

/// `Z`, or an offset of at most 14 hours.
fn is_zone(text: &[u8]) -> bool {
    match text {
        b"Z" => true,
        [b'+' | b'-', offset @ ..] if offset.len() == 5 && offset[2] == b':' => {
            matches!((number(offset, 0, 2), number(offset, 3, 2)), (Some(0..=13), Some(0..=59)) | (Some(14), Some(0)))
        }
        _ => false,
    }
}

fn number(text: &[u8], from: usize, len: usize) -> Option<u32> {
    let digits = text.get(from..from + len)?;
    digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
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
    fn years_are_of_our_age() {
        assert!(is_of_our_age("1850") && is_of_our_age("2199-12-31T00:00:00Z"));
        assert!(!is_of_our_age("0058-04-05") && !is_of_our_age("2200"));
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

    proptest::proptest! {
        #[test]
        fn days_exist_where_the_calendar_library_has_them(year in 1_i16..=9999, month in 1_i8..=12, day in 1_i8..=31) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            proptest::prop_assert_eq!(is_date(&text), jiff::civil::Date::new(year, month, day).is_ok(), "{}", text);
        }
    }
}
