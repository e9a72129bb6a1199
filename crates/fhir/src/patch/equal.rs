//! Equality as RFC 6902 §4.6 has it: members in any order, numbers by value.

use crate::json::Json;

/// Whether two values mean the same.
#[must_use]
pub fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || Decimal::of(a) == Decimal::of(b),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| equal(value, other)))
        }
        _ => a == b,
    }
}

/// A number in one form only: no zero at either end of the digits, the value is 0.digits × 10^exponent.
#[derive(PartialEq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(text: &str) -> Self {
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        // An exponent beyond any number that is meant stays distinct from the others.
        let power = power.parse::<i64>().unwrap_or(i64::MAX / 2);
        let leading = all.len() - digits.len();
        let exponent = power.saturating_add(whole.len() as i64).saturating_sub(leading as i64);
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            return Self { is_negative: false, digits: String::new(), exponent: 0 };
        }
        Self { is_negative, digits: digits.to_owned(), exponent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_value() {
        let same = |a: &str, b: &str| equal(&Json::Number(a.into()), &Json::Number(b.into()));
        for (a, b) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("0.001", "1E-3"),
            ("-0", "0.00"),
            ("10.50", "105e-1"),
            ("0e9", "0"),
            ("12e+1", "120"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in [("1", "10"), ("1", "-1"), ("0.1", "0.01"), ("1", "1.0000000000000000000001"), ("1e400", "1e401")]
        {
            assert!(!same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn members_in_any_order() {
        let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
        assert!(equal(&parse(r#"{"a":1,"b":[{"c":2,"d":3}]}"#), &parse(r#"{"b":[{"d":3,"c":2}],"a":1}"#)));
        assert!(!equal(&parse(r#"{"a":1}"#), &parse(r#"{"a":1,"b":2}"#)));
        assert!(!equal(&parse("[1,2]"), &parse("[2,1]")));
        assert!(!equal(&parse("[1]"), &parse(r#"["1"]"#)));
    }
}
