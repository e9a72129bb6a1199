//! Imports: repeatable, resumable, nothing half applied.

use record::import::patients::{List, Options};
use record::import::{Item, Report, Settings, source};
use record::{Ctx, ErrorKind, Record};

use crate::harness::*;

fn list(text: &str) -> List {
    List::open(text.as_bytes(), Options::default()).unwrap()
}

async fn import(
    record: &Record,
    ctx: &Ctx,
    items: Vec<(u64, Item)>,
    settings: Settings,
) -> Result<Report, record::Error> {
    record.import(ctx, items.into_iter(), settings, |_| {}).await
}

#[test]
fn a_patient_list_is_imported_once_however_often_it_is_sent() {
    on_both(async |record| {
        create(&record, patient("3")).await;
        let list = list(
            "患者番号,氏名,生年月日\n1,山田 太郎,S33.4.5\n2,佐藤 花,昭和60年2月30日\n3,鈴木 一,1970-01-01\n4,高橋 次,1980/1/2\n",
        );
        let first = import(&record, &director(), source::patients(&list).collect(), Settings::default()).await.unwrap();
        assert_eq!((first.progress.written, first.progress.existing, first.progress.bad), (2, 1, 1));
        assert_eq!((first.bad[0].at, first.bad[0].reason.contains("生年月日")), (3, true));
        let second =
            import(&record, &director(), source::patients(&list).collect(), Settings::default()).await.unwrap();
        assert_eq!((second.progress.written, second.progress.existing), (0, 3));
        assert_eq!(count(&record, "Patient", "").await, 3);
        assert_eq!(count(&record, "Patient", "birthdate=1958-04-05").await, 2);
    });
}

#[test]
fn a_preview_reads_everything_and_writes_nothing() {
    on_both(async |record| {
        let list = list("患者番号,氏名,生年月日\n1,山田 太郎,S33.4.5\n2,佐藤 花,\n");
        let settings = Settings { preview: true, ..Settings::default() };
        let report = import(&record, &director(), source::patients(&list).collect(), settings).await.unwrap();
        assert_eq!((report.progress.written, report.progress.bad), (1, 1));
        assert_eq!(count(&record, "Patient", "").await, 0);
    });
}

#[test]
fn an_import_goes_on_where_it_was_broken_off() {
    on_both(async |record| {
        let lines = |to: u32| {
            (1..=to).map(|n| (u64::from(n), Item::Resource(patient(&n.to_string()).to_vec()))).collect::<Vec<_>>()
        };
        let settings = Settings { resume: Some("file-1".to_owned()), preview: false };
        let first = import(&record, &director(), lines(700), settings.clone()).await.unwrap();
        assert_eq!(first.progress.written, 700);
        let mut calls = 0;
        let items = lines(1_600).into_iter();
        let rest = record.import(&director(), items, settings, |_| calls += 1).await.unwrap();
        assert_eq!(
            (rest.progress.written, rest.progress.existing, rest.progress.items),
            (900, 0, 1_600),
            "the first 700 are not even read again"
        );
        assert!(calls >= 2, "progress is told after each group");
        assert_eq!(
            record
                .search(&director(), "Patient", &pairs("_summary=count&_total=accurate"), None)
                .await
                .unwrap()
                .total(),
            Some(1_600)
        );
    });
}

#[test]
fn a_bundle_with_one_bad_resource_brings_none() {
    on_both(async |record| {
        let bundle = |resources: &[&str]| {
            let entries: Vec<String> = resources.iter().map(|r| format!(r#"{{"fullUrl":"urn:uuid:61ebe359-bfdc-4613-8bf2-{:012}","resource":{r},"request":{{"method":"POST","url":"Patient"}}}}"#, r.len())).collect();
            Item::Bundle(
                format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
                    .into_bytes(),
            )
        };
        let (good, bad) = (r#"{"resourceType":"Patient"}"#, r#"{"resourceType":"Patient","name":"x"}"#);
        let items = vec![(1, bundle(&[good, bad])), (2, Item::Resource(b"{".to_vec())), (3, bundle(&[good]))];
        let report = import(&record, &director(), items, Settings::default()).await.unwrap();
        assert_eq!((report.progress.written, report.progress.bad), (1, 2));
        assert_eq!((report.bad[0].at, report.bad[0].entry, report.bad[1].at), (1, Some(1), 2));
        assert_eq!(count(&record, "Patient", "").await, 1);
    });
}

#[test]
fn whoever_may_not_import_imports_nothing() {
    on_both(async |record| {
        let items = vec![(1, Item::Resource(patient("1").to_vec()))];
        assert_eq!(kind(import(&record, &doctor(), items, Settings::default()).await), ErrorKind::Forbidden);
        assert_eq!(count(&record, "Patient", "").await, 0);
        let system = Ctx::system("import", NOW_MS);
        let items = vec![(1, Item::Resource(br#"{"resourceType":"AuditEvent"}"#.to_vec()))];
        let report = import(&record, &system, items, Settings::default()).await.unwrap();
        assert_eq!((report.progress.written, report.progress.bad), (0, 1), "nobody writes the audit trail");
    });
}

/// Real-shaped bundles that nobody here wrote, read from the archive beside the repository.
#[test]
fn a_synthea_patient_comes_in_whole_and_only_once() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let archive = shared.join("patients/synthea-r4-120.tar.xz");
    let unpacked = std::process::Command::new("tar").arg("-xJf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(unpacked.unwrap().success());
    let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path()).collect();
    files.sort();
    let items = || {
        files
            .iter()
            .take(3)
            .zip(1..)
            .map(|(path, at)| (at, source::json(std::fs::read(path).unwrap())))
            .collect::<Vec<_>>()
    };
    on_both(async |record| {
        let first = import(&record, &director(), items(), Settings::default()).await.unwrap();
        assert_eq!(first.bad, []);
        assert_eq!(count(&record, "Patient", "").await, 3);
        let second = import(&record, &director(), items(), Settings::default()).await.unwrap();
        assert_eq!((second.progress.written, second.progress.existing), (0, first.progress.written));
    });
}
