//! One small clinic, many questions.

use store::StoreError;

use super::{delete, found, load, page, query};
use crate::harness::on_both;

const CLINIC: &[&str] = &[
    r#"{"resourceType":"Organization","id":"org","name":"ことり内科クリニック","identifier":[{"system":"o","value":"1310000001"}]}"#,
    r#"{"resourceType":"Practitioner","id":"dr","name":[{"family":"佐藤","given":["健"]}]}"#,
    r#"{"resourceType":"Patient","id":"old","active":true,"gender":"female","birthDate":"1958-04-05","name":[{"text":"髙橋　花子","family":"髙橋","given":["花子"]},{"family":"タカハシ","given":["ハナコ"]}],
      "identifier":[{"system":"c","value":"000123","type":{"coding":[{"system":"t","code":"MR"}]}},{"system":"d","value":"9"}],"telecom":[{"system":"phone","value":"03-1234-5678"}],
      "managingOrganization":{"reference":"Organization/org"},"generalPractitioner":[{"reference":"Practitioner/dr"}],"address":[{"text":"東京都千代田区1-2-3","city":"千代田区"}]}"#,
    r#"{"resourceType":"Patient","id":"new","active":false,"gender":"male","birthDate":"1958-12","name":[{"family":"高橋","given":["一郎"]},{"family":"タカハシ","given":["イチロウ"]}],"identifier":[{"system":"c","value":"000124"}]}"#,
    r#"{"resourceType":"Patient","id":"ono","gender":"male","birthDate":"2001","name":[{"family":"小野","given":["太郎"]},{"family":"オノ","given":["タロウ"]}],"deceasedDateTime":"2020-01-01"}"#,
    r#"{"resourceType":"Patient","id":"ohno","name":[{"family":"大野","given":["太郎"]},{"family":"オオノ","given":["タロウ"]}]}"#,
    r#"{"resourceType":"Patient","id":"saito","meta":{"tag":[{"system":"x","code":"y"}],"profile":["http://p/1"]},"name":[{"family":"齋藤"},{"family":"サイトウ"}]}"#,
    r#"{"resourceType":"Observation","id":"w1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body weight"}],"text":"体重"},"subject":{"reference":"Patient/old"},"effectiveDateTime":"2026-11-01","valueQuantity":{"value":48.5,"system":"http://unitsofmeasure.org","code":"kg"}}"#,
    r#"{"resourceType":"Observation","id":"w2","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/old"},"effectiveDateTime":"2026-11-20T10:00:00+09:00","valueQuantity":{"value":48000,"system":"http://unitsofmeasure.org","code":"g"}}"#,
    r#"{"resourceType":"Observation","id":"w3","status":"preliminary","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/new"},"effectivePeriod":{"start":"2026-10-01","end":"2026-11-10"},"valueQuantity":{"value":80,"unit":"kg"}}"#,
    r#"{"resourceType":"Observation","id":"bp","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/old"},"performer":[{"reference":"Practitioner/dr"}],"effectiveDateTime":"2026-11-20",
      "component":[{"code":{"coding":[{"code":"sys"}]},"valueQuantity":{"value":150,"code":"mm[Hg]"}},{"code":{"coding":[{"code":"dia"}]},"valueQuantity":{"value":90,"code":"mm[Hg]"}}]}"#,
    r#"{"resourceType":"Observation","id":"note","status":"final","code":{"text":"血圧メモ"},"subject":{"identifier":{"system":"c","value":"000123"}},"valueString":"高め"}"#,
    r#"{"resourceType":"Observation","id":"group","status":"final","code":{"coding":[{"code":"z"}]},"subject":{"reference":"Group/g"}}"#,
    r#"{"resourceType":"Appointment","id":"one","status":"booked","start":"2026-11-23T10:00:00+09:00","participant":[{"actor":{"reference":"Patient/old"},"status":"accepted"},{"actor":{"reference":"Practitioner/dr"},"status":"accepted"}]}"#,
    r#"{"resourceType":"Appointment","id":"pair","status":"booked","start":"2026-11-24T10:00:00+09:00","participant":[{"actor":{"reference":"Patient/old"},"status":"accepted"},{"actor":{"reference":"Patient/new"},"status":"accepted"}]}"#,
    r#"{"resourceType":"ValueSet","id":"vs","status":"active","url":"http://hl7.org/fhir/ValueSet/a"}"#,
];

