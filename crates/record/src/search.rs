//! Search and history: rows, and the bundles made of them.

use access::{Action, Read};
use fhir::search::query::{Filter, Query};
use store::{About, HistoryScope, Kind, Stored};

use crate::bundle::build::{Answer, Builder, Mode};
use crate::record::marked;
use crate::url::{Pairs, encode_pairs};
use crate::{Ctx, Error, ErrorKind, Record, view};

/// The name of the parameter that says where a page starts.
pub(crate) const CURSOR: &str = "_cursor";

/// What a search found.
#[derive(Debug)]
pub struct Found {
    query: Query,
    page: store::Page,
}

/// What history holds.
#[derive(Debug)]
pub struct Versions {
    /// Newest first.
    pub rows: Vec<Stored>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// Whose history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One resource's.
    Instance(&'static str, String),
    /// All of a type.
    Type(&'static str),
    /// Everything the actor may read.
    System,
}

impl Record {
    /// Searches one type; with `patient` only in that patient's compartment.
    ///
    /// # Errors
    /// `BadRequest` for a parameter that is unknown or malformed: leaving it out would answer more than was asked.
    /// `Forbidden` when it touches, by chain, `_has` or `_include`, a type the actor may not search.
    pub async fn search(
        &self,
        ctx: &Ctx,
        resource_type: &'static str,
        pairs: &Pairs,
        patient: Option<&str>,
    ) -> Result<Found, Error> {
        let mut query = fhir::search::parse(resource_type, pairs, ctx.now_ms)?;
        query.count = query.count.min(self.limits.page);
        let mut event = ctx.event_on(Action::Search, resource_type, pairs);
        event.patient = patient_asked_for(pairs);
        if let Some(patient) = patient {
            query.filters.push(Filter::Patient(patient.to_owned()));
            event.patient = Some(patient.to_owned());
        }
        let touched = query.types_touched();
        let types: Vec<&str> = touched.iter().map(AsRef::as_ref).collect();
        let permit = self.permit::<Read>(ctx, Action::Search, &types).await?;
        let asked = query.clone();
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            let mut event = event.clone();
            // Nothing is found in a closed chart; the trail says so, lest it look as if somebody had seen it.
            if let Some(patient) = event.patient.clone()
                && snapshot.is_closed(&permit, &patient)?
            {
                event = marked(event, About { patient: Some(patient), is_closed: true });
            }
            snapshot.audit(event);
            Ok(snapshot.search(&permit, &asked)?)
        });
        Ok(Found { query, page: found.await? })
    }

    /// Versions, newest first. Parameters: `_count`, `_since`, and the cursor of a next link.
    ///
    /// # Errors
    /// `BadRequest` for any other parameter; `NotFound` for the history of what never was.
    pub async fn history(&self, ctx: &Ctx, scope: Scope, pairs: &Pairs) -> Result<Versions, Error> {
        let asked = Page::read(pairs, self.limits.page)?;
        let (types, mut event) = match &scope {
            Scope::Instance(resource_type, id) => (*resource_type, ctx.event_about(Action::History, resource_type, id)),
            Scope::Type(resource_type) => (*resource_type, ctx.event_on(Action::History, resource_type, pairs)),
            Scope::System => ("*", ctx.event(Action::History)),
        };
        event.detail = Some("_history".to_owned());
        let permit = self.permit::<Read>(ctx, Action::History, &[types]).await?;
        let wanted = scope.clone();
        let page = self.store.read::<_, Error, _>(move |snapshot| {
            snapshot.audit(event.clone());
            let scope = match &wanted {
                Scope::Instance(resource_type, id) => HistoryScope::Instance(resource_type, id),
                Scope::Type(resource_type) => HistoryScope::Type(resource_type),
                Scope::System => HistoryScope::System,
            };
            Ok(snapshot.history(&permit, scope, asked.since, asked.cursor.as_deref(), asked.count)?)
        });
        let page = page.await?;
        match scope {
            Scope::Instance(resource_type, id) if page.rows.is_empty() && pairs.is_empty() => {
                Err(Error::not_found(resource_type, &id))
            }
            _ => Ok(Versions { rows: page.rows, next: page.next }),
        }
    }
}

impl Found {
    /// The matches of this page, in order.
    #[must_use]
    pub fn rows(&self) -> &[Stored] {
        &self.page.rows
    }

    /// How many match in all, when that was asked for.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.page.total
    }

    /// The searchset. `base` is the FHIR base, `path` what follows it before the `?`.
    ///
    /// # Errors
    /// `Internal` when a stored resource does not read back for `_summary` or `_elements`.
    pub fn bundle(&self, base: &str, path: &str, pairs: &Pairs) -> Result<Vec<u8>, Error> {
        let links = links(base, path, pairs, self.page.next.as_deref());
        let mut bundle = Builder::new("searchset", self.page.total, &links);
        for (rows, mode) in [(&self.page.rows, Mode::Match), (&self.page.included, Mode::Include)] {
            for row in rows {
                let shown = view::show(&self.query.view, row)?;
                bundle.found(&format!("{base}/{}/{}", row.resource_type, row.id), &shown, mode);
            }
        }
        Ok(bundle.finish())
    }
}

