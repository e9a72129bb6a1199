//! What a primitive may look like (datatypes.html#primitive), by hand rather than by regular expression: this runs
//! for every value of every resource.

use super::time;
use crate::json::Json;
use crate::resource::is_id;
use crate::tables::Primitive;

/// What is wrong with a primitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Another kind of JSON value is needed.
    Shape(&'static str),
    /// The right kind of JSON value, but not a value of the type.
    Value(&'static str),
}

/// R4 allows strings of 1 MB (datatypes.html#string).
const STRING_BYTES_MAX: usize = 1024 * 1024;

/// Checks one value; `null` must have been dealt with.
pub(super) fn check(primitive: Primitive, value: &Json) -> Result<(), Wrong> {
    match primitive {
        Primitive::Boolean => match value {
            Json::Bool(_) => Ok(()),
            _ => Err(Wrong::Shape("must be true or false without quotes")),
        },
        Primitive::Integer | Primitive::PositiveInt | Primitive::UnsignedInt => match value {
            Json::Number(digits) => integer(primitive, digits),
            _ => Err(Wrong::Shape("must be a number without quotes")),
        },
        // The JSON grammar is R4's for decimals.
        Primitive::Decimal => match value {
            Json::Number(_) => Ok(()),
            _ => Err(Wrong::Shape("must be a number without quotes")),
        },
        _ => match value {
            Json::String(text) => check_text(primitive, text),
            _ => Err(Wrong::Shape("must be a text in quotes")),
        },
    }
}

fn integer(primitive: Primitive, digits: &str) -> Result<(), Wrong> {
    let plain = digits != "-0" && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let min = match primitive {
        Primitive::PositiveInt => 1,
        Primitive::UnsignedInt => 0,
        _ => i32::MIN,
    };
    match digits.parse::<i32>() {
        Ok(value) if plain && value >= min => Ok(()),
        _ if min == 1 => Err(Wrong::Value("must be a whole number from 1 to 2147483647")),
        _ if min == 0 => Err(Wrong::Value("must be a whole number from 0 to 2147483647")),
        _ => Err(Wrong::Value("must be a whole number of 32 bits")),
    }
}

fn check_text(primitive: Primitive, text: &str) -> Result<(), Wrong> {
    if text.is_empty() {
        return Err(Wrong::Value("must not be empty: leave the element out"));
    }
    let (holds, says) = match primitive {
        Primitive::String | Primitive::Markdown => {
            if text.len() > STRING_BYTES_MAX {
                return Err(Wrong::Value("must be at most 1 MB long"));
            }
            let control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
            (!text.bytes().any(control), "must not hold control characters")
        }
        Primitive::Code => (is_code(text), "must be a code: no spaces around it, no two in a row"),
        Primitive::Id => (is_id(text), "must be an id: 1 to 64 of A-Z a-z 0-9 - ."),
        Primitive::Uri | Primitive::Url | Primitive::Canonical => (is_uri(text), "must be a URI"),
        Primitive::Oid => (text.strip_prefix("urn:oid:").is_some_and(is_oid), "must be urn:oid: and an OID"),
        Primitive::Uuid => {
            (text.strip_prefix("urn:uuid:").is_some_and(is_uuid), "must be urn:uuid: and a UUID in lower case")
        }
        Primitive::Date => (time::is_date(text), "must be a date YYYY, YYYY-MM or YYYY-MM-DD that exists"),
        Primitive::DateTime => {
            (time::is_date_time(text), "must be a date, or YYYY-MM-DDThh:mm:ss+zz:zz with seconds and time zone")
        }
        Primitive::Instant => (time::is_instant(text), "must be YYYY-MM-DDThh:mm:ss+zz:zz with seconds and time zone"),
        Primitive::Time => (time::is_time(text), "must be hh:mm:ss"),
        Primitive::Base64Binary => (is_base64(text), "must be base64"),
        // Looked at by `narrative`; numbers and booleans never come here.
        Primitive::Xhtml
        | Primitive::Boolean
        | Primitive::Decimal
        | Primitive::Integer
        | Primitive::PositiveInt
        | Primitive::UnsignedInt => (true, ""),
    };
    if holds { Ok(()) } else { Err(Wrong::Value(says)) }
}

/// `[^\s]+(\s[^\s]+)*`
fn is_code(text: &str) -> bool {
    let mut after_space = true;
    for byte in text.bytes() {
        let space = byte.is_ascii_whitespace() || byte == 0x0b;
        if (space && after_space) || (byte < 0x20 && !space) {
            return false;
        }
        after_space = space;
    }
    !after_space
}

fn is_uri(text: &str) -> bool {
    if text.bytes().any(|byte| byte <= b' ') {
        return false;
    }
    match text.get(..8).map(str::to_ascii_lowercase).as_deref() {
        Some("urn:oid:") => is_oid(&text[8..]),
        Some("urn:uuid") => text[8..].strip_prefix(':').is_some_and(|uuid| is_uuid(&uuid.to_ascii_lowercase())),
        _ => true,
    }
}

/// `[0-2](\.(0|[1-9][0-9]*))+`
fn is_oid(text: &str) -> bool {
    let mut arcs = text.split('.');
    let first = arcs.next().is_some_and(|arc| matches!(arc, "0" | "1" | "2"));
    let arc = |arc: &str| {
        arc.bytes().all(|byte| byte.is_ascii_digit()) && (arc == "0" || !arc.starts_with('0')) && !arc.is_empty()
    };
    first && text.contains('.') && arcs.all(arc)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

/// Groups of four with `=` only at the very end; white space anywhere, as in R4's own expression.
fn is_base64(text: &str) -> bool {
    let (mut digits, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => digits += 1,
            _ => return false,
        }
    }
    padding <= 2 && (digits + padding).is_multiple_of(4) && digits > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(primitive: Primitive, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(check(primitive, &Json::from(*text)), Ok(()), "{} {text:?}", primitive.as_str());
        }
        for text in bad {
            let found = check(primitive, &Json::from(*text));
            assert!(matches!(found, Err(Wrong::Value(_))), "{} {text:?}: {found:?}", primitive.as_str());
        }
    }

    fn numbers(primitive: Primitive, good: &[&str], bad: &[&str]) {
        let number = |digits: &str| check(primitive, &Json::Number(digits.into()));
        for digits in good {
            assert_eq!(number(digits), Ok(()), "{} {digits}", primitive.as_str());
        }
        for digits in bad {
            assert!(matches!(number(digits), Err(Wrong::Value(_))), "{} {digits}", primitive.as_str());
        }
    }

    #[test]
    fn texts() {
        cases(Primitive::String, &["a", " a ", "狛犬\n", "\t"], &["", "\0", "a\u{1b}"]);
        cases(Primitive::Code, &["a", "a b", "狛"], &["", " a", "a ", "a  b", "a\u{1}"]);
        cases(Primitive::Id, &["a", "A-1.b"], &["", "a_b", "a b", "狛"]);
        cases(
            Primitive::Uri,
            &["a", "http://x/狛", "urn:oid:1.2.0", "urn:uuid:00000000-0000-4000-8000-00000000000A"],
            &["", "a b", "urn:oid:1.02", "urn:oid:3.1", "urn:oid:1", "urn:oid:", "urn:uuid:1", "urn:uuid"],
        );
        cases(Primitive::Oid, &["urn:oid:2.16.840"], &["2.16.840", "urn:oid:2.16."]);
        cases(
            Primitive::Uuid,
            &["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
            &[
                "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
                "c757873d-ec9a-4326-a141-556f43239520",
                "urn:uuid:c757873dec9a-4326-a141-556f432395201",
            ],
        );
        cases(
            Primitive::Base64Binary,
            &["AAAA", "AA==", "AAA=", "AA\nAA", " AAAA "],
            &["", "A", "AA=A", "A===", "AA-_", "====", "AAAAA"],
        );
    }

    #[test]
    fn whole_numbers() {
        numbers(Primitive::Integer, &["0", "-1", "2147483647", "-2147483648"], &["-0", "1.0", "1e2", "2147483648"]);
        numbers(Primitive::UnsignedInt, &["0", "1"], &["-1", "0.0"]);
        numbers(Primitive::PositiveInt, &["1"], &["0", "-1"]);
        numbers(Primitive::Decimal, &["0", "-0.00", "1e-7", "12345678901234567890.1"], &[]);
    }

    #[test]
    fn another_kind_of_json_is_said_to_be_that() {
        for (primitive, value) in [
            (Primitive::Boolean, Json::from("true")),
            (Primitive::Decimal, Json::from("1.0")),
            (Primitive::Integer, Json::from(true)),
            (Primitive::String, Json::from(1)),
            (Primitive::Date, Json::from(vec!["2020"])),
        ] {
            assert!(matches!(check(primitive, &value), Err(Wrong::Shape(_))), "{}", primitive.as_str());
        }
    }
}
