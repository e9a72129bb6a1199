//! Each case names a parameter and all that a resource is found by under it.

use super::super::{find, value::Decimal};
use super::*;

fn resource(text: &str) -> Resource {
    Resource::parse(text.as_bytes()).unwrap()
}

/// The values of one parameter, shortly.
fn found(resource: &Resource, name: &str) -> Vec<String> {
    let param = find(resource.resource_type(), name).unwrap().param;
    extract(resource).iter().filter(|indexed| indexed.param == param).map(|indexed| short(&indexed.value)).collect()
}

fn short(value: &Value) -> String {
    match value {
        Value::Token { system, code } => format!("{system}|{code}"),
        Value::Label(folded) => format!("label {folded}"),
        Value::Text { folded, raw } => format!("{folded} ({raw})"),
        Value::Reference(Target::Local { resource_type, id }) => format!("{resource_type}/{id}"),
        Value::Reference(Target::Url(url)) => url.clone(),
        Value::Reference(Target::Identifier { system, value }) => format!("id {system}|{value}"),
        Value::Date { low, high } => format!("{low}..{high}"),
        Value::Quantity { unit, converted, low: Decimal(low), high: Decimal(high) } => {
            format!("{}{low}..{high} {unit}", if *converted { "=" } else { "" })
        }
        Value::Uri(uri) => uri.clone(),
        Value::Composite(sides) => format!("{} $ {}", short(&sides[0]), short(&sides[1])),
    }
}

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p1","active":true,
 "meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient"],"tag":[{"system":"s","code":"t"}]},
 "identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51.11310000001","value":"000123","type":{"coding":[{"system":"y","code":"MR"}]}}],
 "name":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"IDE"}],"text":"髙橋　花子","family":"髙橋","given":["花子"]},
  {"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"SYL"}],"family":"タカハシ","given":["ハナコ"]}],
 "telecom":[{"system":"phone","value":"03-1234-5678"},{"system":"email","value":"Hanako@example.jp"}],
 "gender":"female","birthDate":"1958-04-05","address":[{"text":"東京都千代田区１ー２","postalCode":"100-0001"}],
 "generalPractitioner":[{"reference":"Practitioner/d1"},{"identifier":{"system":"i","value":"9"}}]}"#;

#[test]
fn a_japanese_patient_is_found_by_every_form_of_the_name() {
    let patient = resource(PATIENT);
    assert_eq!(
        found(&patient, "name"),
        [
            "高橋花子 (髙橋　花子)",
            "高橋 (髙橋)",
            "花子 (花子)",
            "たかはし (タカハシ)",
            "はなこ (ハナコ)",
            "たかはしはなこ (タカハシ ハナコ)"
        ]
    );
    assert_eq!(found(&patient, "family"), ["高橋 (髙橋)", "たかはし (タカハシ)"]);
    assert!(found(&patient, "phonetic").contains(&"たかはし (タカハシ)".to_owned()));
    assert_eq!(found(&patient, "phone"), ["phone|0312345678"]);
    assert_eq!(found(&patient, "email"), ["email|hanako@example.jp"]);
    assert_eq!(found(&patient, "telecom"), ["phone|0312345678", "email|hanako@example.jp"]);
    assert_eq!(found(&patient, "gender"), ["|female"]);
    assert_eq!(found(&patient, "active"), ["|true"]);
    assert_eq!(found(&patient, "deceased"), ["|false"]);
    assert_eq!(found(&patient, "birthdate"), ["-370602000000..-370515600000"]);
    assert_eq!(
        found(&patient, "identifier"),
        ["urn:oid:1.2.392.100495.20.3.51.11310000001|000123", "\u{2}y|MR|000123"]
    );
    assert_eq!(found(&patient, "address"), ["東京都千代田区1-2 (東京都千代田区１ー２)", "100-0001 (100-0001)"]);
    assert_eq!(found(&patient, "general-practitioner"), ["Practitioner/d1", "id i|9"]);
    assert_eq!(found(&patient, "_tag"), ["s|t"]);
    assert_eq!(found(&patient, "_profile"), ["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient"]);
    assert_eq!(patient_of(&patient).as_deref(), Some("p1"));
}

const PRESSURE: &str = r#"{"resourceType":"Observation","id":"o1","status":"final",
 "code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure"}],"text":"血圧"},
 "subject":{"reference":"Patient/p1"},"effectiveDateTime":"2026-11-23T10:00:00+09:00",
 "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
  {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}"#;