/// Query and the ids it finds, sorted; the order is tested elsewhere.
const CASES: &[(&str, &[&str])] = &[
    // Names.
    ("Patient?name=髙橋", &["new", "old"]),
    ("Patient?name=高橋花子", &["old"]),
    ("Patient?name=たかはし", &["new", "old"]),
    ("Patient?name=ﾀｶﾊｼ", &["new", "old"]),
    ("Patient?name=takahashi", &["new", "old"]),
    ("Patient?name=斉藤", &["saito"]),
    ("Patient?name=Saitoh", &["saito"]),
    ("Patient?name=小野", &["ono"]),
    ("Patient?name=ohno", &["ohno"]),
    ("Patient?name=ono", &["ohno", "ono"]),
    ("Patient?name=太郎,花子", &["ohno", "old", "ono"]),
    ("Patient?family:exact=高橋", &["new"]),
    ("Patient?name:contains=藤", &["saito"]),
    ("Patient?name:contains=%", &[]),
    ("Patient?name:contains=_", &[]),
    ("Patient?name=橋", &[]),
    ("Patient?phonetic=おの", &["ohno", "ono"]),
    ("Patient?given=花&family=髙", &["old"]),
    ("Patient?address-city=千代田", &["old"]),
    // Codes.
    ("Patient?identifier=c|000123", &["old"]),
    ("Patient?identifier=000123", &["old"]),
    ("Patient?identifier=０００１２３", &["old"]),
    ("Patient?identifier=|000123", &[]),
    ("Patient?identifier=c|", &["new", "old"]),
    ("Patient?identifier=c|000123,c|000124", &["new", "old"]),
    ("Patient?identifier:of-type=t|MR|000123", &["old"]),
    ("Patient?phone=0312345678", &["old"]),
    ("Patient?phone=＋８１ 3-1234-5678", &["old"]),
    ("Patient?gender=female", &["old"]),
    ("Patient?gender=http://hl7.org/fhir/administrative-gender|female", &["old"]),
    ("Patient?gender=urn:other|female", &[]),
    ("Patient?gender:not=male", &["ohno", "old", "saito"]),
    ("Patient?gender:missing=true", &["ohno", "saito"]),
    ("Patient?gender:missing=false", &["new", "old", "ono"]),
    ("Patient?active=true", &["old"]),
    ("Patient?deceased=true", &["ono"]),
    ("Patient?deceased=false&gender=male", &["new"]),
    ("Patient?_tag=x|y", &["saito"]),
    ("Patient?_profile=http://p/1", &["saito"]),
    ("Observation?code:text=体", &["w1"]),
    ("Observation?code:text=血圧", &["note"]),
    ("Observation?code=http://loinc.org|29463-7", &["w1", "w2", "w3"]),
    ("Observation?code=body weight", &[]),
    ("Observation?combo-code=sys", &["bp"]),
    ("Observation?code=nobody-has-this", &[]),
    ("Observation?code:not=nobody-has-this&status=preliminary", &["w3"]),
    ("ValueSet?url=http://hl7.org/fhir/ValueSet/a", &["vs"]),
    ("ValueSet?url:below=http://hl7.org/fhir", &["vs"]),
    ("ValueSet?url:below=http://hl7.org/fh", &[]),
    ("ValueSet?url:above=http://hl7.org/fhir/ValueSet/a/b", &["vs"]),
    // Dates.
    ("Patient?birthdate=1958-04-05", &["old"]),
    ("Patient?birthdate=S33.4.5", &["old"]),
    ("Patient?birthdate=1958", &["new", "old"]),
    ("Patient?birthdate=昭和33年", &["new", "old"]),
    ("Patient?birthdate=1958-12-10", &[]),
    ("Patient?birthdate=ge1958-12-10", &["new", "ono"]),
    ("Patient?birthdate=gt1958-12", &["ono"]),
    ("Patient?birthdate=lt1958-12-10", &["new", "old"]),
    ("Patient?birthdate=le1958-12-10", &["new", "old"]),
    ("Patient?birthdate=sa1958-12-10", &["ono"]),
    ("Patient?birthdate=eb1958-12-10", &["old"]),
    ("Patient?birthdate=ne1958", &["ono"]),
    ("Patient?birthdate:missing=true", &["ohno", "saito"]),
    ("Observation?date=2026-11-20", &["bp", "w2"]),
    ("Observation?date=ge2026-11-05&date=lt2026-11-06", &["w3"]),
    ("Observation?date=2026-11-01,2026-11-20", &["bp", "w1", "w2"]),
    ("Observation?date=ge2026-11-01&date=le2026-11-30", &["bp", "w1", "w2", "w3"]),
    // Numbers.
    ("Observation?value-quantity=48.5", &["w1"]),
    ("Observation?value-quantity=48||kg", &["w2"]),
    ("Observation?value-quantity=48.0||kg", &["w2"]),
    ("Observation?value-quantity=48000|http://unitsofmeasure.org|g", &["w2"]),
    ("Observation?value-quantity=gt48|http://unitsofmeasure.org|kg", &["w1", "w3"]),
    ("Observation?value-quantity=ge48||kg", &["w1", "w2", "w3"]),
    ("Observation?value-quantity=lt80000||g", &["w1", "w2"]),
    ("Observation?value-quantity=ap50||kg", &["w1", "w2"]),
    ("Observation?value-quantity=gt100", &["w2"]),
    ("Observation?combo-value-quantity=gt100", &["bp", "w2"]),
    ("Observation?code-value-quantity=29463-7$gt48.2||kg", &["w1", "w3"]),
    ("Observation?component-code-value-quantity=sys$gt100", &["bp"]),
    ("Observation?component-code-value-quantity=dia$gt100", &[]),
    ("Observation?combo-code-value-quantity=29463-7$lt50||kg,sys$gt140", &["bp", "w1", "w2"]),
    ("Observation?code-value-quantity:missing=true", &["bp", "group", "note"]),
    ("Observation?value-string=高", &["note"]),
    // References.
    ("Observation?patient=old", &["bp", "w1", "w2"]),
    ("Observation?subject=Patient/old,Patient/new", &["bp", "w1", "w2", "w3"]),
    ("Observation?subject=Group/g", &["group"]),
    ("Observation?patient:missing=false", &["bp", "w1", "w2", "w3"]),
    ("Observation?subject:missing=true", &[]),
    ("Observation?subject:identifier=c|000123", &["note"]),
    ("Observation?subject:identifier=000123", &["note"]),
    ("Observation?performer=dr", &["bp"]),
    ("Observation?patient=old&code=29463-7", &["w1", "w2"]),
    ("Observation?patient=old&component-code-value-quantity=sys$gt100", &["bp"]),
    ("Observation?patient=old&code:text=body&date=2026-11-01&status=final", &["w1"]),
    ("Observation?patient=nobody", &[]),
    // Those about two patients are in no chart, and found all the same.
    ("Appointment?patient=old", &["one", "pair"]),
    ("Appointment?patient=old&status=booked", &["one", "pair"]),
    ("Appointment?patient=new&status=booked", &["pair"]),
    ("Appointment?patient=new&status=booked&part-status=accepted&date=2026-11-24", &["pair"]),
    ("Appointment?practitioner=dr&date=ge2026-11-23&date=lt2026-11-24", &["one"]),
    ("Appointment?actor=Patient/old&practitioner:missing=true", &["pair"]),
    // Chains.
    ("Observation?patient.name=高橋", &["bp", "w1", "w2", "w3"]),
    ("Observation?patient.identifier=c|000124", &["w3"]),
    ("Observation?subject:Patient.gender=female&code=29463-7", &["w1", "w2"]),
    ("Observation?patient.organization.name=ことり", &["bp", "w1", "w2"]),
    ("Observation?performer.name=佐藤", &["bp"]),
    ("Patient?_has:Observation:patient:code=29463-7", &["new", "old"]),
    ("Patient?_has:Observation:patient:status=preliminary", &["new"]),
    ("Patient?gender=female&_has:Observation:patient:code=29463-7", &["old"]),
    ("Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:code=29463-7", &["dr"]),
    ("Organization?_has:Patient:organization:name=髙橋", &["org"]),
    // Ids.
    ("Patient?_id=old,new,nobody", &["new", "old"]),
    ("Patient?_id=old&gender=male", &[]),
    ("Patient?_lastUpdated=ge2000", &["new", "ohno", "old", "ono", "saito"]),
    ("Patient?_lastUpdated=lt2000", &[]),
    ("Patient", &["new", "ohno", "old", "ono", "saito"]),
];

