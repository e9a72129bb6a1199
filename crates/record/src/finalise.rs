//! 確定 and 追記: finalise and amend (真正性, ガイドライン 6.0).
//!
//! Finalising appends a version with the same content and a stamp: who entered it (入力者), who finalised it
//! (確定者), when, and whether it was entered for the finaliser (代行入力). From then on no path changes or removes
//! it; an amendment (追記・訂正) appends a version beside it, and history shows both. The finaliser must name the
//! version they have reviewed, so that nobody signs what they have not seen.

use access::{Action, Actor, Duty};
use clinic::VersionId;
use fhir::Resource;
use fhir::json::{Json, Object};
use store::{Kind, Stored};

use crate::write::{Done, Edit, Precondition, parse_stored};
use crate::{Ctx, Error, ErrorKind, Record};

/// Marks the stamp among a resource's extensions.
pub const STAMP_URL: &str = "urn:komainu:fhir:finalisation";

/// Types an entry of the chart can have. Others (patients, appointments, masters) are never finished.
const FINALISABLE: &[&str] = &[
    "AdverseEvent",
    "AllergyIntolerance",
    "CarePlan",
    "ClinicalImpression",
    "Composition",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "Immunization",
    "ImagingStudy",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
    "QuestionnaireResponse",
    "RiskAssessment",
    "ServiceRequest",
    "Specimen",
];

/// The answer to every attempt to change or remove a finalised entry.
pub(crate) fn is_finalised() -> Error {
    Error::new(ErrorKind::Conflict, "確定済みの記録は変更も削除もできません (the entry is finalised)")
        .todo("Add an amendment: POST the whole corrected resource to its $amend")
}

impl Record {
    /// 確定: finalises an entry as it stands at `reviewed`.
    ///
    /// # Errors
    /// `Invalid` for a type that is never finished, `Precondition` when it is no longer at that version,
    /// `Forbidden` without the duty, and for an entry of somebody else's unless the finaliser is a doctor.
    pub async fn finalise(
        &self,
        ctx: &Ctx,
        resource_type: &'static str,
        id: &str,
        reviewed: VersionId,
    ) -> Result<Done, Error> {
        if !FINALISABLE.contains(&resource_type) {
            return Err(Error::new(
                ErrorKind::Invalid,
                format!("{resource_type} is no entry of a chart that could be finalised"),
            ));
        }
        let (actor, now_ms) = (ctx.actor.clone(), ctx.now_ms);
        let edit: Edit = Box::new(move |head| {
            if head.kind.is_final() {
                return Err(Error::new(ErrorKind::Conflict, "the entry is finalised already"));
            }
            let proxy = head.author != actor.id;
            if proxy && !actor.holds(Duty::Doctor) && !actor.holds(Duty::Director) {
                return Err(Error::new(
                    ErrorKind::Forbidden,
                    "代行入力の確定は医師だけができます (only a doctor finalises what somebody else entered)",
                ));
            }
            let stamp = stamp(&head.author, &actor, now_ms, proxy);
            Ok((stamped(parse_stored(head)?, stamp)?, Kind::Finalise))
        });
        self.special(ctx, Action::Finalise, resource_type, id, Precondition::Match(reviewed), None, edit).await
    }

