//! A request, read: what every handler starts from.

use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, header};
use fhir::Resource;
use fhir::json::Json;
use record::url::{self, Pairs};
use record::{Ctx, Key, Options, Precondition, bundle};

use super::reply::{Fault, Return};
use super::table::{Route, Takes};
use crate::App;
use crate::http::read_body;
use crate::signin::{Attempt, Caller};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IF_NONE_EXIST: HeaderName = HeaderName::from_static("if-none-exist");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const PURPOSE: HeaderName = HeaderName::from_static("x-purpose-of-use");

/// A request as it came.
pub(super) struct Sent {
    pub(super) path: Vec<String>,
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

/// A request, read.
pub(super) struct Call {
    pub(super) app: App,
    pub(super) ctx: Ctx,
    pub(super) path: Vec<String>,
    pub(super) pairs: Pairs,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The body unread, for rows that take lines. A body is not `Sync`, and a call is lent across awaits.
    stream: Mutex<Option<Body>>,
    pub(super) prefer: Return,
    prefer_given: Option<Return>,
    /// `https://…/fhir`
    pub(super) base: String,
    route: &'static Route,
}

impl Call {
    /// Reads a request as its row says.
    pub(super) async fn read(
        route: &'static Route,
        app: App,
        caller: Caller,
        attempt: &Attempt,
        sent: Sent,
    ) -> Result<Self, Fault> {
        let Sent { path, query, headers, body } = sent;
        acceptable(&headers)?;
        let pairs = url::query_pairs(query.as_deref().unwrap_or_default())?;
        let prefer_given = prefer(&headers)?;
        let prefer = prefer_given.unwrap_or_default();
        check_type(route.takes, &headers)?;
        let limits = app.limits();
        let bytes_max = match route.takes {
            Takes::Nothing | Takes::Lines => 0,
            Takes::Json | Takes::Patch => limits.resource_bytes,
            Takes::Form => limits.form_bytes,
            Takes::Bundle => limits.bundle_bytes,
        };
        let (body, stream) = match route.takes {
            Takes::Lines => (Bytes::new(), Mutex::new(Some(body))),
            _ => (read_body(&headers, body, bytes_max).await?, Mutex::default()),
        };
        let purpose = headers.get(PURPOSE).and_then(|v| v.to_str().ok()).filter(|p| is_purpose(p)).map(str::to_owned);
        let ctx = Ctx {
            actor: caller.actor,
            purpose,
            source: attempt.source.to_string(),
            now_ms: attempt.now_ms,
            request: attempt.request.to_string(),
        };
        let base = app.fhir_base(&headers);
        Ok(Self { app, ctx, path, pairs, headers, body, stream, prefer, prefer_given, base, route })
    }

    /// The resource type in the path.
    pub(super) fn resource_type(&self) -> Result<&'static str, Fault> {
        let name = self.path.first().map_or("", String::as_str);
        url::resource_type(name).ok_or_else(|| Fault::not_found("that is no R4 resource type"))
    }

    /// Type and logical id in the path.
    pub(super) fn instance(&self) -> Result<(&'static str, String), Fault> {
        let id = self.path.get(1).map_or("", String::as_str);
        if fhir::is_id(id) {
            Ok((self.resource_type()?, id.to_owned()))
        } else {
            Err(Fault::not_found("that is no logical id"))
        }
    }

    /// For interactions that take no parameters: one that is passed over would be a promise not kept.
    pub(super) fn no_parameters(&self) -> Result<(), Fault> {
        let known = |name: &str| matches!(name, "_format" | "_pretty");
        match self.pairs.iter().find(|(name, _)| !known(name)) {
            Some((name, _)) => Err(Fault::bad_request(&format!("{name} is not a parameter of this interaction"))),
            None => Ok(()),
        }
    }

    /// The body as a resource of the type in the path.
    pub(super) fn resource(&self) -> Result<Resource, Fault> {
        let resource = Resource::parse(&self.body).map_err(record::Error::from)?;
        if resource.resource_type() == self.resource_type()? {
            Ok(resource)
        } else {
            Err(Fault::bad_request("the resource is of another type than the address"))
        }
    }

    /// The body as JSON; nothing at all is an empty object.
    pub(super) fn json(&self) -> Result<Json, Fault> {
        let body = if self.body.is_empty() { b"{}".as_slice() } else { &self.body };
        Ok(Json::parse(body).map_err(record::Error::from)?)
    }

    /// If-Match and If-None-Match.
    pub(super) fn precondition(&self) -> Result<Precondition, Fault> {
        Ok(bundle::precondition(self.text(header::IF_MATCH)?, self.text(header::IF_NONE_MATCH)?)?)
    }

