//! A transaction or batch as it was sent → entries that say what is asked. Pure.

use fhir::Resource;
use fhir::json::{Json, Object};

use crate::url::{self, Pairs, Target};
use crate::{Error, ErrorKind};

/// Transaction: all or nothing. Batch: each for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All or nothing.
    Transaction,
    /// Each for itself.
    Batch,
}

/// Methods in the order a transaction processes them (http.html#trules), whatever the order of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "HTTP's own names")]
pub enum Method {
    Delete,
    Post,
    Put,
    Patch,
    Get,
}

/// One thing asked for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where it stands in the bundle, from 0.
    pub index: usize,
    /// What other entries call it.
    pub full_url: Option<String>,
    /// What to do.
    pub method: Method,
    /// With what.
    pub target: Target,
    /// POST and PUT: the resource. PATCH: a Binary holding a JSON patch.
    pub resource: Option<Resource>,
    /// The entity tag, e.g. `W/"k3f9q2wz.1.2"`.
    pub if_match: Option<String>,
    /// `*`, or the entity tag for a conditional read.
    pub if_none_match: Option<String>,
    /// Conditional create.
    pub if_none_exist: Option<Pairs>,
}

/// Counts the entries of a bundle without building it in memory: 10⁶ empty entries fit in 3 MB of text and would
/// take twenty times that as values. Counts objects directly inside an array directly inside the outermost
/// object, which for a bundle are `entry` and `link`; text that is not JSON gives some number.
#[must_use]
pub fn count_entries(text: &[u8]) -> usize {
    let (mut depth, mut count, mut at) = (0usize, 0usize, 0usize);
    while at < text.len() {
        match text[at] {
            b'"' => {
                at += 1;
                while at < text.len() && text[at] != b'"' {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'{' => {
                count += usize::from(depth == 2);
                depth += 1;
            }
            b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    count
}

/// Reads the entries. In a batch a bad entry is an `Err` in its place; in a transaction the first one is the answer.
///
/// # Errors
/// `BadRequest` when it is no transaction or batch bundle, `TooLarge` above `entries_max`.
pub fn parse(text: &[u8], entries_max: usize) -> Result<(Kind, Vec<Result<Entry, Error>>), Error> {
    let (kind, entries) = open(text, entries_max)?;
    let kind = match kind.as_deref() {
        Some("transaction") => Kind::Transaction,
        Some("batch") => Kind::Batch,
        _ => return Err(Error::new(ErrorKind::BadRequest, "the bundle's type is neither transaction nor batch")),
    };
    let entries = entries.into_iter().enumerate();
    let entries: Vec<_> = entries.map(|(index, json)| entry(index, json).map_err(|e| e.at_entry(index))).collect();
    if kind == Kind::Transaction
        && let Some(error) = entries.iter().find_map(|e| e.as_ref().err())
    {
        return Err(error.clone());
    }
    Ok((kind, entries))
}

/// The resources of a bundle that asks for nothing: collection, document, searchset, with their fullUrls.
///
/// # Errors
/// `BadRequest` when it is no bundle or an entry has no resource, `TooLarge` above `entries_max`.
pub(crate) fn resources(text: &[u8], entries_max: usize) -> Result<Vec<(Option<String>, Resource)>, Error> {
    let (_, entries) = open(text, entries_max)?;
    let one = |(index, json): (usize, Json)| {
        let Json::Object(mut json) = json else {
            return Err(Error::new(ErrorKind::BadRequest, "an entry is an object").at_entry(index));
        };
        let resource = json
            .remove("resource")
            .ok_or_else(|| Error::new(ErrorKind::BadRequest, "the entry has no resource").at_entry(index))?;
        let resource = Resource::from_json(resource).map_err(|e| Error::from(e).at_entry(index))?;
        Ok((text_of(&json, "fullUrl")?, resource))
    };
    entries.into_iter().enumerate().map(one).collect()
}

/// The type of a bundle and its entries.
fn open(text: &[u8], entries_max: usize) -> Result<(Option<String>, Vec<Json>), Error> {
    if count_entries(text) > entries_max {
        return Err(Error::new(ErrorKind::TooLarge, format!("a bundle holds {entries_max} entries at most"))
            .todo("Send it in parts"));
    }
    let mut bundle = Resource::parse(text)?.into_json();
    if bundle.str("resourceType") != Some("Bundle") {
        return Err(Error::new(ErrorKind::BadRequest, "this is no Bundle").todo("POST a resource to its type"));
    }
    match bundle.remove("entry") {
        None => Ok((bundle.str("type").map(str::to_owned), Vec::new())),
        Some(Json::Array(entries)) => Ok((bundle.str("type").map(str::to_owned), entries)),
        Some(_) => Err(Error::new(ErrorKind::BadRequest, "Bundle.entry is an array")),
    }
}

fn entry(index: usize, json: Json) -> Result<Entry, Error> {
    let bad = |what: &str| Error::new(ErrorKind::BadRequest, what.to_owned());
    let Json::Object(mut json) = json else { return Err(bad("an entry is an object")) };
    let resource = json.remove("resource").map(Resource::from_json).transpose()?;
    let request = json.get("request").and_then(Json::as_object).ok_or_else(|| bad("the entry has no request"))?;
    let method = match request.str("method") {
        Some("DELETE") => Method::Delete,
        Some("POST") => Method::Post,
        Some("PUT") => Method::Put,
        Some("PATCH") => Method::Patch,
        Some("GET") => Method::Get,
        _ => return Err(bad("request.method is one of GET, POST, PUT, PATCH, DELETE")),
    };
    let target = url::parse(request.str("url").ok_or_else(|| bad("request.url is missing"))?)?;
    let if_none_exist = text_of(request, "ifNoneExist")?.map(|query| condition(&query)).transpose()?;
    let entry = Entry {
        index,
        full_url: text_of(&json, "fullUrl")?,
        method,
        target,
        resource,
        if_match: text_of(request, "ifMatch")?,
        if_none_match: text_of(request, "ifNoneMatch")?,
        if_none_exist,
    };
    check(&entry)?;
    Ok(entry)
}

/// Reads the value of If-None-Exist: the part after `?`, which some clients send too.
///
/// # Errors
/// `BadRequest` when it is no query or an empty one, which would match everything.
pub fn condition(query: &str) -> Result<Pairs, Error> {
    let query = query.split_once('?').map_or(query, |(_, query)| query);
    let pairs = url::query_pairs(query)?;
    if pairs.is_empty() {
        Err(Error::new(ErrorKind::BadRequest, "the condition is empty, so it would match everything"))
    } else {
        Ok(pairs)
    }
}

fn text_of(object: &Object, name: &str) -> Result<Option<String>, Error> {
    match object.get(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Error::new(ErrorKind::BadRequest, format!("{name} is a text"))),
    }
}

/// What is asked must fit together; a part that is ignored would be a promise not kept.
fn check(entry: &Entry) -> Result<(), Error> {
    let bad = |what: &str| Err(Error::new(ErrorKind::BadRequest, what.to_owned()));
    let type_of_resource = entry.resource.as_ref().map(Resource::resource_type);
    match (entry.method, &entry.target, type_of_resource) {
        (Method::Post, Target::Type(name, pairs), Some(sent)) if pairs.is_empty() && *name == sent => {}
        (Method::Put, Target::Instance(name, id), Some(sent)) if *name == sent => {
            if entry.resource.as_ref().and_then(Resource::id).is_some_and(|own| own != id) {
                return bad("the resource's id is not the one in request.url");
            }
        }
        (Method::Put, Target::Type(name, pairs), Some(sent)) if !pairs.is_empty() && *name == sent => {}
        (Method::Patch, Target::Instance(..), Some("Binary")) => {}
        (Method::Patch, Target::Type(_, pairs), Some("Binary")) if !pairs.is_empty() => {}
        (Method::Delete, Target::Instance(..), None) => {}
        (Method::Delete, Target::Type(_, pairs), None) if !pairs.is_empty() => {}
        (Method::Get, Target::Instance(..) | Target::Type(..) | Target::Version(..) | Target::History(..), None) => {}
        (Method::Post | Method::Put | Method::Patch, _, None) => return bad("the entry has no resource"),
        (Method::Post | Method::Put, Target::Type(..) | Target::Instance(..), Some(_)) => {
            return bad("the resource and request.url do not go together");
        }
        _ => return bad("request.method and request.url do not go together"),
    }
    if entry.if_none_exist.is_some() && entry.method != Method::Post {
        return bad("ifNoneExist is for POST only");
    }
    if entry.if_match.is_some() && !matches!(entry.method, Method::Put | Method::Patch | Method::Delete) {
        return bad("ifMatch is for PUT, PATCH and DELETE only");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(kind: &str, entries: &str) -> Vec<u8> {
        format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#).into_bytes()
    }

    #[test]
    fn what_does_not_fit_together_is_refused_by_name() {
        let patient = r#"{"resourceType":"Patient"}"#;
        let check = |entry: &str, words: &str| {
            let good = format!(r#"{{"resource":{patient},"request":{{"method":"POST","url":"Patient"}}}}"#);
            let error = parse(&bundle("transaction", &format!("{good},{entry}")), 9).unwrap_err();
            assert_eq!((error.kind, error.entry), (ErrorKind::BadRequest, Some(1)), "{entry}");
            assert!(error.what.contains(words), "{entry}: {}", error.what);
        };
        check("{}", "no request");
        check("7", "is an object");
        check(r#"{"request":{"method":"POST","url":"Patient"}}"#, "no resource");
        check(r#"{"request":{"method":"STEAL","url":"Patient"}}"#, "request.method");
        check(r#"{"request":{"method":"GET","url":"Pet/1"}}"#, "R4 resource type");
        check(&format!(r#"{{"resource":{patient},"request":{{"method":"POST","url":"Observation"}}}}"#), "go together");
        check(&format!(r#"{{"resource":{patient},"request":{{"method":"DELETE","url":"Patient/1"}}}}"#), "go together");
        check(
            r#"{"resource":{"resourceType":"Patient","id":"2"},"request":{"method":"PUT","url":"Patient/1"}}"#,
            "id is not",
        );
        check(r#"{"request":{"method":"DELETE","url":"Patient"}}"#, "go together");
        check(
            &format!(r#"{{"resource":{patient},"request":{{"method":"POST","url":"Patient","ifNoneExist":""}}}}"#),
            "match everything",
        );
        check(
            &format!(
                r#"{{"resource":{patient},"request":{{"method":"PUT","url":"Patient/1","ifNoneExist":"_id=1"}}}}"#
            ),
            "POST only",
        );
    }

    #[test]
    fn a_batch_keeps_its_bad_entries_in_place() {
        let (kind, entries) =
            parse(&bundle("batch", r#"{},{"request":{"method":"GET","url":"Patient/1"}}"#), 9).unwrap();
        assert_eq!(kind, Kind::Batch);
        assert!(entries[0].is_err() && entries[1].is_ok());
    }

    #[test]
    fn counting_sees_through_text() {
        assert_eq!(count_entries(&bundle("batch", r#"{},{"a":[{}],"b":"\"[{[{"},{}"#)), 3);
        assert_eq!(count_entries(br#"{"a":"\"#), 0);
        let many = bundle("batch", &vec!["{}"; 1_000_000].join(","));
        assert_eq!(parse(&many, 10_000).unwrap_err().kind, ErrorKind::TooLarge);
    }

    #[test]
    fn other_bundles_are_refused() {
        for text in [
            r#"{"resourceType":"Bundle","type":"collection"}"#,
            r#"{"resourceType":"Bundle"}"#,
            r#"{"resourceType":"Patient"}"#,
            "[]",
        ] {
            assert_eq!(parse(text.as_bytes(), 9).unwrap_err().kind, ErrorKind::BadRequest, "{text}");
        }
    }
}
