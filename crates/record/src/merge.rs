//! 患者の統合: two registrations of one person. Linked, never moved, so that it can be taken back.
//!
//! The charts stay where they are; the duplicate becomes inactive and says `replaced-by`, the one that is kept says
//! `replaces` (patient.html#merge). Both versions are written in one transaction, and so is the way back.

use access::{Action, Permit, Read};
use clinic::VersionId;
use fhir::Resource;
use fhir::json::{Json, Object};
use store::{Kind, Stored, Tx};

use crate::write::{Change, Done, Edit, Precondition, Rights, apply, parse_stored};
use crate::{Ctx, Error, ErrorKind, Record};

impl Record {
    /// Merges the registration `duplicate` into `kept`. Returns both, the kept one first.
    ///
    /// # Errors
    /// `Conflict` when either was merged into another before, `Precondition` when `seen` names versions (kept,
    /// duplicate) that are no longer current.
    pub async fn merge(
        &self,
        ctx: &Ctx,
        kept: &str,
        duplicate: &str,
        seen: Option<(VersionId, VersionId)>,
    ) -> Result<Vec<Done>, Error> {
        if kept == duplicate {
            return Err(Error::new(ErrorKind::BadRequest, "a patient cannot be merged into themselves"));
        }
        self.link(ctx, "merge", kept, duplicate, move |kept, duplicate| {
            if seen.is_some_and(|(k, d)| k != kept.version || d != duplicate.version) {
                return Err(Error::new(ErrorKind::Precondition, "one of the patients was changed after you read them"));
            }
            let (mut left, mut right) = (parse_stored(kept)?, parse_stored(duplicate)?);
            for (json, stored) in [(&left, kept), (&right, duplicate)] {
                if replaced_by(json).is_some() {
                    return Err(Error::new(
                        ErrorKind::Conflict,
                        format!("Patient/{} was merged into another already", stored.id),
                    ));
                }
            }
            links(&mut left).push(link(&duplicate.id, "replaces"));
            links(&mut right).push(link(&kept.id, "replaced-by"));
            right.insert("active", false);
            Ok((left, right))
        })
        .await
    }

    /// Takes a merge back.
    ///
    /// # Errors
    /// `Conflict` when `duplicate` is not merged into `kept`.
    pub async fn unmerge(&self, ctx: &Ctx, kept: &str, duplicate: &str) -> Result<Vec<Done>, Error> {
        self.link(ctx, "unmerge", kept, duplicate, |kept, duplicate| {
            let (mut left, mut right) = (parse_stored(kept)?, parse_stored(duplicate)?);
            if replaced_by(&right) != Some(kept.id.as_str()) {
                return Err(Error::new(ErrorKind::Conflict, "that patient is not merged into this one"));
            }
            unlink(&mut left, &duplicate.id, "replaces");
            unlink(&mut right, &kept.id, "replaced-by");
            right.insert("active", true);
            Ok((left, right))
        })
        .await
    }

    async fn link(
        &self,
        ctx: &Ctx,
        detail: &str,
        kept: &str,
        duplicate: &str,
        edit: impl FnOnce(&Stored, &Stored) -> Result<(Object, Object), Error> + Send + 'static,
    ) -> Result<Vec<Done>, Error> {
        let rights = self.rights(ctx, Action::Merge, "Patient", true).await?;
        let mut event = ctx.event_about(Action::Merge, "Patient", kept);
        event.entities.extend(ctx.event_about(Action::Merge, "Patient", duplicate).entities);
        event.detail = Some(detail.to_owned());
        let (kept, duplicate) = (kept.to_owned(), duplicate.to_owned());
        self.commit(rights, event, None, move |tx, rights| {
            let Some(read) = &rights.search else {
                return Err(Error::new(ErrorKind::Forbidden, "merging needs the right to read patients"));
            };
            let (left, right) = (head(tx, read, &kept)?, head(tx, read, &duplicate)?);
            let (left_json, right_json) = edit(&left, &right)?;
            Ok(vec![append(tx, rights, left_json, &left)?, append(tx, rights, right_json, &right)?])
        })
        .await
    }
}

/// The patient that a registration was merged into.
pub(crate) fn replaced_by(patient: &Object) -> Option<&str> {
    let is_replaced = |link: &&Json| link.get("type").and_then(Json::as_str) == Some("replaced-by");
    let link = patient.get("link")?.items().iter().find(is_replaced)?;
    link.get("other")?.get("reference")?.as_str()?.strip_prefix("Patient/")
}

fn head(tx: &mut Tx<'_>, read: &Permit<Read>, id: &str) -> Result<Stored, Error> {
    let head = tx.head(read, "Patient", id)?.filter(|head| head.kind != Kind::Delete);
    head.ok_or_else(|| Error::not_found("Patient", id))
}

fn append(tx: &mut Tx<'_>, rights: &Rights, json: Object, before: &Stored) -> Result<Done, Error> {
    let resource = Resource::from_json(Json::Object(json))?;
    let precondition = Precondition::Match(before.version);
    let edit: Edit = Box::new(move |_| Ok((resource, Kind::Merge)));
    apply(tx, rights, Change::Special { resource_type: "Patient", id: before.id.clone(), precondition, edit })
}

fn link(other: &str, kind: &str) -> Json {
    Json::from([
        ("other", Json::from([("reference", Json::from(format!("Patient/{other}")))])),
        ("type", Json::from(kind)),
    ])
}

fn links(patient: &mut Object) -> &mut Vec<Json> {
    if patient.get("link").and_then(Json::as_array).is_none() {
        patient.insert("link", Json::Array(Vec::new()));
    }
    match patient.get_mut("link") {
        Some(Json::Array(links)) => links,
        _ => unreachable!("inserted above"),
    }
}

fn unlink(patient: &mut Object, other: &str, kind: &str) {
    let gone = link(other, kind);
    let links = links(patient);
    links.retain(|l| *l != gone);
    if links.is_empty() {
        patient.remove("link");
    }
}
