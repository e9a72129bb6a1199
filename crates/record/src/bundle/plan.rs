//! What a transaction comes down to, before anything is written: new ids, who refers to whom, what must wait for
//! the job because a condition decides it. Pure.

use std::collections::{HashMap, HashSet};

use fhir::Resource;
use fhir::json::Json;
use fhir::references::{self, Literal};
use fhir::search::query::Query;
use fhir::tables;
use fhir::validate::Mode;
use store::Kind;

use super::parse::{Entry, Method};
use crate::record::{condition, name_new, prepare};
use crate::url::{Pairs, Target};
use crate::write::{Change, Content, Patch, Precondition, Where};
use crate::{Error, ErrorKind, check, url};

/// A transaction, planned.
pub(crate) struct Plan {
    /// In the order they are done.
    pub(crate) steps: Vec<Step>,
    /// Done after the writes, in order: index and what to get.
    pub(crate) gets: Vec<(usize, Target)>,
    /// Conditional references, by their text.
    pub(crate) lookups: HashMap<String, Query>,
    /// What each name in the bundle stands for, as far as it is known ahead.
    pub(crate) names: HashMap<String, String>,
}

/// One write.
pub(crate) struct Step {
    pub(crate) index: usize,
    /// What the others call it, where a condition decides what that is.
    pub(crate) undecided: Option<Undecided>,
    pub(crate) change: Change,
}

/// A conditional create or update: what its name stands for is known when the condition was looked up.
pub(crate) struct Undecided {
    pub(crate) names: Vec<String>,
    pub(crate) resource_type: &'static str,
    /// The id if the condition finds nothing.
    pub(crate) own_id: String,
    pub(crate) condition: String,
    pub(crate) query: Query,
}

impl Plan {
    /// Plans a transaction.
    ///
    /// # Errors
    /// Naming the entry that cannot be done.
    pub(crate) fn make(entries: Vec<Entry>, now_ms: i64) -> Result<Self, Error> {
        let mut plan = Self { steps: Vec::new(), gets: Vec::new(), lookups: HashMap::new(), names: HashMap::new() };
        let mut entries: Vec<Named> =
            entries.into_iter().map(|entry| Named::new(entry, now_ms)).collect::<Result<_, _>>()?;
        // Stable: within one method in the order sent (http.html#trules).
        entries.sort_by_key(|named| named.entry.method);
        let mut undecided = HashSet::new();
        let mut written = HashSet::new();
        for named in &entries {
            plan.name(named, &mut undecided, &mut written).map_err(|e| e.at_entry(named.entry.index))?;
        }
        for named in entries {
            let index = named.entry.index;
            plan.step(named, &undecided, now_ms).map_err(|e| e.at_entry(index))?;
        }
        Ok(plan)
    }

    fn name(
        &mut self,
        named: &Named,
        undecided: &mut HashSet<String>,
        written: &mut HashSet<String>,
    ) -> Result<(), Error> {
        let bad = |what: &str| Err(Error::new(ErrorKind::BadRequest, what.to_owned()));
        let Some(identity) = &named.identity else { return Ok(()) };
        if named.condition.is_none() && !written.insert(identity.clone()) {
            return bad("another entry writes the same resource");
        }
        for name in &named.names {
            let taken = if named.condition.is_some() {
                !undecided.insert(name.clone()) || self.names.contains_key(name)
            } else {
                self.names.insert(name.clone(), identity.clone()).is_some() || undecided.contains(name)
            };
            if taken {
                return bad("another entry has the same fullUrl");
            }
        }
        Ok(())
    }

    fn step(&mut self, named: Named, undecided: &HashSet<String>, now_ms: i64) -> Result<(), Error> {
        let Named { entry, names, condition: asked, own_id, .. } = named;
        let precondition = precondition(entry.if_match.as_deref(), entry.if_none_match.as_deref())?;
        let index = entry.index;
        let mut open = None;
        let change = match (entry.method, entry.target, entry.resource) {
            (Method::Get, target, _) => {
                self.gets.push((index, target));
                return Ok(());
            }
            (Method::Post, _, Some(resource)) => {
                open = undecided_of(&resource, names, asked, own_id, now_ms)?;
                let content = self.content(resource, Kind::Create, undecided, now_ms)?;
                Change::Create { content, unless: None }
            }
            (Method::Put, Target::Type(..), Some(resource)) => {
                open = undecided_of(&resource, names, asked, own_id, now_ms)?;
                let content = self.content(resource, Kind::Update, undecided, now_ms)?;
                Change::Update { content, precondition }
            }
            (Method::Put, _, Some(resource)) => {
                let content = self.content(resource, Kind::Update, undecided, now_ms)?;
                Change::Update { content, precondition }
            }
            (Method::Patch, target, Some(binary)) => {
                Change::Patch { target: place(target, now_ms)?, patch: patch_in(&binary)?, precondition }
            }
            (Method::Delete, target, _) => Change::Delete { target: place(target, now_ms)?, precondition },
            _ => return Err(Error::new(ErrorKind::BadRequest, "the entry has no resource")),
        };
        self.steps.push(Step { index, undecided: open, change });
        Ok(())
    }

