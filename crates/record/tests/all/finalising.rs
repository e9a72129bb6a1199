//! 確定, 追記, 代行入力.

use fhir::json::Json;
use record::{Ctx, Done, ErrorKind, Options, Patch, Precondition, Record, Status, stamp_of};

use crate::harness::*;

async fn note(record: &Record, ctx: &Ctx, text: &str) -> Done {
    let patient = id(&create(record, patient("1")).await);
    let text = format!(
        r#"{{"resourceType":"ClinicalImpression","status":"completed","subject":{{"reference":"Patient/{patient}"}},"summary":"{text}"}}"#
    );
    record.create(ctx, parse(&text), Options::default()).await.unwrap()
}

fn resource(done: &Done) -> fhir::Resource {
    fhir::Resource::parse(&done.stored.as_ref().unwrap().json).unwrap()
}

#[test]
fn nothing_finalised_is_changed_or_removed_by_any_path() {
    on_both(async |record| {
        let ctx = director();
        let entry = note(&record, &ctx, "発熱").await;
        let id = id(&entry);
        let done = record.finalise(&ctx, "ClinicalImpression", &id, version(&entry)).await.unwrap();
        let finalised = resource(&done);
        let conflict = |kind: ErrorKind| assert_eq!(kind, ErrorKind::Conflict);
        let options = Options::default;
        conflict(kind(record.update(&ctx, finalised.clone(), options()).await));
        conflict(kind(record.delete(&ctx, "ClinicalImpression", &id, options()).await));
        conflict(kind(record.delete_where(&ctx, "ClinicalImpression", &pairs(&format!("_id={id}")), options()).await));
        conflict(kind(record.update_where(&ctx, finalised.clone(), &pairs(&format!("_id={id}")), options()).await));
        let patch = Patch::Merge(json(br#"{"summary":"x"}"#));
        conflict(kind(record.patch(&ctx, "ClinicalImpression", &id, patch, options()).await));
        let exact = Options { precondition: Precondition::Match(version(&done)), ..options() };
        conflict(kind(record.delete(&ctx, "ClinicalImpression", &id, exact).await));
        conflict(kind(record.finalise(&ctx, "ClinicalImpression", &id, version(&done)).await));
        for request in [
            format!(r#"{{"request":{{"method":"DELETE","url":"ClinicalImpression/{id}"}}}}"#),
            format!(
                r#"{{"resource":{},"request":{{"method":"PUT","url":"ClinicalImpression/{id}"}}}}"#,
                String::from_utf8(finalised.to_vec()).unwrap()
            ),
        ] {
            let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{request}]}}"#);
            conflict(kind(record.bundle(&ctx, bundle.as_bytes(), "https://x/fhir", None, false).await));
        }
        let line = finalised.to_vec();
        let items = std::iter::once((1, record::import::Item::Resource(line)));
        let report = record.import(&ctx, items, record::import::Settings::default(), |_| {}).await.unwrap();
        assert_eq!((report.progress.written, report.progress.existing), (0, 1));
        let now = record.read(&ctx, "ClinicalImpression", &id).await.unwrap();
        assert_eq!(now.version, version(&done));
    });
}

#[test]
fn the_stamp_says_who_entered_who_finalised_and_when() {
    on_both(async |record| {
        let entry = note(&record, &nurse(), "発熱").await;
        let done = record.finalise(&doctor(), "ClinicalImpression", &id(&entry), version(&entry)).await.unwrap();
        let stamp = stamp_of(done.stored.as_ref().unwrap()).unwrap();
        let part = |name: &str| {
            stamp.get("extension").unwrap().items().iter().find(|p| at(p, &["url"]) == name).unwrap().clone()
        };
        assert_eq!(at(&part("enteredBy"), &["valueReference", "identifier", "value"]), "nurse");
        assert_eq!(at(&part("finalisedBy"), &["valueReference", "identifier", "value"]), "doctor");
        assert_eq!(at(&part("finalisedAt"), &["valueInstant"]), store::instant(NOW_MS));
        assert_eq!(part("proxy").get("valueBoolean"), Some(&Json::Bool(true)));
        let mut without = resource(&done);
        without.json_mut().remove("extension");
        let (mut before, mut after) = (resource(&entry).into_json(), without.into_json());
        before.remove("meta");
        after.remove("meta");
        assert_eq!(before, after, "finalising adds the stamp and changes nothing else");
    });
}

