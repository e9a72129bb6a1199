//! Bulk export (Bulk Data Access IG): all resources by type, as NDJSON.
//!
//! An export holds no copy: it is a permit and a list of files, and each file is read from the store page by page
//! as it is fetched, so that no second, unencrypted set of charts ever lies on a disk. Everything that was there
//! when it was asked for is in it; what was changed since is in it as it is now.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use access::{Action, Permit, Read};
use fhir::json::Json;
use fhir::search::query::{DateMatch, Filter, Prefix, Query, Sort, SortBy, Total, View};
use store::Stored;

use crate::everything::points_at_patients;
use crate::url::Pairs;
use crate::{Ctx, Error, ErrorKind, Record, id};

/// Exports remembered at once.
const JOBS_MAX: usize = 16;
/// How long one may be fetched.
const LASTS_MS: i64 = 24 * 60 * 60 * 1000;
/// Resources read at a time while a file is sent.
const PAGE: u32 = 500;

/// Exports that may be fetched. Only in memory: after a restart they are asked for again.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<HashMap<String, Export>>);

/// An export.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    permit: Permit<Read>,
    types: Vec<&'static str>,
    since_ms: Option<i64>,
    at_ms: i64,
    request: String,
}

/// A file being read, page by page.
#[derive(Debug)]
pub struct Reader {
    export: Export,
    query: Query,
    done: bool,
}

