//! `Patient/$everything` and `Observation/$lastn`: searches put together.

use std::collections::HashMap;

use access::{Action, Class, Read, decide};
use fhir::json::Json;
use fhir::search::query::{Filter, Query, Sort, SortBy, Total, View};
use store::{Kind, Stored};

use crate::bundle::build::{Builder, Mode};
use crate::search::{CURSOR, Page, links};
use crate::url::Pairs;
use crate::{Ctx, Error, ErrorKind, Record};

/// Observations looked at for one `$lastn`: a patient with more has been measured every day for years.
const LASTN_SCANNED_MAX: u32 = 20_000;

impl Record {
    /// Everything in a patient's compartment that the actor may read, the patient first, then by type. `_type`
    /// narrows the types, `_count` and the next link page.
    ///
    /// # Errors
    /// `NotFound` for no such patient, `BadRequest` for any other parameter.
    pub async fn everything(&self, ctx: &Ctx, id: &str, pairs: &Pairs, base: &str) -> Result<Vec<u8>, Error> {
        let (mut asked, mut only) = (Vec::new(), None);
        for (name, value) in pairs {
            if name == "_type" {
                only = Some(types_of(value)?);
            } else {
                asked.push((name.clone(), value.clone()));
            }
        }
        let page = Page::read(&asked, self.limits.page)?;
        if asked.iter().any(|(name, _)| name == "_since") {
            return Err(Error::new(ErrorKind::BadRequest, "_since: not a parameter here").todo("_type, _count"));
        }
        let permit = self.permit::<Read>(ctx, Action::Search, &["Patient"]).await?;
        // What the actor may not see is left out; that is what they asked for: everything they may.
        let permit = decide::<Read>(&ctx.actor, Action::Search, &["*"]).unwrap_or(permit);
        let types: Vec<&'static str> = compartment_types(&permit, only.as_deref());
        let mut event = ctx.event_about(Action::Search, "Patient", id);
        event.query = Some("$everything".to_owned());
        let (wanted, cursor) = (id.to_owned(), page.cursor);
        let found = self.store.read_long::<_, Error, _>(move |snapshot| {
            snapshot.audit(event);
            let patient = snapshot.head(&permit, "Patient", &wanted)?;
            if patient.is_none_or(|p| p.kind == Kind::Delete) {
                return Err(Error::not_found("Patient", &wanted));
            }
            let mut rows: Vec<Stored> = Vec::new();
            let (start, mut cursor) = position(cursor.as_deref(), &types)?;
            for (at, resource_type) in types.iter().enumerate().skip(start) {
                let room = page.count.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
                if room == 0 {
                    return Ok((rows, Some(format!("{}-", types[at]))));
                }
                let query = compartment(resource_type, &wanted, room, cursor.take());
                let found = snapshot.search(&permit, &query)?;
                rows.extend(found.rows);
                if let Some(next) = found.next {
                    return Ok((rows, Some(format!("{resource_type}-{next}"))));
                }
            }
            Ok((rows, None))
        });
        let (rows, next) = found.await?;
        let mut bundle =
            Builder::new("searchset", None, &links(base, &format!("Patient/{id}/$everything"), pairs, next.as_deref()));
        for row in &rows {
            bundle.found(&format!("{base}/{}/{}", row.resource_type, row.id), &row.json, Mode::Match);
        }
        Ok(bundle.finish())
    }