    /// 追記・訂正: appends `amended`, the whole corrected resource, after a finalised version.
    ///
    /// # Errors
    /// `Conflict` when the entry is not finalised (then it is simply updated), else as for [`Self::update`].
    pub async fn amend(&self, ctx: &Ctx, amended: Resource, reason: &str, seen: VersionId) -> Result<Done, Error> {
        let resource_type = amended.resource_type();
        let id =
            amended.id().ok_or_else(|| Error::new(ErrorKind::BadRequest, "the amended resource has no id"))?.to_owned();
        if reason.trim().is_empty() {
            return Err(Error::new(ErrorKind::BadRequest, "an amendment needs its reason").todo("Send `reason`"));
        }
        let (actor, now_ms, why) = (ctx.actor.clone(), ctx.now_ms, reason.to_owned());
        let edit: Edit = Box::new(move |head| {
            if !head.kind.is_final() {
                return Err(
                    Error::new(ErrorKind::Conflict, "the entry is not finalised yet").todo("Update it as usual")
                );
            }
            let before = parse_stored(head)?;
            let mut stamp = before
                .get("extension")
                .and_then(find_stamp)
                .cloned()
                .ok_or_else(|| Error::new(ErrorKind::Internal, "a finalised entry has no stamp"))?;
            if let Some(Json::Array(parts)) = stamp.get_mut("extension") {
                parts.push(amendment(&actor, now_ms, &why));
            }
            let mut amended = amended;
            crate::check::accept(&mut amended, fhir::validate::Mode::Strict)?;
            if subject(amended.json()) != subject(&before) {
                return Err(Error::new(ErrorKind::Invalid, "an amendment cannot move an entry to another patient"));
            }
            Ok((stamped(amended.into_json(), stamp)?, Kind::Amend))
        });
        self.special(ctx, Action::Amend, resource_type, &id, Precondition::Match(seen), Some(reason), edit).await
    }
}

/// Whether a resource of this type can be finalised.
#[must_use]
pub fn is_finalisable(resource_type: &str) -> bool {
    FINALISABLE.contains(&resource_type)
}

fn find_stamp(extensions: &Json) -> Option<&Json> {
    extensions.items().iter().find(|e| e.get("url").and_then(Json::as_str) == Some(STAMP_URL))
}

fn subject(json: &Object) -> Option<&str> {
    json.get("subject").or_else(|| json.get("patient"))?.get("reference")?.as_str()
}

/// Replaces the stamp of a resource; the store's own members of `meta` go, it sets them again.
fn stamped(mut json: Object, stamp: Json) -> Result<Resource, Error> {
    let mut extensions = match json.remove("extension") {
        Some(Json::Array(extensions)) => extensions,
        _ => Vec::new(),
    };
    extensions.retain(|e| e.get("url").and_then(Json::as_str) != Some(STAMP_URL));
    extensions.push(stamp);
    json.insert("extension", Json::Array(extensions));
    Ok(Resource::from_json(Json::Object(json))?)
}

fn part(url: &str, name: &str, value: impl Into<Json>) -> Json {
    Json::Object(Object::from_iter([("url", Json::from(url)), (name, value.into())]))
}

/// A person as text that can be read in thirty years, and as the account that can be traced now.
fn person(actor: &Actor) -> Json {
    Json::from([
        ("identifier", Json::from([("value", Json::from(actor.id.as_str()))])),
        ("display", Json::from(actor.name.as_str())),
    ])
}

fn stamp(author: &str, actor: &Actor, now_ms: i64, proxy: bool) -> Json {
    let entered = Json::from([("identifier", Json::from([("value", Json::from(author))]))]);
    let parts = vec![
        part("enteredBy", "valueReference", if proxy { entered } else { person(actor) }),
        part("finalisedBy", "valueReference", person(actor)),
        part("finalisedAt", "valueInstant", store::instant(now_ms)),
        part("proxy", "valueBoolean", proxy),
    ];
    Json::from([("url", Json::from(STAMP_URL)), ("extension", Json::Array(parts))])
}

fn amendment(actor: &Actor, now_ms: i64, reason: &str) -> Json {
    let parts = vec![
        part("by", "valueReference", person(actor)),
        part("at", "valueInstant", store::instant(now_ms)),
        part("reason", "valueString", reason),
    ];
    Json::from([("url", Json::from("amendment")), ("extension", Json::Array(parts))])
}

/// What the stamp of a stored entry says, for screens and tests.
#[must_use]
pub fn stamp_of(stored: &Stored) -> Option<Json> {
    let json = parse_stored(stored).ok()?;
    json.get("extension").and_then(find_stamp).cloned()
}