#[test]
fn searches_find_what_they_say() {
    on_both(async |store| {
        load(&store, CLINIC).await;
        for (text, expected) in CASES {
            let mut ids = found(&store, text).await;
            ids.sort_unstable();
            assert_eq!(ids, *expected, "{text}");
            let mut counted = query(text);
            counted.count = 0;
            counted.total = fhir::search::query::Total::Accurate;
            assert_eq!(page(&store, counted).await.unwrap().total, Some(expected.len() as u64), "{text}");
        }
    });
}

#[test]
fn the_exact_spelling_comes_first() {
    on_both(async |store| {
        load(&store, CLINIC).await;
        for (text, first) in [
            ("Patient?name=髙橋", "old"),
            ("Patient?name=高橋", "new"),
            ("Patient?family=髙橋", "old"),
            ("Patient?name=ono", "ono"),
            ("Patient?name=髙橋 花", "old"),
            ("Patient?gender:not=other&name=高橋", "new"),
        ] {
            assert_eq!(found(&store, text).await.first().map(String::as_str), Some(first), "{text}");
        }
    });
}

#[test]
fn what_was_changed_or_deleted_is_found_by_its_present_form_only() {
    on_both(async |store| {
        load(&store, CLINIC).await;
        load(&store, &[r#"{"resourceType":"Patient","id":"old","name":[{"family":"山田"}],"birthDate":"1960-01-01"}"#])
            .await;
        for text in [
            "Patient?name=花子",
            "Patient?identifier=000123",
            "Patient?birthdate=1958-04-05",
            "Patient?gender=female",
            "Patient?phone=0312345678",
            "Patient?general-practitioner=dr",
        ] {
            assert_eq!(found(&store, text).await, Vec::<String>::new(), "{text}");
        }
        assert_eq!(found(&store, "Patient?name=山田&birthdate=1960-01-01").await, ["old"]);
        // Into another chart, and away.
        load(&store, &[r#"{"resourceType":"Observation","id":"w1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/new"}}"#]).await;
        assert_eq!(found(&store, "Observation?patient=old&code=29463-7").await, ["w2"]);
        assert_eq!(found(&store, "Observation?patient=new&code=29463-7").await, ["w3", "w1"]);
        delete(&store, "Observation", "w3").await;
        delete(&store, "Patient", "ono").await;
        assert_eq!(found(&store, "Observation?patient=new&code=29463-7").await, ["w1"]);
        assert_eq!(found(&store, "Patient?name=小野").await, Vec::<String>::new());
        assert_eq!(found(&store, "Observation?_id=w3").await, Vec::<String>::new());
    });
}

#[test]
fn a_reference_finds_its_target_whichever_came_first() {
    on_both(async |store| {
        let condition = r#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/late"},"asserter":{"reference":"Practitioner/never"}}"#;
        load(&store, &[condition]).await;
        assert_eq!(found(&store, "Condition?patient=late").await, ["c"]);
        assert_eq!(found(&store, "Condition?patient.name=遅").await, Vec::<String>::new());
        assert_eq!(found(&store, "Patient").await, Vec::<String>::new());
        load(&store, &[r#"{"resourceType":"Patient","id":"late","name":[{"text":"遅田"}]}"#]).await;
        assert_eq!(found(&store, "Condition?patient.name=遅").await, ["c"]);
    });
}

#[test]
fn a_query_that_touches_more_than_the_permit_is_refused() {
    use access::{Action, Actor, decide};
    on_both(async |store| {
        load(&store, CLINIC).await;
        for text in [
            "Patient?name=x",
            "Observation?patient.name=x",
            "Observation?_has:Provenance:target:agent=x",
            "Observation?_include=Observation:encounter",
            "Observation?_revinclude=Provenance:target",
        ] {
            let query = query(text);
            let refused = store
                .read(move |snapshot| {
                    snapshot.audit(crate::harness::event("search"));
                    snapshot.search(&decide(&Actor::system("sato"), Action::Search, &["Observation"]).unwrap(), &query)
                })
                .await;
            assert!(matches!(refused, Err(StoreError::NotPermitted(_))), "{text} {refused:?}");
        }
    });
}
