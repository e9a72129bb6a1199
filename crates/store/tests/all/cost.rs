//! What a write costs: each page that it touches is encrypted, authenticated and written, whatever the machine.

use access::Action;
use fhir::Resource;
use store::{Config, Draft, Expect, Kind, Store, StoreError};

use crate::harness::{Place, block_on, event, permit, put};

/// Pages that a patient may touch who comes alone to a clinic that has some hundred: more is a new index or order of
/// columns, which should be worth its price to every write.
const PAGES_MAX: u64 = 49;
/// The same for a result.
const RESULT_PAGES_MAX: u64 = 36;
/// A page and what stands before it in SQLite's write-ahead log.
const FRAME: u64 = 4096 + 24;
const ALONE: u64 = 20;

/// Someone whose name, number, telephone and birth date are nobody else's.
fn patient(number: u64) -> Resource {
    let random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let letter = |shift: u64| char::from_u32(0x3042 + (random >> shift & 0x3f) as u32).unwrap();
    let name = |shift: u64| [letter(shift), letter(shift + 6), letter(shift + 12)].iter().collect::<String>();
    let (family, given, day) = (name(0), name(18), 1 + random % 28);
    let text = format!(
        r#"{{"resourceType":"Patient","id":"p{number}","identifier":[{{"system":"urn:x","value":"{random}"}}],
            "name":[{{"family":"{family}","given":["{given}"]}}],"gender":"female","birthDate":"19{:02}-{:02}-{day:02}",
            "telecom":[{{"system":"phone","value":"{}"}}]}}"#,
        random >> 8 & 0x3f,
        1 + (random >> 16) % 12,
        random >> 20
    );
    Resource::parse(text.as_bytes()).unwrap()
}

fn result(number: u64) -> Resource {
    let text = format!(
        r#"{{"resourceType":"Observation","id":"o{number}","status":"final","subject":{{"reference":"Patient/p{}"}},
            "code":{{"coding":[{{"system":"http://loinc.org","code":"{}"}}]}},
            "effectiveDateTime":"2026-01-{:02}T10:00:00+09:00","valueQuantity":{{"value":{number}.5,"unit":"mg/dL"}}}}"#,
        number * 7 % 300,
        number % 40,
        1 + number % 28
    );
    Resource::parse(text.as_bytes()).unwrap()
}

#[test]
fn a_write_touches_few_pages() {
    let place = Place::sqlite();
    block_on(async {
        // At the time of the events, so that no checkpoint of the audit log is due.
        let config = Config { clock: std::sync::Arc::new(|| 1_700_000_000_000), ..place.config() };
        let store = Store::open(config).unwrap();
        let before: Vec<Resource> = (0..300).map(patient).chain((0..900).map(result)).collect();
        let mut drafts = before.into_iter().map(|one| Draft::prepare(one, Kind::Create).unwrap()).peekable();
        while drafts.peek().is_some() {
            let some: Vec<Draft> = drafts.by_ref().take(50).collect();
            let loaded = store.write::<_, StoreError, _>(move |tx| {
                tx.audit(event("import"));
                some.into_iter().try_for_each(|one| tx.append(&permit(Action::Create), one, Expect::Absent).map(drop))
            });
            loaded.await.unwrap();
        }
        let log = place.path().join("komainu.db-wal");
        let size = || std::fs::metadata(&log).unwrap().len();
        for (made, most) in [(patient as fn(u64) -> Resource, PAGES_MAX), (result, RESULT_PAGES_MAX)] {
            let from = size();
            for number in 1000..1000 + ALONE {
                put(&store, made(number), Kind::Create, Expect::Absent).await.unwrap();
            }
            let pages = (size() - from) / FRAME;
            assert!(pages >= ALONE, "the log was begun anew meanwhile, so this says nothing");
            assert!(pages <= most * ALONE, "{} pages for each", pages as f64 / ALONE as f64);
        }
    });
}