    /// Rewrites the references that are known ahead; one that is not makes the resource wait for the job.
    fn content(
        &mut self,
        mut resource: Resource,
        kind: Kind,
        undecided: &HashSet<String>,
        now_ms: i64,
    ) -> Result<Content, Error> {
        let (mut late, mut failed) = (false, None);
        let Self { names, lookups, .. } = self;
        references::visit_mut(&mut resource, |path, reference| {
            if let Some(known) = names.get(reference.as_str()) {
                known.clone_into(reference);
            } else if undecided.contains(reference.as_str()) {
                late = true;
            } else if let Some(Literal::Conditional { type_code, query }) = Literal::parse(reference) {
                late = true;
                if !lookups.contains_key(reference.as_str()) {
                    match lookup(type_code, query, now_ms) {
                        Ok(query) => drop(lookups.insert(reference.clone(), query)),
                        Err(error) => failed = Some(error),
                    }
                }
            } else if reference.starts_with("urn:uuid:") || reference.starts_with("urn:oid:") {
                failed = Some(Error::new(
                    ErrorKind::BadRequest,
                    format!("{path} refers to an entry that is not in the bundle"),
                ));
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if !late {
            return prepare(resource, Mode::Strict, kind);
        }
        check::accept(&mut resource, Mode::Strict)?;
        Ok(Content::Late(resource))
    }
}

/// An entry with what it will be called.
struct Named {
    entry: Entry,
    /// `Type/id` it will have, unless a condition finds another.
    identity: Option<String>,
    /// What references in the bundle call it.
    names: Vec<String>,
    condition: Option<Pairs>,
    own_id: String,
}

impl Named {
    fn new(mut entry: Entry, now_ms: i64) -> Result<Self, Error> {
        let mut condition = entry.if_none_exist.take();
        let sent_id = entry.resource.as_ref().and_then(Resource::id).map(str::to_owned);
        let own_id = match (entry.method, &entry.target, entry.resource.as_mut()) {
            (Method::Post, _, Some(resource)) => Some(name_new(resource, now_ms)),
            (Method::Put, Target::Type(_, pairs), Some(resource)) => {
                condition = Some(pairs.clone());
                Some(sent_id.clone().unwrap_or_else(|| name_new(resource, now_ms)))
            }
            (Method::Put, Target::Instance(_, id), Some(resource)) => {
                resource.set_id(id);
                Some(id.clone())
            }
            _ => None,
        };
        let resource_type = entry.resource.as_ref().map(Resource::resource_type);
        let identity = match (&own_id, resource_type, &entry.target) {
            (Some(id), Some(resource_type), _) => Some(format!("{resource_type}/{id}")),
            (None, _, Target::Instance(resource_type, id)) if entry.method == Method::Delete => {
                Some(format!("{resource_type}/{id}"))
            }
            _ => None,
        };
        let names = entry.full_url.iter().flat_map(|full| names_of(full, resource_type)).collect();
        Ok(Self { identity, names, condition, own_id: own_id.unwrap_or_default(), entry })
    }
}

/// A fullUrl like `http://elsewhere/fhir/Patient/1` is also meant by the relative reference `Patient/1`.
fn names_of(full_url: &str, resource_type: Option<&str>) -> Vec<String> {
    let mut names = vec![full_url.to_owned()];
    if let Some(resource_type) = resource_type
        && let Some((head, id)) = full_url.rsplit_once('/')
        && head.ends_with(&format!("/{resource_type}"))
    {
        names.push(format!("{resource_type}/{id}"));
    }
    names
}

fn undecided_of(
    resource: &Resource,
    names: Vec<String>,
    asked: Option<Pairs>,
    own_id: String,
    now_ms: i64,
) -> Result<Option<Undecided>, Error> {
    let Some(pairs) = asked else { return Ok(None) };
    let resource_type = resource.resource_type();
    let query = condition(resource_type, &pairs, now_ms)?;
    let text = format!("{resource_type}?{}", url::encode_pairs(&pairs));
    Ok(Some(Undecided { names, resource_type, own_id, condition: text, query }))
}

fn lookup(type_code: u16, query: &str, now_ms: i64) -> Result<Query, Error> {
    condition(tables::type_name(type_code).unwrap_or_default(), &url::query_pairs(query)?, now_ms)
}

fn place(target: Target, now_ms: i64) -> Result<Where, Error> {
    match target {
        Target::Instance(resource_type, id) => Ok(Where::Id(resource_type, id)),
        Target::Type(resource_type, pairs) => Ok(Where::Query(condition(resource_type, &pairs, now_ms)?)),
        _ => Err(Error::new(ErrorKind::BadRequest, "request.url names neither a resource nor a condition")),
    }
}

/// The JSON patch inside a Binary (http.html#patch in transactions).
pub(crate) fn patch_in(binary: &Resource) -> Result<Patch, Error> {
    let bad = || Error::new(ErrorKind::BadRequest, "a PATCH entry is a Binary of application/json-patch+json");
    let json = binary.json();
    let data = base64(json.str("data").ok_or_else(bad)?).ok_or_else(bad)?;
    match json.str("contentType") {
        Some("application/json-patch+json") => Ok(Patch::Json(Json::parse(&data)?)),
        Some("application/merge-patch+json") => Ok(Patch::Merge(Json::parse(&data)?)),
        _ => Err(bad()),
    }
}

fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// If-Match and If-None-Match as they stand in headers and in entries.
///
/// # Errors
/// `Precondition` for a tag that no version of ours ever had: it cannot be the current one.
pub fn precondition(if_match: Option<&str>, if_none_match: Option<&str>) -> Result<Precondition, Error> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Precondition::None),
        (None, Some("*")) => Ok(Precondition::Absent),
        (Some(tag), None) => {
            let version = tag.trim().trim_start_matches("W/").trim_matches('"').parse();
            version
                .map(Precondition::Match)
                .map_err(|_| Error::new(ErrorKind::Precondition, "If-Match names no version of ours"))
        }
        _ => Err(Error::new(ErrorKind::BadRequest, "If-None-Match is * for writes, and not together with If-Match")),
    }
}