#[test]
fn only_a_doctor_finalises_what_somebody_else_entered() {
    on_both(async |record| {
        let entry = note(&record, &nurse(), "発熱").await;
        let (name, seen) = (id(&entry), version(&entry));
        assert_eq!(kind(record.finalise(&nurse(), "ClinicalImpression", &name, seen).await), ErrorKind::Forbidden);
        let clerk = ctx("clerk", &[access::Duty::Clerk]);
        assert_eq!(kind(record.finalise(&clerk, "ClinicalImpression", &name, seen).await), ErrorKind::Forbidden);
        // A nurse finalises her own measurement, and not another nurse's.
        let own = record.create(&nurse(), observation("p", 60), Options::default()).await.unwrap();
        let other = ctx("nurse-2", &[access::Duty::Nurse]);
        assert_eq!(kind(record.finalise(&other, "Observation", &id(&own), version(&own)).await), ErrorKind::Forbidden);
        record.finalise(&nurse(), "Observation", &id(&own), version(&own)).await.unwrap();
        // Nobody signs what they have not seen.
        let mut changed = resource(&entry);
        changed.json_mut().insert("summary", "平熱");
        record.update(&nurse(), changed, Options::default()).await.unwrap();
        assert_eq!(kind(record.finalise(&doctor(), "ClinicalImpression", &name, seen).await), ErrorKind::Precondition);
        let patient = create(&record, patient("2")).await;
        let refused = record.finalise(&doctor(), "Patient", &id(&patient), version(&patient)).await;
        assert_eq!(kind(refused), ErrorKind::Invalid);
    });
}

#[test]
fn an_amendment_stands_beside_what_it_amends() {
    on_both(async |record| {
        let ctx = doctor();
        let entry = note(&record, &ctx, "発熱").await;
        let name = id(&entry);
        let mut amended = resource(&entry);
        amended.json_mut().insert("summary", "発熱, 咳");
        assert_eq!(
            kind(record.amend(&ctx, amended.clone(), "追記", version(&entry)).await),
            ErrorKind::Conflict,
            "not finalised yet"
        );
        let finalised = record.finalise(&ctx, "ClinicalImpression", &name, version(&entry)).await.unwrap();
        assert_eq!(
            kind(record.amend(&ctx, amended.clone(), " ", version(&finalised)).await),
            ErrorKind::BadRequest,
            "no reason"
        );
        assert_eq!(kind(record.amend(&ctx, amended.clone(), "追記", version(&entry)).await), ErrorKind::Precondition);
        let mut moved = amended.clone();
        moved.json_mut().insert("subject", Json::from([("reference", Json::from("Patient/other"))]));
        assert_eq!(kind(record.amend(&ctx, moved, "移動", version(&finalised)).await), ErrorKind::Invalid);
        let done = record.amend(&ctx, amended, "聞き漏らし", version(&finalised)).await.unwrap();
        assert_eq!(done.status, Status::Updated);
        let scope = record::Scope::Instance("ClinicalImpression", name.clone());
        let history = record.history(&ctx, scope, &pairs("")).await.unwrap();
        let said: Vec<(store::Kind, String)> =
            history.rows.iter().map(|row| (row.kind, at(&json(&row.json), &["summary"]).to_owned())).collect();
        use store::Kind::{Amend, Create, Finalise};
        assert_eq!(said, [(Amend, "発熱, 咳".to_owned()), (Finalise, "発熱".to_owned()), (Create, "発熱".to_owned())]);
        let stamp = stamp_of(done.stored.as_ref().unwrap()).unwrap();
        let amendment = stamp.get("extension").unwrap().items().last().unwrap();
        let reason = amendment.get("extension").unwrap().items().iter().find(|p| at(p, &["url"]) == "reason").unwrap();
        assert_eq!(at(reason, &["valueString"]), "聞き漏らし");
        assert_eq!(
            kind(record.delete(&director(), "ClinicalImpression", &name, Options::default()).await),
            ErrorKind::Conflict
        );
    });
}

#[test]
fn a_client_cannot_stamp() {
    on_both(async |record| {
        let patient = id(&create(&record, patient("1")).await);
        let text = format!(
            r#"{{"resourceType":"ClinicalImpression","extension":[{{"url":"{}","extension":[{{"url":"finalisedBy","valueReference":{{"display":"院長"}}}}]}}],"status":"completed","subject":{{"reference":"Patient/{patient}"}}}}"#,
            record::STAMP_URL
        );
        let done = record.create(&nurse(), parse(&text), Options::default()).await.unwrap();
        assert_eq!(stamp_of(done.stored.as_ref().unwrap()), None);
    });
}