    /// The last `max` observations of each code, newest first (observation-operation-lastn.html). Takes the search
    /// parameters of Observation, of which the patient is one that must be there.
    ///
    /// # Errors
    /// As for [`Self::search`].
    pub async fn lastn(&self, ctx: &Ctx, pairs: &Pairs, base: &str) -> Result<Vec<u8>, Error> {
        let (mut max, mut search) = (1usize, Vec::new());
        for (name, value) in pairs {
            match name.as_str() {
                "max" => {
                    max = value
                        .parse()
                        .ok()
                        .filter(|n| (1..=100).contains(n))
                        .ok_or_else(|| Error::new(ErrorKind::BadRequest, "max: 1 to 100"))?
                }
                "_sort" | "_count" | "_summary" | "_elements" | "_total" => {
                    return Err(Error::new(ErrorKind::BadRequest, format!("{name} does not go with $lastn")));
                }
                _ => search.push((name.clone(), value.clone())),
            }
        }
        if !search.iter().any(|(name, _)| {
            name == "patient" || name == "subject" || name.starts_with("subject:") || name.starts_with("patient:")
        }) {
            return Err(Error::new(ErrorKind::BadRequest, "$lastn needs patient or subject"));
        }
        search.push(("_sort".to_owned(), "-date".to_owned()));
        let mut query = fhir::search::parse("Observation", &search, ctx.now_ms)?;
        query.count = self.limits.page;
        let touched = query.types_touched();
        let types: Vec<&str> = touched.iter().map(AsRef::as_ref).collect();
        let permit = self.permit::<Read>(ctx, Action::Search, &types).await?;
        let mut event = ctx.event_on(Action::Search, "Observation", pairs);
        event.detail = Some("$lastn".to_owned());
        let found = self.store.read_long::<_, Error, _>(move |snapshot| {
            snapshot.audit(event);
            let (mut kept, mut seen, mut scanned) = (Vec::new(), HashMap::<String, usize>::new(), 0);
            loop {
                let page = snapshot.search(&permit, &query)?;
                scanned += query.count;
                for row in page.rows {
                    let count = seen.entry(code_of(&row)?).or_default();
                    *count += 1;
                    if *count <= max {
                        kept.push(row);
                    }
                }
                match page.next {
                    None => return Ok(kept),
                    Some(_) if scanned >= LASTN_SCANNED_MAX => {
                        return Err(Error::new(ErrorKind::TooLarge, "too many observations to look through")
                            .todo("Narrow by category, code or date"));
                    }
                    next => query.cursor = next,
                }
            }
        });
        let rows = found.await?;
        let links = links(base, "Observation/$lastn", pairs, None);
        let mut bundle = Builder::new("searchset", Some(rows.len() as u64), &links);
        for row in &rows {
            bundle.found(&format!("{base}/Observation/{}", row.id), &row.json, Mode::Match);
        }
        Ok(bundle.finish())
    }
}

/// What makes two observations "the same": their first coding, else their text.
fn code_of(row: &Stored) -> Result<String, Error> {
    let json = crate::write::parse_stored(row)?;
    let code = json.get("code");
    let coding = code.and_then(|c| c.get("coding")).and_then(|c| c.items().first());
    let text = |json: Option<&Json>, name: &str| {
        json.and_then(|j| j.get(name)).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    Ok(match coding {
        Some(_) => format!("{}|{}", text(coding, "system"), text(coding, "code")),
        None => text(code, "text"),
    })
}

fn types_of(list: &str) -> Result<Vec<&'static str>, Error> {
    let one = |name: &str| {
        crate::url::resource_type(name).ok_or_else(|| Error::new(ErrorKind::BadRequest, "_type: not a resource type"))
    };
    list.split(',').map(one).collect()
}

/// Types that can be in a patient's compartment, the patient first: those with a parameter that points at one.
fn compartment_types(permit: &access::Permit<Read>, only: Option<&[&'static str]>) -> Vec<&'static str> {
    let wanted = |t: &str| permit.covers(t) && only.is_none_or(|only| only.contains(&t));
    let others = Class::all_types().map(|(_, t)| t).filter(|t| *t != "Patient" && wanted(t) && points_at_patients(t));
    let mut others: Vec<&'static str> = others.collect();
    others.sort_unstable();
    let patient = if wanted("Patient") { Some("Patient") } else { None };
    patient.into_iter().chain(others).collect()
}

/// Whether resources of a type can be about a patient.
pub(crate) fn points_at_patients(resource_type: &str) -> bool {
    fhir::search::params(resource_type).any(|param| param.targets.contains(&"Patient"))
}

fn compartment(resource_type: &str, patient: &str, count: u32, cursor: Option<String>) -> Query {
    let filter = if resource_type == "Patient" {
        Filter::Id(vec![patient.to_owned()])
    } else {
        Filter::Patient(patient.to_owned())
    };
    Query {
        resource_type: resource_type.to_owned(),
        filters: vec![filter],
        sort: vec![Sort { by: SortBy::LastUpdated, descending: false }],
        count,
        cursor,
        total: Total::None,
        include: Vec::new(),
        revinclude: Vec::new(),
        view: View::Whole,
    }
}

/// Where a page of `$everything` starts: `Type-` and the cursor within that type.
fn position(cursor: Option<&str>, types: &[&'static str]) -> Result<(usize, Option<String>), Error> {
    let Some(cursor) = cursor else { return Ok((0, None)) };
    let bad = || Error::new(ErrorKind::BadRequest, format!("{CURSOR}: not one of this server"));
    let (name, rest) = cursor.split_once('-').ok_or_else(bad)?;
    let at = types.iter().position(|t| *t == name).ok_or_else(bad)?;
    Ok((at, (!rest.is_empty()).then(|| rest.to_owned())))
}
