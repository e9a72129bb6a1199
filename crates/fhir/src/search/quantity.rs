//! Numbers and units. The units a clinic measures in are compared across their prefixes: 80 kg is 80000 g.

use super::value::{Decimal, Value};
use crate::json::Json;

/// UCUM's system.
pub const UCUM: &str = "http://unitsofmeasure.org";

/// Unit as written, the unit its kind is compared in, and numerator and denominator of the factor. Multiplying
/// and dividing by whole numbers keeps 70 g exactly 0.07 kg. Units that are not here are compared as written.
const UNITS: &[(&str, &str, f64, f64)] = &[
    ("%", "%", 1.0, 1.0),
    ("/min", "/min", 1.0, 1.0),
    ("/s", "/min", 60.0, 1.0),
    ("{beats}/min", "/min", 1.0, 1.0),
    ("{breaths}/min", "/min", 1.0, 1.0),
    ("Cel", "Cel", 1.0, 1.0),
    ("kg", "kg", 1.0, 1.0),
    ("g", "kg", 1.0, 1e3),
    ("mg", "kg", 1.0, 1e6),
    ("ug", "kg", 1.0, 1e9),
    ("[lb_av]", "kg", 45_359_237.0, 1e8),
    ("cm", "cm", 1.0, 1.0),
    ("m", "cm", 100.0, 1.0),
    ("mm", "cm", 1.0, 10.0),
    ("[in_i]", "cm", 254.0, 100.0),
    ("kg/m2", "kg/m2", 1.0, 1.0),
    ("mm[Hg]", "mm[Hg]", 1.0, 1.0),
    ("kPa", "mm[Hg]", 1e6, 133_322.0),
    ("mL", "mL", 1.0, 1.0),
    ("L", "mL", 1e3, 1.0),
    ("dL", "mL", 100.0, 1.0),
    ("mg/dL", "mg/dL", 1.0, 1.0),
    ("g/dL", "mg/dL", 1e3, 1.0),
    ("g/L", "mg/dL", 100.0, 1.0),
    ("mg/L", "mg/dL", 1.0, 10.0),
    ("ug/dL", "mg/dL", 1.0, 1e3),
    ("ug/mL", "mg/dL", 1.0, 10.0),
    ("ug/L", "mg/dL", 1.0, 1e4),
    ("ng/mL", "mg/dL", 1.0, 1e4),
    ("ng/dL", "mg/dL", 1.0, 1e6),
    ("pg/mL", "mg/dL", 1.0, 1e7),
    ("mmol/L", "mmol/L", 1.0, 1.0),
    ("mol/L", "mmol/L", 1e3, 1.0),
    ("umol/L", "mmol/L", 1.0, 1e3),
    ("nmol/L", "mmol/L", 1.0, 1e6),
    ("meq/L", "meq/L", 1.0, 1.0),
    ("U/L", "U/L", 1.0, 1.0),
    ("IU/L", "U/L", 1.0, 1.0),
    ("[IU]/L", "U/L", 1.0, 1.0),
    ("m[IU]/L", "U/L", 1.0, 1e3),
    ("u[IU]/mL", "U/L", 1.0, 1e3),
    ("10*3/uL", "10*3/uL", 1.0, 1.0),
    ("10*6/uL", "10*3/uL", 1e3, 1.0),
    ("10*4/uL", "10*3/uL", 10.0, 1.0),
    ("10*2/uL", "10*3/uL", 1.0, 10.0),
    ("/uL", "10*3/uL", 1.0, 1e3),
    ("10*9/L", "10*3/uL", 1.0, 1.0),
    ("10*12/L", "10*3/uL", 1e3, 1.0),
    ("fL", "fL", 1.0, 1.0),
    ("pg", "pg", 1.0, 1.0),
    ("a", "a", 1.0, 1.0),
    ("mo", "a", 1.0, 12.0),
    ("min", "min", 1.0, 1.0),
    ("s", "min", 1.0, 60.0),
    ("h", "min", 60.0, 1.0),
    ("d", "min", 1440.0, 1.0),
    ("wk", "min", 10_080.0, 1.0),
    ("mL/min", "mL/min", 1.0, 1.0),
    ("mL/min/{1.73_m2}", "mL/min/{1.73_m2}", 1.0, 1.0),
];

/// How a unit is named in the index: its code for UCUM or no system, else `system|code`.
#[must_use]
pub fn unit_key(system: &str, code: &str) -> String {
    let code = super::value::clip(code);
    if system.is_empty() || system == UCUM { code.to_owned() } else { format!("{}|{code}", super::value::clip(system)) }
}

/// The unit in which this kind of measurement is compared, and the number in it.
#[must_use]
pub fn canonical(unit: &str, number: f64) -> Option<(&'static str, f64)> {
    let &(_, to, numerator, denominator) = UNITS.iter().find(|(from, ..)| *from == unit)?;
    if numerator == denominator {
        return Some((to, number));
    }
    Some((to, rounded(number * numerator / denominator)))
}