    /// How a write is asked for.
    pub(super) fn options(&self) -> Result<Options, Fault> {
        let if_none_exist = self.text(IF_NONE_EXIST)?.map(bundle::parse::condition).transpose()?;
        Ok(Options { precondition: self.precondition()?, if_none_exist, key: self.key()? })
    }

    /// Idempotency-Key.
    pub(super) fn key(&self) -> Result<Option<Key>, Fault> {
        let Some(key) = self.text(IDEMPOTENCY_KEY)? else { return Ok(None) };
        let target = format!("{} {} {:?} {:?}", self.route.method, self.route.path, self.path, self.pairs);
        let conditions = format!(
            "{:?}",
            [header::IF_MATCH, header::IF_NONE_MATCH, IF_NONE_EXIST].map(|name| self.headers.get(name))
        );
        Ok(Some(Key::new(&self.ctx, key, &[target.as_bytes(), conditions.as_bytes(), &self.body])?))
    }

    /// The body of a row that takes lines; empty when it was taken before.
    pub(super) fn take_stream(&self) -> Body {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    /// What was asked for in so many words: a transaction's answer holds no resources unless it was.
    pub(super) fn prefer_given(&self) -> Option<Return> {
        self.prefer_given
    }

    /// Whether the patch is a JSON Patch, not a merge patch.
    pub(super) fn is_json_patch(&self) -> bool {
        media_type(&self.headers).as_deref() == Some("application/json-patch+json")
    }

    /// `Prefer: respond-async`.
    pub(super) fn wants_async(&self) -> bool {
        preferences(&self.headers).any(|p| p == "respond-async")
    }

    fn text(&self, name: HeaderName) -> Result<Option<&str>, Fault> {
        let text = self.headers.get(&name).map(|value| value.to_str());
        text.transpose().map_err(|_| Fault::bad_request(&format!("the header {name} is not plain text")))
    }
}

/// The media type of the body without its parameters, in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(sent.split(';').next()?.trim().to_ascii_lowercase())
}

/// Purpose-of-use codes (`http://terminology.hl7.org/ValueSet/v3-PurposeOfUse`) are capital letters.
fn is_purpose(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn preferences(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .map(str::trim)
}

fn prefer(headers: &HeaderMap) -> Result<Option<Return>, Fault> {
    let mut wanted = None;
    for preference in preferences(headers) {
        wanted = match preference {
            "return=representation" => Some(Return::Representation),
            "return=minimal" => Some(Return::Minimal),
            "return=OperationOutcome" => Some(Return::Outcome),
            // Whoever asks for leniency would have parameters passed over, and get more than was asked for.
            "handling=lenient" => {
                return Err(Fault::bad_request(
                    "this server is strict: a parameter that is passed over answers more than was asked",
                ));
            }
            // A preference that is not understood may be passed over (RFC 7240 section 2).
            _ => wanted,
        };
    }
    Ok(wanted)
}

/// Whether the client takes JSON at all.
fn acceptable(headers: &HeaderMap) -> Result<(), Fault> {
    let mut accepted = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .peekable();
    let json = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim();
        matches!(
            range,
            "*/*"
                | "application/*"
                | "application/fhir+json"
                | "application/json"
                | "application/fhir+ndjson"
                | "application/ndjson"
                | "text/json"
        )
    };
    if accepted.peek().is_none() || accepted.any(json) { Ok(()) } else { Err(Fault::not_acceptable()) }
}

fn check_type(takes: Takes, headers: &HeaderMap) -> Result<(), Fault> {
    let sent = media_type(headers).unwrap_or_default();
    let sent = sent.as_str();
    let fine = match takes {
        Takes::Nothing => true,
        Takes::Json | Takes::Bundle => matches!(sent, "application/fhir+json" | "application/json"),
        Takes::Patch => matches!(sent, "application/json-patch+json" | "application/merge-patch+json"),
        Takes::Form => sent == "application/x-www-form-urlencoded",
        Takes::Lines => matches!(sent, "application/fhir+ndjson" | "application/ndjson" | "application/x-ndjson"),
    };
    let wanted = match takes {
        Takes::Nothing => "nothing",
        Takes::Json | Takes::Bundle => "application/fhir+json",
        Takes::Patch => "application/json-patch+json or application/merge-patch+json",
        Takes::Form => "application/x-www-form-urlencoded",
        Takes::Lines => "application/fhir+ndjson",
    };
    if fine { Ok(()) } else { Err(Fault::unsupported_media(&format!("the body is read as {wanted}"))) }
}
