//! Search, history, `$everything`, `$lastn`, as bundles.

use record::{ErrorKind, Scope};

use crate::harness::*;

const BASE: &str = "https://clinic.example/fhir";

#[test]
fn pages_hold_every_match_once() {
    on_both(async |record| {
        for n in 0..7 {
            create(&record, patient(&n.to_string())).await;
        }
        let (mut query, mut seen) = (pairs("family=山田&_count=3"), Vec::new());
        loop {
            let found = record.search(&director(), "Patient", &query, None).await.unwrap();
            seen.extend(found.rows().iter().map(|row| row.id.clone()));
            let bundle = json(&found.bundle(BASE, "Patient", &query).unwrap());
            let next = bundle.get("link").unwrap().items().iter().find(|l| at(l, &["relation"]) == "next");
            let Some(next) = next else { break };
            query = pairs(at(next, &["url"]).split_once('?').unwrap().1);
        }
        let found = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), found), (7, 7));
    });
}

#[test]
fn an_unknown_parameter_never_answers_more() {
    on_both(async |record| {
        create(&record, patient("1")).await;
        for query in [
            "pet=dog",
            "name:sounds=x",
            "birthdate=yesterday",
            "_sort=pet",
            "_count=x",
            "_include=Pet:x",
            "_summary=maybe",
            "gender=",
            "_cursor=x",
            "_filter=x",
        ] {
            let asked = record::url::query_pairs(query);
            let refused = match asked {
                Ok(pairs) => kind(record.search(&director(), "Patient", &pairs, None).await),
                Err(error) => error.kind,
            };
            assert_eq!(refused, ErrorKind::BadRequest, "{query}");
        }
    });
}

#[test]
fn a_part_says_that_it_is_one() {
    on_both(async |record| {
        create(&record, patient("1")).await;
        let query = pairs("_elements=birthDate");
        let found = record.search(&director(), "Patient", &query, None).await.unwrap();
        let bundle = json(&found.bundle(BASE, "Patient", &query).unwrap());
        let shown = entries(&bundle)[0].get("resource").unwrap();
        assert!(shown.get("birthDate").is_some() && shown.get("name").is_none());
        assert_eq!(at(&shown.get("meta").unwrap().get("tag").unwrap().items()[0], &["code"]), "SUBSETTED");
    });
}

#[test]
fn history_pages_by_type_and_system() {
    on_both(async |record| {
        let first = id(&create(&record, patient("1")).await);
        create(&record, observation(&first, 60)).await;
        record.delete(&director(), "Patient", &first, record::Options::default()).await.unwrap();
        let whole = record.history(&director(), Scope::System, &pairs("")).await.unwrap();
        assert_eq!(whole.rows.len(), 3);
        assert_eq!(record.history(&director(), Scope::Type("Patient"), &pairs("")).await.unwrap().rows.len(), 2);
        let page = record.history(&director(), Scope::System, &pairs("_count=2")).await.unwrap();
        let rest = record
            .history(&director(), Scope::System, &pairs(&format!("_count=2&_cursor={}", page.next.unwrap())))
            .await
            .unwrap();
        assert_eq!((page.rows.len(), rest.rows.len(), rest.next), (2, 1, None));
        let bundle = json(&whole.bundle(BASE, "_history", &pairs("")));
        let methods: Vec<&str> = entries(&bundle).iter().map(|e| at(e, &["request", "method"])).collect();
        assert_eq!(methods, ["DELETE", "POST", "POST"]);
        assert!(entries(&bundle)[0].get("resource").is_none());
        // Whoever may not read a type does not see that it has a history either.
        let clerk = ctx("clerk", &[access::Duty::Clerk]);
        let seen = record.history(&clerk, Scope::System, &pairs("")).await.unwrap();
        assert!(seen.rows.iter().all(|row| row.resource_type == "Patient"));
        assert_eq!(kind(record.history(&clerk, Scope::Type("Observation"), &pairs("")).await), ErrorKind::Forbidden);
    });
}

#[test]
fn everything_is_one_patients_and_comes_in_pages() {
    on_both(async |record| {
        let (own, other) = (id(&create(&record, patient("1")).await), id(&create(&record, patient("2")).await));
        for n in 0..5 {
            create(&record, observation(&own, 60 + n)).await;
            create(&record, observation(&other, 60 + n)).await;
        }
        create(
            &record,
            parse(&format!(
                r#"{{"resourceType":"Condition","subject":{{"reference":"Patient/{own}"}},"code":{{"text":"x"}}}}"#
            )),
        )
        .await;
        let (mut query, mut seen) = (pairs("_count=2"), Vec::new());
        loop {
            let bundle = json(&record.everything(&director(), &own, &query, BASE).await.unwrap());
            seen.extend(entries(&bundle).iter().map(|e| at(e, &["fullUrl"]).to_owned()));
            let next = bundle.get("link").unwrap().items().iter().find(|l| at(l, &["relation"]) == "next");
            let Some(next) = next else { break };
            query = pairs(at(next, &["url"]).split_once('?').unwrap().1);
        }
        assert_eq!(seen.len(), 7, "{seen:?}");
        assert_eq!(seen[0], format!("{BASE}/Patient/{own}"));
        assert_eq!(kind(record.everything(&director(), "nobody", &pairs(""), BASE).await), ErrorKind::NotFound);
        assert_eq!(kind(record.everything(&director(), &own, &pairs("pet=1"), BASE).await), ErrorKind::BadRequest);
        let narrowed = json(&record.everything(&director(), &own, &pairs("_type=Condition"), BASE).await.unwrap());
        assert_eq!(entries(&narrowed).len(), 1);
        let clerk = ctx("clerk", &[access::Duty::Clerk]);
        let seen = json(&record.everything(&clerk, &own, &pairs(""), BASE).await.unwrap());
        assert!(entries(&seen).iter().all(|e| at(e, &["resource", "resourceType"]) != "Observation"));
    });
}

#[test]
fn lastn_gives_the_newest_of_each_code() {
    on_both(async |record| {
        let own = id(&create(&record, patient("1")).await);
        for value in [60, 61, 62] {
            create(&record, observation(&own, value)).await;
        }
        create(&record, parse(&observation_text(&own, 70).replace("8867-4", "8310-5"))).await;
        let found = json(&record.lastn(&director(), &pairs(&format!("patient={own}")), BASE).await.unwrap());
        let values: Vec<&str> = entries(&found)
            .iter()
            .map(|e| {
                e.get("resource").unwrap().get("valueQuantity").unwrap().get("value").unwrap().as_number().unwrap()
            })
            .collect();
        assert_eq!(values.len(), 2);
        assert!(values.contains(&"62") && values.contains(&"70"), "{values:?}");
        let two = json(&record.lastn(&director(), &pairs(&format!("patient={own}&max=2")), BASE).await.unwrap());
        assert_eq!(entries(&two).len(), 3);
        for query in ["code=8867-4".to_owned(), format!("patient={own}&max=0"), format!("patient={own}&_sort=date")] {
            assert_eq!(kind(record.lastn(&director(), &pairs(&query), BASE).await), ErrorKind::BadRequest, "{query}");
        }
    });
}

#[test]
fn a_compartment_is_searched_like_a_type() {
    on_both(async |record| {
        let (own, other) = (id(&create(&record, patient("1")).await), id(&create(&record, patient("2")).await));
        create(&record, observation(&own, 60)).await;
        create(&record, observation(&other, 61)).await;
        let found = record.search(&director(), "Observation", &pairs("code=8867-4"), Some(&own)).await.unwrap();
        assert_eq!(found.rows().len(), 1);
    });
}
