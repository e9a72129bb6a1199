//! Where a page starts, as text for the link to it.

use fhir::search::query::Query;

use super::bind::Bind;
use super::order::Order;

/// The sort keys of the last row of the page before.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cursor {
    /// Rows made later than this are of another search.
    pub(super) high: i64,
    /// Row key.
    pub(super) id: i64,
    /// One per sort key.
    pub(super) keys: Vec<Key>,
}

/// The value of a sort key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    None,
    Int(i64),
    Real(f64),
    Text(String),
}

/// Of the forms to come.
const FORM: &str = "1";

impl Cursor {
    /// The last key, if it is a text.
    pub(super) fn text(&self) -> &str {
        match self.keys.last() {
            Some(Key::Text(text)) => text,
            _ => "",
        }
    }

    /// `form.query.high.id.key…`; texts in hexadecimal. Whoever changes it starts elsewhere in the same rows and sees
    /// nothing else: it only says where, never what.
    pub(super) fn write(&self, query: &Query) -> String {
        let mut text = format!("{FORM}.{:016x}.{}.{}", fingerprint(query), self.high, self.id);
        for key in &self.keys {
            text.push('.');
            match key {
                Key::None => text.push('n'),
                Key::Int(value) => text.push_str(&format!("i{value}")),
                Key::Real(value) => text.push_str(&format!("r{:016x}", value.to_bits())),
                Key::Text(value) => {
                    text.push('t');
                    value.bytes().for_each(|byte| text.push_str(&format!("{byte:02x}")));
                }
            }
        }
        text
    }

    /// None unless it was written for this very search.
    pub(super) fn read(text: &str, query: &Query, order: &Order) -> Option<Self> {
        let mut parts = text.split('.');
        if parts.next()? != FORM || u64::from_str_radix(parts.next()?, 16).ok()? != fingerprint(query) {
            return None;
        }
        let (high, id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let keys: Vec<Key> = parts.map(read_key).collect::<Option<_>>()?;
        let cursor = Self { high, id, keys };
        // A second spelling of the same place ("01", "+1") is not ours either.
        (cursor.keys.len() == order.len() && cursor.write(query) == text && order.fits(&cursor.keys)).then_some(cursor)
    }
}

fn read_key(text: &str) -> Option<Key> {
    let rest = text.get(1..)?;
    Some(match text.as_bytes()[0] {
        b'n' => Key::None,
        b'i' => Key::Int(rest.parse().ok()?),
        b'r' => Key::Real(f64::from_bits(u64::from_str_radix(rest, 16).ok()?)).finite()?,
        b't' => {
            let bytes: Vec<u8> = (0..rest.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(rest.get(at..at + 2)?, 16).ok())
                .collect::<Option<_>>()?;
            Key::Text(String::from_utf8(bytes).ok()?)
        }
        _ => return None,
    })
}

impl Key {
    /// Its placeholder; None for no value.
    pub(super) fn mark(&self, bind: &mut Bind) -> Option<String> {
        Some(match self {
            Self::None => return None,
            Self::Int(value) => bind.int(*value),
            Self::Real(value) => bind.real(*value),
            Self::Text(value) => bind.text(value),
        })
    }

    fn finite(self) -> Option<Self> {
        match self {
            Self::Real(value) if value.is_nan() => None,
            other => Some(other),
        }
    }
}

/// FNV-1a of what decides which rows come in which order. The size of a page may change from one to the next.
fn fingerprint(query: &Query) -> u64 {
    let text = format!("{}{:?}{:?}", query.resource_type, query.filters, query.sort);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