impl Versions {
    /// The history bundle.
    #[must_use]
    pub fn bundle(&self, base: &str, path: &str, pairs: &Pairs) -> Vec<u8> {
        let mut bundle = Builder::new("history", None, &links(base, path, pairs, self.next.as_deref()));
        for row in &self.rows {
            let name = format!("{}/{}", row.resource_type, row.id);
            let (method, url, status) = match row.kind {
                Kind::Create => ("POST", row.resource_type, "201 Created"),
                Kind::Delete => ("DELETE", name.as_str(), "204 No Content"),
                _ => ("PUT", name.as_str(), "200 OK"),
            };
            let resource = (row.kind != Kind::Delete).then_some(row.json.as_slice());
            let (etag, time) = (etag(row), store::instant(row.updated.ms()));
            let answer = Answer { status, etag: Some(&etag), last_modified: Some(&time), ..Answer::default() };
            bundle.version(&format!("{base}/{name}"), resource, method, url, &answer);
        }
        bundle.finish()
    }
}

/// The one patient a search is about, when it names one.
fn patient_asked_for(pairs: &Pairs) -> Option<String> {
    let (_, value) = pairs.iter().find(|(name, _)| name == "patient" || name == "subject")?;
    let id = value.strip_prefix("Patient/").unwrap_or(value);
    fhir::is_id(id).then(|| id.to_owned())
}

/// The weak entity tag of a version.
#[must_use]
pub fn etag(stored: &Stored) -> String {
    format!("W/\"{}\"", stored.version)
}

pub(crate) fn links<'l>(base: &str, path: &str, pairs: &Pairs, next: Option<&str>) -> Vec<(&'l str, String)> {
    let url = |query: &str| if query.is_empty() { format!("{base}/{path}") } else { format!("{base}/{path}?{query}") };
    let mut links = vec![("self", url(&encode_pairs(pairs)))];
    if let Some(next) = next {
        let mut pairs: Pairs = pairs.iter().filter(|(name, _)| name != CURSOR).cloned().collect();
        pairs.push((CURSOR.to_owned(), next.to_owned()));
        links.push(("next", url(&encode_pairs(&pairs))));
    }
    links
}

/// How much of a history is asked for.
pub(crate) struct Page {
    pub(crate) count: u32,
    since: Option<i64>,
    pub(crate) cursor: Option<String>,
}

impl Page {
    pub(crate) fn read(pairs: &Pairs, page: u32) -> Result<Self, Error> {
        let mut asked = Self { count: 100.min(page), since: None, cursor: None };
        for (name, value) in pairs {
            let bad = |what: &str| Error::new(ErrorKind::BadRequest, format!("{name}: {what}"));
            match name.as_str() {
                "_count" => {
                    asked.count =
                        value.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(|| bad("a number from 1"))?.min(page)
                }
                "_since" => {
                    asked.since = Some(
                        value
                            .parse::<jiff::Timestamp>()
                            .map_err(|_| bad("an instant, e.g. 2026-04-01T09:00:00+09:00"))?
                            .as_millisecond(),
                    )
                }
                CURSOR => asked.cursor = Some(value.clone()),
                _ => return Err(bad("not a parameter here").todo("_count, _since")),
            }
        }
        Ok(asked)
    }
}

impl From<fhir::search::SearchError> for Error {
    fn from(error: fhir::search::SearchError) -> Self {
        Self::new(ErrorKind::BadRequest, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_replaces_the_cursor() {
        let pairs = vec![("name".to_owned(), "佐".to_owned()), (CURSOR.to_owned(), "1".to_owned())];
        let links = links("https://a/fhir", "Patient", &pairs, Some("2"));
        assert_eq!(links[1], ("next", "https://a/fhir/Patient?name=%E4%BD%90&_cursor=2".to_owned()));
    }

    #[test]
    fn history_takes_three_parameters_and_no_other() {
        let read = |name: &str, value: &str| Page::read(&vec![(name.to_owned(), value.to_owned())], 1_000);
        assert_eq!(read("_count", "9999").unwrap().count, 1_000);
        assert_eq!(read("_since", "1970-01-01T09:00:01+09:00").unwrap().since, Some(1_000));
        for (name, value) in
            [("_count", "0"), ("_count", "-1"), ("_since", "yesterday"), ("_at", "2026"), ("name", "x")]
        {
            assert!(read(name, value).is_err(), "{name}={value}");
        }
    }
}
