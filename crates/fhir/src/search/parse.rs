//! The grammar: the pairs of a query string become a [`Query`] or a [`SearchError`].

mod filter;
mod result;
mod value;

use super::error::{Problem, SearchError, nearest};
use super::params::params;
use super::query::Query;
use crate::tables;

/// How many parameters one search may have.
pub const PAIRS_MAX: usize = 64;
/// How many alternatives one parameter may have.
pub const VALUES_MAX: usize = 256;
/// How many alternatives one `:contains` may have.
pub const CONTAINS_MAX: usize = 4;
/// How long one value may be, in bytes, all alternatives together.
pub const VALUE_BYTES_MAX: usize = 8192;
/// How deep chains and `_has` may nest.
pub const DEPTH_MAX: usize = 3;
/// The page size when none is asked for.
pub const COUNT_DEFAULT: u32 = 50;
/// The largest page.
pub const COUNT_MAX: u32 = 1000;

/// Parameters of the standard that are not here; refused in words of their own.
const UNSUPPORTED: [&str; 9] =
    ["_text", "_content", "_filter", "_query", "_list", "_type", "_contained", "_containedType", "near"];

/// Reads a search. `pairs` are names and values after percent-decoding; `now_ms` (since 1970 UTC) gives `ap` its
/// width.
///
/// # Errors
/// [`SearchError`] for anything that is unknown, empty, malformed or too much.
pub fn parse(resource_type: &str, pairs: &[(String, String)], now_ms: i64) -> Result<Query, SearchError> {
    if tables::type_code(resource_type).is_none() {
        let error = SearchError::new(resource_type, Problem::UnknownType(resource_type.to_owned()));
        return Err(with_hint(error, nearest(resource_type, tables::types())));
    }
    if pairs.len() > PAIRS_MAX {
        return Err(SearchError::new("?", Problem::TooMany(PAIRS_MAX)));
    }
    let mut reading = result::Reading::new(resource_type);
    for (name, value) in pairs {
        let error = |what| SearchError::new(name, what);
        if name.len() > 512 {
            return Err(error(Problem::TooLong(512)));
        }
        if value.len() > VALUE_BYTES_MAX {
            return Err(error(Problem::TooLong(VALUE_BYTES_MAX)));
        }
        if value.is_empty() {
            return Err(error(Problem::Empty));
        }
        if !reading.take(name, value, now_ms)? {
            let scope = filter::Scope { resource_type, now_ms, depth: 0, sent: name };
            reading.query.filters.push(filter::read(&scope, name, value)?);
        }
    }
    reading.finish()
}

/// An unknown parameter, with the nearest known one.
fn unknown(sent: &str, resource_type: &str, name: &str) -> SearchError {
    let error = SearchError::new(sent, Problem::UnknownParam(resource_type.to_owned()));
    let names = params(resource_type).map(|def| def.name).chain(result::NAMES);
    with_hint(error, nearest(name, names))
}

fn with_hint(error: SearchError, hint: Option<String>) -> SearchError {
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

#[cfg(test)]
mod tests;
