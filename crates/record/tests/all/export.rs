//! Bulk export.

use record::ErrorKind;

use crate::harness::*;

#[test]
fn an_export_holds_every_resource_once_and_is_only_its_owners() {
    on_both(async |record| {
        let own = id(&create(&record, patient("1")).await);
        for value in 60..63 {
            create(&record, observation(&own, value)).await;
        }
        create(&record, parse(r#"{"resourceType":"Organization","name":"x"}"#)).await;
        let ctx = director();
        let name =
            record.export_start(&ctx, true, "https://x/fhir/Patient/$export".to_owned(), &pairs("")).await.unwrap();
        let manifest = record.export_manifest(&ctx, &name, "https://x/e").await.unwrap();
        let files: Vec<(&str, &str)> =
            manifest.get("output").unwrap().items().iter().map(|f| (at(f, &["type"]), at(f, &["url"]))).collect();
        assert_eq!(
            files,
            [("Observation", "https://x/e/Observation.ndjson"), ("Patient", "https://x/e/Patient.ndjson")]
        );
        let mut reader = record.export_file(&ctx, &name, "Observation.ndjson").unwrap();
        let mut text = Vec::new();
        loop {
            let page = record.export_page(&ctx, &mut reader).await.unwrap();
            if page.is_empty() {
                break;
            }
            text.extend(page);
        }
        let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| at(&json(line), &["resourceType"]) == "Observation"));
        assert_eq!(kind(record.export_file(&ctx, &name, "Organization.ndjson")), ErrorKind::NotFound);
        assert_eq!(kind(record.export_file(&ctx, &name, "../key.json")), ErrorKind::NotFound);
        let other = crate::harness::ctx("other", &[access::Duty::Director]);
        assert_eq!(kind(record.export_manifest(&other, &name, "").await), ErrorKind::NotFound);
        record.export_cancel(&ctx, &name).unwrap();
        assert_eq!(kind(record.export_manifest(&ctx, &name, "").await), ErrorKind::NotFound);
        assert_eq!(kind(record.export_start(&doctor(), false, String::new(), &pairs("")).await), ErrorKind::Forbidden);
        for query in ["_type=Pet", "_since=yesterday", "_outputFormat=csv", "_typeFilter=x"] {
            assert_eq!(
                kind(record.export_start(&ctx, false, String::new(), &pairs(query)).await),
                ErrorKind::BadRequest,
                "{query}"
            );
        }
    });
}