#[test]
fn components_are_found_with_their_own_values() {
    let observation = resource(PRESSURE);
    assert_eq!(found(&observation, "code"), ["http://loinc.org|85354-9", "label bloodpressure", "label 血圧"]);
    assert_eq!(
        found(&observation, "component-code-value-quantity"),
        ["http://loinc.org|8480-6 $ 120..120 mm[Hg]", "http://loinc.org|8462-4 $ 80..80 mm[Hg]"]
    );
    assert_eq!(found(&observation, "component-value-quantity"), ["120..120 mm[Hg]", "80..80 mm[Hg]"]);
    assert_eq!(found(&observation, "code-value-quantity"), Vec::<String>::new());
    assert_eq!(found(&observation, "subject"), ["Patient/p1"]);
    assert_eq!(found(&observation, "status"), ["|final"]);
    // Kept elsewhere, so not indexed again.
    for name in ["patient", "combo-code", "combo-value-quantity", "combo-code-value-quantity"] {
        assert_eq!(found(&observation, name), Vec::<String>::new(), "{name}");
    }
    assert_eq!(patient_of(&observation).as_deref(), Some("p1"));
}

#[test]
fn a_weight_in_grams_is_found_in_kilograms_too() {
    let observation = resource(
        r#"{"resourceType":"Observation","code":{"coding":[{"code":"w"}]},"valueQuantity":{"value":3200,"unit":"g","system":"http://unitsofmeasure.org","code":"g"}}"#,
    );
    assert_eq!(found(&observation, "value-quantity"), ["3200..3200 g", "=3.2..3.2 kg"]);
    // The code and the quantity together say as much.
    assert_eq!(found(&observation, "code-value-quantity"), Vec::<String>::new());
}

#[test]
fn conditions_and_extensions_narrow_what_is_read() {
    let appointment = resource(
        r#"{"resourceType":"Appointment","status":"booked","participant":[{"actor":{"reference":"Patient/p1"},"status":"accepted"},{"actor":{"reference":"Practitioner/d1"},"status":"accepted"}]}"#,
    );
    assert_eq!(found(&appointment, "actor"), ["Patient/p1", "Practitioner/d1"]);
    assert_eq!(found(&appointment, "part-status"), ["|accepted"]);
    assert_eq!(patient_of(&appointment).as_deref(), Some("p1"));
    let answered = |url: &str| {
        resource(&format!(
            r#"{{"resourceType":"QuestionnaireResponse","status":"completed","item":[{{"linkId":"1","extension":[{{"url":"{url}","valueBoolean":true}}],"answer":[{{"valueReference":{{"reference":"Patient/p9"}}}}]}}]}}"#
        ))
    };
    assert_eq!(
        found(&answered("http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject"), "item-subject"),
        ["Patient/p9"]
    );
    assert_eq!(found(&answered("http://example.org/other"), "item-subject"), Vec::<String>::new());
}

#[test]
fn who_is_about_several_is_in_no_chart() {
    let two = r#"{"resourceType":"Appointment","status":"booked","participant":[{"actor":{"reference":"Patient/p1"}},{"actor":{"reference":"Patient/p2"}}]}"#;
    assert_eq!(patient_of(&resource(two)), None);
    assert_eq!(patient_of(&resource(r#"{"resourceType":"Organization","name":"x"}"#)), None);
    assert_eq!(
        patient_of(&resource(
            r#"{"resourceType":"Coverage","status":"active","beneficiary":{"reference":"Patient/p1"}}"#
        ))
        .as_deref(),
        Some("p1")
    );
}

#[test]
fn wrong_types_are_found_by_nothing() {
    let odd = resource(r#"{"resourceType":"Patient","name":"x","birthDate":1958,"gender":{"a":1},"identifier":[null,7],"telecom":{"value":3},"generalPractitioner":[{"reference":"\#c"}]}"#.replace("\\#", "#").as_str());
    assert_eq!(extract(&odd).iter().map(|i| short(&i.value)).collect::<Vec<_>>(), ["|false"]);
}

#[test]
fn every_example_of_the_standard_is_extracted() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fhir-examples/package");
    let Ok(files) = std::fs::read_dir(&dir) else {
        println!("skipped: the examples are not unpacked in {}", dir.display());
        return;
    };
    let (mut resources, mut values) = (0, 0);
    for file in files.flatten() {
        // The largest are bundles of definitions that are there one by one too.
        if file.metadata().unwrap().len() > 4_000_000 {
            continue;
        }
        let Ok(resource) = Resource::parse(&std::fs::read(file.path()).unwrap()) else { continue };
        resources += 1;
        values += extract(&resource).len();
    }
    assert!(resources > 1000 && values > resources * 3, "{resources} {values}");
}
