//! Closed charts, below HTTP and on both databases; what they look like from outside is the server's to test.

use access::Duty;
use record::{Ctx, ErrorKind, Record, Scope};
use store::ChartSeal;

use crate::harness::{
    count, create, ctx, director, doctor, id, json, kind, nurse, observation, on_both, pairs, parse, patient,
};

fn seal(known: bool) -> ChartSeal {
    ChartSeal {
        label: "staff".into(), spared: vec!["spared".into()], is_known: known, reason: "職員の受診".into()
    }
}

/// A store's clock goes on; seals name accounts, so there must be one.
async fn with_account(record: &Record) {
    let account = store::Account {
        id: "spared".into(),
        login: "spared".into(),
        name: "担当".into(),
        duties: vec![Duty::Nurse],
        password: String::new(),
        disabled: false,
        valid_from: None,
        valid_to: None,
    };
    record
        .store()
        .write::<_, store::StoreError, _>(move |tx| {
            tx.audit(audit::Event::new(0, "test", "account", audit::Outcome::Done));
            tx.put_account(&account)
        })
        .await
        .unwrap();
}

async fn observations(record: &Record, ctx: &Ctx, query: &str) -> (usize, Option<u64>) {
    let found = record.search(ctx, "Observation", &pairs(query), None).await.unwrap();
    (found.rows().len(), found.total())
}

#[test]
fn a_seal_cuts_what_is_found_counted_and_told() {
    on_both(async |record| {
        with_account(&record).await;
        let (open, closed) = (id(&create(&record, patient("1")).await), id(&create(&record, patient("2")).await));
        for who in [&open, &closed] {
            for value in [60, 61, 62] {
                create(&record, observation(who, value)).await;
            }
        }
        record.seal(&doctor(), &closed, seal(true)).await.unwrap();
        let spared = ctx("spared", &[Duty::Nurse]);
        for query in [
            "_total=accurate",
            "_sort=-date&_total=accurate",
            "subject.name=山田&_total=accurate",
            "code=8867-4&_total=accurate",
        ] {
            assert_eq!(observations(&record, &nurse(), query).await, (3, Some(3)), "{query}");
            assert_eq!(observations(&record, &spared, query).await, (6, Some(6)), "{query}");
        }
        assert_eq!(observations(&record, &nurse(), &format!("patient={closed}")).await.0, 0);
        assert_eq!(
            count(&record, "Patient", "_has:Observation:patient:code=8867-4").await,
            1,
            "the director is held too"
        );
        assert_eq!(kind(record.read(&nurse(), "Patient", &closed).await), ErrorKind::NotFound);
        let history = record.history(&nurse(), Scope::System, &pairs("_count=100")).await.unwrap();
        assert_eq!(history.rows.len(), 4, "one patient and three values");
        let found = record.closed_patients(&nurse(), &pairs("name=山")).await.unwrap();
        assert_eq!(found.iter().map(|stored| stored.id.as_str()).collect::<Vec<_>>(), [closed.as_str()]);
        let everything = record.everything(&spared, &closed, &pairs(""), "x").await.unwrap();
        assert!(json(&everything).get("entry").is_some());
    });
}

#[test]
fn an_opening_opens_ends_and_is_signed_off_once() {
    on_both(async |record| {
        with_account(&record).await;
        let closed = id(&create(&record, patient("1")).await);
        record.seal(&doctor(), &closed, seal(true)).await.unwrap();
        assert_eq!(kind(record.break_glass(&nurse(), &closed, "急").await), ErrorKind::Invalid);
        let opening = record.break_glass(&nurse(), &closed, "救急で搬送された").await.unwrap();
        assert!(record.read(&nurse(), "Patient", &closed).await.is_ok());
        assert_eq!(record.own_openings(&nurse()).await.unwrap(), std::slice::from_ref(&opening));
        record.end_opening(&nurse(), &opening.id).await.unwrap();
        assert_eq!(kind(record.read(&nurse(), "Patient", &closed).await), ErrorKind::NotFound);
        let auditor = ctx("auditor", &[Duty::Auditor]);
        assert_eq!(record.openings(&auditor, None, true).await.unwrap().len(), 1);
        record.review(&auditor, &opening.id, "justified", "").await.unwrap();
        assert_eq!(kind(record.review(&auditor, &opening.id, "justified", "").await), ErrorKind::Conflict);
        assert!(record.openings(&auditor, None, true).await.unwrap().is_empty());
        let openers = record.openers(&auditor, &closed, None, 100).await.unwrap();
        assert!(openers.lines.iter().any(|(_, event)| event.action == "break-glass" && event.actor == "nurse"));
        record.unseal(&director(), &closed, "退職した").await.unwrap();
        assert!(record.read(&nurse(), "Patient", &closed).await.is_ok());
    });
}

#[test]
fn a_refusal_follows_its_consent_through_a_bundle_too() {
    on_both(async |record| {
        let patient = id(&create(&record, patient("1")).await);
        let consent = parse(&format!(
            r#"{{"resourceType":"Consent","id":"k","status":"active","patient":{{"reference":"Patient/{patient}"}},"scope":{{"text":"x"}},"category":[{{"text":"x"}}],"policyRule":{{"text":"x"}},"provision":{{"type":"deny","actor":[{{"role":{{"coding":[{{"system":"urn:komainu:duty","code":"nurse"}}]}},"reference":{{"display":"看護師"}}}}]}}}}"#
        ));
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{},"request":{{"method":"PUT","url":"Consent/k"}}}}]}}"#,
            String::from_utf8(consent.to_vec()).unwrap()
        );
        record.bundle(&doctor(), bundle.as_bytes(), "x", None, false).await.unwrap();
        assert_eq!(kind(record.read(&nurse(), "Patient", &patient).await), ErrorKind::NotFound);
        assert!(record.read(&doctor(), "Patient", &patient).await.is_ok());
    });
}
