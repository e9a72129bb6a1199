//! Request URLs as they stand in a request line, in `Bundle.entry.request.url`, in If-None-Exist and in
//! conditional references: one reader for all of them, so that a path cannot mean two things.

use crate::{Error, ErrorKind};

/// `name=value` in the order sent.
pub type Pairs = Vec<(String, String)>;

/// More parameters than any real search has; each costs a join.
const PARAMETERS_MAX: usize = 64;
/// A list of 800 ids still fits.
const QUERY_BYTES_MAX: usize = 32 * 1024;
/// One alternative of a value: longer than any name, code, or identifier in use.
const VALUE_BYTES_MAX: usize = 1_000;

/// What a URL relative to the FHIR base points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The base itself.
    System,
    /// `Patient`, with what follows `?`.
    Type(&'static str, Pairs),
    /// `Patient/1`.
    Instance(&'static str, String),
    /// `Patient/1/_history/2`.
    Version(&'static str, String, String),
    /// `Patient/1/_history`.
    History(&'static str, String, Pairs),
    /// `Patient/1/$everything` or `Observation/$lastn`: type, id where given, operation with `$`.
    Operation(&'static str, Option<String>, String, Pairs),
}

/// Reads a URL relative to the FHIR base. A leading slash is forgiven, nothing else is.
///
/// # Errors
/// `BadRequest` when it is no such URL, or names a type that R4 does not have.
pub fn parse(url: &str) -> Result<Target, Error> {
    let bad = |why: &str| Error::new(ErrorKind::BadRequest, format!("the request URL {why}"));
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let pairs = query_pairs(query)?;
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let of_type = |name: &str| resource_type(name).ok_or_else(|| bad("names no R4 resource type"));
    // "." and ".." are ids by the standard's pattern, but what stands between us and a client may fold such paths.
    let is_id = |id: &str| fhir::is_id(id) && id.bytes().any(|byte| byte != b'.');
    let of_id = |id: &str| if is_id(id) { Ok(id.to_owned()) } else { Err(bad("holds no logical id")) };
    let target = match segments.as_slice() {
        [""] if query.is_empty() => Target::System,
        [name] => return Ok(Target::Type(of_type(name)?, pairs)),
        [name, operation] if operation.starts_with('$') => {
            return Ok(Target::Operation(of_type(name)?, None, (*operation).to_owned(), pairs));
        }
        [name, id] => Target::Instance(of_type(name)?, of_id(id)?),
        [name, id, "_history"] => return Ok(Target::History(of_type(name)?, of_id(id)?, pairs)),
        [name, id, operation] if operation.starts_with('$') => {
            return Ok(Target::Operation(of_type(name)?, Some(of_id(id)?), (*operation).to_owned(), pairs));
        }
        [name, id, "_history", version] => Target::Version(of_type(name)?, of_id(id)?, (*version).to_owned()),
        _ => return Err(bad("has a shape that is not in FHIR's REST API")),
    };
    // Only searches, histories and operations take parameters; elsewhere one would be dropped in silence.
    if pairs.is_empty() { Ok(target) } else { Err(bad("has parameters that this interaction does not take")) }
}

/// The type's name as it stands in the table.
#[must_use]
pub fn resource_type(name: &str) -> Option<&'static str> {
    fhir::tables::type_code(name).and_then(fhir::tables::type_name)
}

/// Reads `a=b&c=d`, percent-decoded, `+` as a space.
///
/// # Errors
/// `BadRequest` for broken escapes, bytes that are not UTF-8, control characters, a name without a value, and
/// more or longer parameters than a search can need.
pub fn query_pairs(query: &str) -> Result<Pairs, Error> {
    let bad = |why: &str| Error::new(ErrorKind::BadRequest, format!("the query {why}"));
    if query.len() > QUERY_BYTES_MAX {
        return Err(bad("is longer than 32 kB"));
    }
    let mut pairs = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| bad("has a parameter without a value"))?;
        let (name, value) = (
            decode(name).ok_or_else(|| bad("has a broken escape"))?,
            decode(value).ok_or_else(|| bad("has a broken escape"))?,
        );
        if value.is_empty() {
            return Err(bad("has a parameter with an empty value, which could be read as no condition at all"));
        }
        if value.split(',').any(|alternative| alternative.len() > VALUE_BYTES_MAX) {
            return Err(bad("has a value longer than 1,000 bytes"));
        }
        pairs.push((name, value));
        if pairs.len() > PARAMETERS_MAX {
            return Err(bad("has more than 64 parameters"));
        }
    }
    Ok(pairs)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high << 4 | low).ok()?
            }
            other => other,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

/// Writes pairs so that [`query_pairs`] reads them back.
#[must_use]
pub fn encode_pairs(pairs: &[(String, String)]) -> String {
    let words: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    words.join("&")
}

/// Percent-encodes all but letters, digits and what is plain in FHIR searches.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' | b'/' | b'*' | b'$' => {
                out.push(char::from(byte))
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pairs_read_back(pairs in proptest::collection::vec(("[a-z_:.-]{1,8}", "[^\\p{C}]{1,20}"), 0..6)) {
            prop_assert_eq!(query_pairs(&encode_pairs(&pairs)).unwrap(), pairs);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = parse(&text);
            let _ = query_pairs(&text);
        }
    }

    #[test]
    fn shapes() {
        let check = |url: &str, expected: Target| assert_eq!(parse(url).unwrap(), expected, "{url}");
        check("", Target::System);
        check("Patient", Target::Type("Patient", vec![]));
        check("/Patient?name=%E4%BD%90+a", Target::Type("Patient", vec![("name".into(), "佐 a".into())]));
        check("Patient/a.1", Target::Instance("Patient", "a.1".into()));
        check("Patient/1/_history/k3f9q2wz.1.2", Target::Version("Patient", "1".into(), "k3f9q2wz.1.2".into()));
        check(
            "Patient/1/_history?_count=2",
            Target::History("Patient", "1".into(), vec![("_count".into(), "2".into())]),
        );
        check("Patient/1/$everything", Target::Operation("Patient", Some("1".into()), "$everything".into(), vec![]));
    }

    #[test]
    fn others_are_refused() {
        for url in [
            "Pet",
            "Pet/1",
            "Patient/a_b",
            "Patient/..",
            "Patient/1/x",
            "Patient/1/2/3/4",
            "http://other/Patient/1",
            "Patient/1?x=1",
            "?name=a",
            "Patient//",
        ] {
            assert_eq!(parse(url).unwrap_err().kind, ErrorKind::BadRequest, "{url}");
        }
        let long = format!("name={}", "%25".repeat(10_000));
        for query in
            ["name", "name=", "name=%", "name=%zz", "name=%ff", "name=%00", "a=b%0d%0aSet-Cookie", long.as_str()]
        {
            assert!(query_pairs(query).is_err(), "{query}");
        }
        assert!(query_pairs(&vec!["a=b"; 65].join("&")).is_err());
    }
}
