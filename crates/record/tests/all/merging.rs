//! 患者の統合.

use record::{ErrorKind, Options};

use crate::harness::*;

#[test]
fn a_merge_links_both_and_can_be_taken_back() {
    on_both(async |record| {
        let clerk = ctx("clerk", &[access::Duty::Clerk]);
        let kept = id(&create(&record, patient("1")).await);
        let gone = id(&create(&record, patient("2")).await);
        create(&record, observation(&gone, 60)).await;
        let done = record.merge(&clerk, &kept, &gone, None).await.unwrap();
        let (left, right) =
            (json(&done[0].stored.as_ref().unwrap().json), json(&done[1].stored.as_ref().unwrap().json));
        let link = |j: &fhir::json::Json| {
            (
                at(&j.get("link").unwrap().items()[0], &["type"]).to_owned(),
                at(&j.get("link").unwrap().items()[0], &["other", "reference"]).to_owned(),
            )
        };
        assert_eq!(link(&left), ("replaces".to_owned(), format!("Patient/{gone}")));
        assert_eq!(link(&right), ("replaced-by".to_owned(), format!("Patient/{kept}")));
        assert_eq!(right.get("active"), Some(&fhir::json::Json::Bool(false)));
        assert_eq!(kind(record.merge(&clerk, &kept, &gone, None).await), ErrorKind::Conflict, "merged already");
        assert_eq!(kind(record.merge(&clerk, &gone, &kept, None).await), ErrorKind::Conflict, "in a circle");

        // A form that was open all the while still names the one that was given up.
        let stale = record.create(&doctor(), observation(&gone, 70), Options::default()).await;
        let error = stale.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert!(error.what.contains(&format!("Patient/{kept}")), "{}", error.what);
        record.create(&doctor(), observation(&kept, 70), Options::default()).await.unwrap();

        assert_eq!(kind(record.unmerge(&clerk, &gone, &kept).await), ErrorKind::Conflict, "the other way round");
        let done = record.unmerge(&clerk, &kept, &gone).await.unwrap();
        let right = json(&done[1].stored.as_ref().unwrap().json);
        assert_eq!((right.get("link"), right.get("active")), (None, Some(&fhir::json::Json::Bool(true))));
        record.create(&doctor(), observation(&gone, 80), Options::default()).await.unwrap();
    });
}

#[test]
fn a_merge_that_cannot_be_done_changes_neither() {
    on_both(async |record| {
        let kept = create(&record, patient("1")).await;
        let clerk = ctx("clerk", &[access::Duty::Clerk]);
        assert_eq!(kind(record.merge(&clerk, &id(&kept), "nobody", None).await), ErrorKind::NotFound);
        assert_eq!(kind(record.merge(&clerk, &id(&kept), &id(&kept), None).await), ErrorKind::BadRequest);
        let other = create(&record, patient("2")).await;
        assert_eq!(kind(record.merge(&nurse(), &id(&kept), &id(&other), None).await), ErrorKind::Forbidden);
        let old = Some((version(&other), version(&kept)));
        assert_eq!(kind(record.merge(&clerk, &id(&kept), &id(&other), old).await), ErrorKind::Precondition);
        let now = record.read(&clerk, "Patient", &id(&kept)).await.unwrap();
        assert_eq!(now.version, version(&kept));
    });
}