/// Twelve digits: far beyond any instrument, and without what binary fractions add (0.1 × 3 ≠ 0.3).
pub(crate) fn rounded(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// A number as JSON or a search writes it. Infinities and what no double holds are refused.
pub(crate) fn number(digits: &str) -> Option<f64> {
    let well_formed = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !well_formed || digits.len() > 64 {
        return None;
    }
    digits.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| if n == 0.0 { 0.0 } else { n })
}

/// Half a unit of the last digit written: 5.40 means 5.395 to 5.405 (search.html#number).
pub(crate) fn half_step(digits: &str) -> f64 {
    let (mantissa, exponent) =
        digits.split_once(['e', 'E']).map_or((digits, 0), |(m, e)| (m, e.parse::<i32>().unwrap_or(0)));
    let decimals = mantissa.split_once('.').map_or(0, |(_, fraction)| i32::try_from(fraction.len()).unwrap_or(0));
    0.5 * 10f64.powi(exponent.clamp(-300, 300) - decimals)
}

/// A Quantity, Age, Duration or Money: once as written, and once converted where the unit is not the one its
/// kind is compared in.
pub(super) fn values(quantity: &Json, unit: &str, found: &mut dyn FnMut(Value)) {
    let Some(number) = quantity.get("value").and_then(Json::as_number).and_then(number) else { return };
    let (low, high) = match quantity.get("comparator").and_then(Json::as_str) {
        Some("<" | "<=") => (f64::NEG_INFINITY, number),
        Some(">" | ">=") => (number, f64::INFINITY),
        _ => (number, number),
    };
    emit(unit, low, high, found);
}

/// A Range of quantities.
pub(super) fn range(range: &Json, found: &mut dyn FnMut(Value)) {
    let end =
        |name: &str| range.get(name).and_then(|end| Some((number(end.get("value")?.as_number()?)?, unit_of(end))));
    let (low, high) = (end("low"), end("high"));
    let Some(unit) = low.as_ref().or(high.as_ref()).map(|(_, unit)| unit.clone()) else { return };
    emit(&unit, low.map_or(f64::NEG_INFINITY, |(n, _)| n), high.map_or(f64::INFINITY, |(n, _)| n), found);
}

pub(super) fn unit_of(quantity: &Json) -> String {
    let text = |name: &str| quantity.get(name).and_then(Json::as_str).unwrap_or_default();
    match (text("system"), text("code")) {
        (_, "") => unit_key("", text("unit")),
        (system, code) => unit_key(system, code),
    }
}

fn emit(unit: &str, low: f64, high: f64, found: &mut dyn FnMut(Value)) {
    found(Value::Quantity { unit: unit.to_owned(), converted: false, low: Decimal(low), high: Decimal(high) });
    if let (Some((to, low)), Some((_, high))) = (canonical(unit, low), canonical(unit, high))
        && to != unit
    {
        found(Value::Quantity { unit: to.to_owned(), converted: true, low: Decimal(low), high: Decimal(high) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_measurement_in_two_units_is_one_number() {
        for (a, unit_a, b, unit_b) in [
            (80.0, "kg", 80_000.0, "g"),
            (0.07, "kg", 70.0, "g"),
            (1.7, "m", 170.0, "cm"),
            (13.5, "g/dL", 135.0, "g/L"),
            (5.0, "10*3/uL", 5000.0, "/uL"),
            (4.5, "10*6/uL", 450.0, "10*4/uL"),
            (30.0, "U/L", 30.0, "IU/L"),
            (60.0, "/min", 1.0, "/s"),
            (2.0, "h", 120.0, "min"),
        ] {
            assert_eq!(canonical(unit_a, a), canonical(unit_b, b), "{a} {unit_a}");
        }
        assert_eq!(canonical("錠", 1.0), None);
    }

    #[test]
    fn units_compare_in_units_that_compare_as_themselves() {
        for &(from, to, ..) in UNITS {
            assert_eq!(canonical(to, 3.0), Some((to, 3.0)), "{from}");
            assert!(canonical(from, f64::INFINITY).is_some_and(|(_, n)| n.is_infinite()));
            assert_eq!(UNITS.iter().filter(|u| u.0 == from).count(), 1, "{from}");
        }
    }

    #[test]
    fn digits_say_how_precise() {
        for (digits, step) in [("5.4", 0.05), ("5.40", 0.005), ("100", 0.5), ("1e2", 50.0), ("1.0e2", 5.0)] {
            assert!((half_step(digits) - step).abs() < 1e-12, "{digits}");
        }
        for digits in ["", "NaN", "inf", "1e999", "1_0", "１"] {
            assert_eq!(number(digits), None, "{digits}");
        }
    }

    proptest! {
        #[test]
        fn converting_keeps_the_order(a in -1e6..1e6f64, b in -1e6..1e6f64, at in 0..UNITS.len()) {
            let (x, y) = (canonical(UNITS[at].0, a).unwrap().1, canonical(UNITS[at].0, b).unwrap().1);
            let kept = if a < b { x <= y } else { x >= y };
            prop_assert!(kept);
        }
    }
}