impl Record {
    /// Starts an export of all types, or of what is in patients' compartments. Parameters: `_type`, `_since`,
    /// `_outputFormat`. Returns its name.
    ///
    /// # Errors
    /// `BadRequest` for any other parameter; `Forbidden` unless every type asked for may be exported.
    pub async fn export_start(
        &self,
        ctx: &Ctx,
        patients_only: bool,
        url: String,
        pairs: &Pairs,
    ) -> Result<String, Error> {
        let (mut types, mut since_ms) = (Vec::new(), None);
        for (name, value) in pairs {
            let bad = |what: &str| Error::new(ErrorKind::BadRequest, format!("{name}: {what}"));
            match name.as_str() {
                "_type" => {
                    types = value
                        .split(',')
                        .map(|t| crate::url::resource_type(t).ok_or_else(|| bad("not a resource type")))
                        .collect::<Result<_, _>>()?
                }
                "_since" => {
                    since_ms = Some(value.parse::<jiff::Timestamp>().map_err(|_| bad("an instant"))?.as_millisecond())
                }
                "_outputFormat"
                    if matches!(value.as_str(), "application/fhir+ndjson" | "application/ndjson" | "ndjson") => {}
                _ => {
                    return Err(
                        bad("not a parameter of $export").todo("_type, _since, _outputFormat=application/fhir+ndjson")
                    );
                }
            }
        }
        if patients_only && types.is_empty() {
            self.permit::<Read>(ctx, Action::Export, &["Patient"]).await?;
        }
        let asked: Vec<&str> = if types.is_empty() { vec!["*"] } else { types.clone() };
        let permit = self.permit::<Read>(ctx, Action::Export, &asked).await?;
        if types.is_empty() {
            types = permit.types().to_vec();
        }
        if patients_only {
            types.retain(|t| *t == "Patient" || points_at_patients(t));
        }
        let mut event = ctx.event(Action::Export);
        event.detail = Some(format!("{} types", types.len()));
        event.query = Some(crate::url::encode_pairs(pairs));
        self.audit(event).await?;
        let name = id::new_id(ctx.now_ms);
        let export = Export { permit, types, since_ms, at_ms: ctx.now_ms, request: url };
        let mut jobs = self.exports.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|_, job| ctx.now_ms - job.at_ms < LASTS_MS);
        if jobs.len() >= JOBS_MAX {
            return Err(Error::new(ErrorKind::Unavailable, "too many exports at once").todo("Delete one, or wait"));
        }
        jobs.insert(name.clone(), export);
        Ok(name)
    }

    /// The manifest of an export, `base` being the URL its files hang below. Types without a resource are left out.
    ///
    /// # Errors
    /// `NotFound` for an export of nobody's or somebody else's.
    pub async fn export_manifest(&self, ctx: &Ctx, name: &str, base: &str) -> Result<Json, Error> {
        let export = self.export(ctx, name)?;
        let mut output = Vec::new();
        for resource_type in &export.types {
            let mut reader = export.reader(resource_type);
            reader.query.count = 1;
            if !self.export_page(ctx, &mut reader).await?.is_empty() {
                let url = format!("{base}/{resource_type}.ndjson");
                output.push(Json::from([("type", Json::from(*resource_type)), ("url", Json::from(url))]));
            }
        }
        Ok(Json::from([
            ("transactionTime", Json::from(store::instant(export.at_ms))),
            ("request", Json::from(export.request.as_str())),
            ("requiresAccessToken", Json::from(true)),
            ("output", Json::Array(output)),
            ("error", Json::Array(Vec::new())),
        ]))
    }

    /// Opens one file of an export.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn export_file(&self, ctx: &Ctx, name: &str, file: &str) -> Result<Reader, Error> {
        let export = self.export(ctx, name)?;
        let resource_type =
            file.strip_suffix(".ndjson").and_then(|t| export.types.iter().find(|own| **own == t).copied());
        let resource_type =
            resource_type.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such file in this export"))?;
        Ok(export.reader(resource_type))
    }

    /// The next lines of a file; none at its end.
    ///
    /// # Errors
    /// From the store.
    pub async fn export_page(&self, ctx: &Ctx, reader: &mut Reader) -> Result<Vec<u8>, Error> {
        if reader.done {
            return Ok(Vec::new());
        }
        let (permit, query) = (reader.export.permit.clone(), reader.query.clone());
        let mut event = ctx.event(Action::Export);
        event.entities.push(audit::Entity { kind: query.resource_type.clone(), id: String::new(), version: None });
        let page = self.store.read_long::<_, Error, _>(move |snapshot| {
            snapshot.audit(event);
            Ok(snapshot.search(&permit, &query)?)
        });
        let page = page.await?;
        reader.done = page.next.is_none();
        reader.query.cursor = page.next;
        Ok(lines(&page.rows))
    }

    /// Forgets an export.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn export_cancel(&self, ctx: &Ctx, name: &str) -> Result<(), Error> {
        self.export(ctx, name)?;
        self.exports.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }

    /// Only whoever started it knows of it.
    fn export(&self, ctx: &Ctx, name: &str) -> Result<Export, Error> {
        let jobs = self.exports.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found =
            jobs.get(name).filter(|job| job.permit.actor().id == ctx.actor.id && ctx.now_ms - job.at_ms < LASTS_MS);
        // The right may have been taken away since.
        let found = found.filter(|job| access::decide::<Read>(&ctx.actor, Action::Export, &job.types).is_ok());
        found.cloned().ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such export"))
    }
}

impl Export {
    fn reader(&self, resource_type: &str) -> Reader {
        let since = self.since_ms.map(|low| Filter::LastUpdated(DateMatch { prefix: Prefix::Ge, low, high: low + 1 }));
        let query = Query {
            resource_type: resource_type.to_owned(),
            filters: since.into_iter().collect(),
            sort: vec![Sort { by: SortBy::LastUpdated, descending: false }],
            count: PAGE,
            cursor: None,
            total: Total::None,
            include: Vec::new(),
            revinclude: Vec::new(),
            view: View::Whole,
        };
        Reader { export: self.clone(), query, done: false }
    }
}

fn lines(rows: &[Stored]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.iter().map(|row| row.json.len() + 1).sum());
    for row in rows {
        out.extend_from_slice(&row.json);
        out.push(b'\n');
    }
    out
}
