//! Rules on Bundle (bundle.html#invs).

use super::{Rule, has, is_one_of, objects, rule};
use crate::json::{Json, Object};

pub(super) const RULES: &[Rule] = &[
    rule("bdl-1", "Bundle", "may have a total only when it is a search or a history", |o| {
        !has(o, "total") || is_one_of(o, "type", &["searchset", "history"])
    }),
    rule("bdl-2", "Bundle", "may have entries with search only when it is a search", |o| {
        is_one_of(o, "type", &["searchset"]) || !objects(o, "entry").any(|entry| has(entry, "search"))
    }),
    rule(
        "bdl-3",
        "Bundle",
        "must have a request in each entry of a batch, transaction or history, and in no other",
        |o| {
            let needed = is_one_of(o, "type", &["batch", "transaction", "history"]);
            objects(o, "entry").all(|entry| has(entry, "request") == needed)
        },
    ),
    rule(
        "bdl-4",
        "Bundle",
        "must have a response in each entry of a batch-response, transaction-response or history, and in no other",
        |o| {
            let needed = is_one_of(o, "type", &["batch-response", "transaction-response", "history"]);
            objects(o, "entry").all(|entry| has(entry, "response") == needed)
        },
    ),
    rule("bdl-5", "Bundle.entry", "must have a resource, a request or a response", |o| {
        has(o, "resource") || has(o, "request") || has(o, "response")
    }),
    rule("bdl-7", "Bundle", "must have each fullUrl once, or with different versions", |o| {
        if is_one_of(o, "type", &["history"]) {
            return true;
        }
        let mut urls: Vec<_> =
            objects(o, "entry").filter_map(|entry| Some((entry.str("fullUrl")?, version(entry)))).collect();
        let count = urls.len();
        urls.sort_unstable();
        urls.dedup();
        urls.len() == count
    }),
    rule("bdl-8", "Bundle.entry", "must have a fullUrl without a version", |o| {
        o.str("fullUrl").is_none_or(|url| !url.contains("/_history/"))
    }),
    rule("bdl-9", "Bundle", "that is a document must have an identifier with system and value", |o| {
        let whole = |identifier: &Object| has(identifier, "system") && has(identifier, "value");
        !is_one_of(o, "type", &["document"]) || objects(o, "identifier").any(whole)
    }),
    rule("bdl-10", "Bundle", "that is a document must have a timestamp", |o| {
        !is_one_of(o, "type", &["document"]) || has(o, "timestamp")
    }),
    rule("bdl-11", "Bundle", "that is a document must start with a Composition", |o| {
        !is_one_of(o, "type", &["document"]) || first_type(o) == Some("Composition")
    }),
    rule("bdl-12", "Bundle", "that is a message must start with a MessageHeader", |o| {
        !is_one_of(o, "type", &["message"]) || first_type(o) == Some("MessageHeader")
    }),
];

fn version(entry: &Object) -> Option<&str> {
    entry.get("resource")?.get("meta")?.get("versionId")?.as_str()
}

fn first_type(bundle: &Object) -> Option<&str> {
    objects(bundle, "entry").next()?.get("resource")?.get("resourceType").and_then(Json::as_str)
}
