//! `_include`, `_revinclude`, `:iterate`.

use access::{Action, Actor, decide};
use store::{INCLUDED_MAX, StoreError};

use super::{ids, load, page, query};
use crate::harness::{event, on_both};

const WEB: &[&str] = &[
    r#"{"resourceType":"Patient","id":"a","link":[{"other":{"reference":"Patient/b"},"type":"seealso"}],"generalPractitioner":[{"reference":"Practitioner/dr"}],"managingOrganization":{"reference":"Organization/org"}}"#,
    r#"{"resourceType":"Patient","id":"b","link":[{"other":{"reference":"Patient/a"},"type":"seealso"}]}"#,
    r#"{"resourceType":"Practitioner","id":"dr"}"#,
    r#"{"resourceType":"Organization","id":"org","partOf":{"reference":"Organization/parent"}}"#,
    r#"{"resourceType":"Organization","id":"parent","partOf":{"reference":"Organization/org"}}"#,
    r#"{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"}}"#,
    r#"{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/e"},"performer":[{"reference":"Practitioner/dr"}]}"#,
];

#[test]
fn what_is_referred_to_comes_along_once() {
    on_both(async |store| {
        load(&store, WEB).await;
        for (text, expected) in [
            ("Observation?_include=Observation:patient", &["a"][..]),
            ("Observation?_include=Observation:subject:Patient&_include=Observation:encounter", &["a", "e"]),
            ("Observation?_include=*", &["a", "dr", "e"]),
            ("Observation?_include=Observation:patient&_include=Patient:organization", &["a"]),
            ("Observation?_include=Observation:patient&_include:iterate=Patient:organization", &["a", "org"]),
            (
                "Observation?_include=Observation:patient&_include:iterate=Patient:organization&_include:iterate=Organization:partof",
                &["a", "org", "parent"],
            ),
            ("Patient?_id=a&_include:iterate=Patient:link", &["b"]),
            ("Patient?_id=a&_revinclude=Encounter:patient&_revinclude:iterate=Observation:encounter", &["e", "o"]),
            ("Patient?_id=a&_revinclude=Observation:*", &["o"]),
            ("Patient?_id=b&_revinclude=Observation:patient", &[]),
            ("Encounter?_include=Encounter:location", &[]),
        ] {
            let page = page(&store, query(text)).await.unwrap();
            let mut included = ids(&page.included);
            included.sort_unstable();
            assert_eq!(included, expected, "{text}");
            assert!(!page.included_cut, "{text}");
        }
    });
}

#[test]
fn what_the_permit_leaves_out_does_not_come_along() {
    on_both(async |store| {
        load(&store, WEB).await;
        let query = query("Observation?_include=Observation:performer&_include=Observation:subject");
        let page = store
            .read::<_, StoreError, _>(move |snapshot| {
                snapshot.audit(event("search"));
                snapshot.search(
                    &decide(&Actor::system("sato"), Action::Search, &["Observation", "Practitioner"]).unwrap(),
                    &query,
                )
            })
            .await
            .unwrap();
        assert_eq!(ids(&page.included), ["dr"]);
    });
}

#[test]
fn too_many_to_include_are_cut_and_it_is_said() {
    on_both(async |store| {
        load(&store, WEB).await;
        let many: Vec<String> = (0..=INCLUDED_MAX)
            .map(|n| format!(r#"{{"resourceType":"Observation","id":"n{n}","status":"final","code":{{"coding":[{{"code":"y"}}]}},"subject":{{"reference":"Patient/b"}}}}"#))
            .collect();
        load(&store, &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let page = page(&store, query("Patient?_id=b&_revinclude=Observation:patient")).await.unwrap();
        assert_eq!((page.included.len(), page.included_cut), (INCLUDED_MAX, true));
    });
}
