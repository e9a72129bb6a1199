mod from_tables;

use super::*;
use crate::json::Json;
use crate::outcome::{IssueType, Severity};

fn found(text: &str, mode: Mode) -> Vec<Issue> {
    validate(&Resource::parse(text.as_bytes()).unwrap(), mode)
}

fn good(text: &str) {
    assert_eq!(found(text, Mode::Strict), [], "{text}");
}

/// Exactly one finding, of that kind, at that place.
fn bad(text: &str, code: IssueType, expression: &str) {
    let issues = found(text, Mode::Strict);
    let said: Vec<_> = issues.iter().map(|issue| (issue.severity, issue.code, issue.expression.as_str())).collect();
    assert_eq!(said, [(Severity::Error, code, expression)], "{text}: {issues:?}");
}

/// A Patient with these members.
fn patient(members: &str) -> String {
    format!("{{\"resourceType\":\"Patient\",{members}}}")
}

/// An Observation with these members beside what must be there.
fn observation(members: &str) -> String {
    format!("{{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{{\"text\":\"x\"}},{members}}}")
}

#[test]
fn unknown_elements_are_refused() {
    bad(&patient(r#""nome":"x""#), IssueType::Structure, "Patient.nome");
    bad(&patient(r#""name":[{"famly":"x"}]"#), IssueType::Structure, "Patient.name[0].famly");
    bad(&patient(r#""_nome":{"id":"1"}"#), IssueType::Structure, "Patient._nome");
    bad(&patient(r#""__gender":{"id":"1"}"#), IssueType::Structure, "Patient.__gender");
    bad(&patient(r#""name":[{"resourceType":"HumanName"}]"#), IssueType::Structure, "Patient.name[0].resourceType");
    bad(&observation(r#""value":"x""#), IssueType::Structure, "Observation.value");
    bad(&observation(r#""valueMoney":{"value":1}"#), IssueType::Structure, "Observation.valueMoney");
}

#[test]
fn one_is_no_array_and_many_are_one() {
    bad(&patient(r#""gender":["male"]"#), IssueType::Structure, "Patient.gender");
    bad(&patient(r#""name":{"text":"x"}"#), IssueType::Structure, "Patient.name");
    bad(&patient(r#""name":[]"#), IssueType::Structure, "Patient.name");
    bad(&patient(r#""name":[{}]"#), IssueType::Structure, "Patient.name[0]");
    bad(&patient(r#""name":[{"id":"x"}]"#), IssueType::Structure, "Patient.name[0]");
    bad(&patient(r#""name":["x"]"#), IssueType::Structure, "Patient.name[0]");
    bad(&patient(r#""gender":{"x":1}"#), IssueType::Structure, "Patient.gender");
    bad(&patient(r#""gender":null"#), IssueType::Structure, "Patient.gender");
    bad(&patient(r#""maritalStatus":null"#), IssueType::Structure, "Patient.maritalStatus");
    bad(&patient(r#""active":"true""#), IssueType::Structure, "Patient.active");
    bad(&patient(r#""birthDate":20200101"#), IssueType::Structure, "Patient.birthDate");
}

#[test]
fn extensions_of_primitives_stand_beside_them() {
    let extension = r#"{"extension":[{"url":"x","valueCode":"y"}]}"#;
    good(&patient(&format!(r#""birthDate":"2020","_birthDate":{extension}"#)));
    good(&patient(r#""birthDate":"2020","_birthDate":{"id":"1"}"#));
    good(&patient(&format!(r#""_birthDate":{extension}"#)));
    good(&patient(&format!(r#""name":[{{"given":["a",null,"b"],"_given":[null,{extension},{extension}]}}]"#)));
    good(&patient(&format!(r#""name":[{{"_given":[{extension}]}}]"#)));
    bad(&patient(r#""name":[{"given":["a",null]}]"#), IssueType::Structure, "Patient.name[0].given[1]");
    bad(
        &patient(r#""name":[{"given":["a"],"_given":[null,{"extension":[{"url":"x","valueCode":"y"}]}]}]"#),
        IssueType::Structure,
        "Patient.name[0].given",
    );
    bad(&patient(&format!(r#""_birthDate":[{extension}]"#)), IssueType::Structure, "Patient.birthDate");
    bad(
        &patient(&format!(r#""name":[{{"given":["a"],"_given":{extension}}}]"#)),
        IssueType::Structure,
        "Patient.name[0].given",
    );
    bad(&patient(&format!(r#""_maritalStatus":{extension}"#)), IssueType::Structure, "Patient.maritalStatus");
    bad(&patient(r#""_birthDate":{"value":"2020"}"#), IssueType::Structure, "Patient.birthDate.value");
    bad(&patient(r#""_birthDate":{}"#), IssueType::Structure, "Patient.birthDate");
}

#[test]
fn a_choice_is_one_of_its_types() {
    good(&observation(r#""valueQuantity":{"value":1.0}"#));
    bad(&observation(r#""valueQuantity":{"value":1.0},"valueString":"x""#), IssueType::Structure, "Observation.value");
    bad(
        &patient(r#""deceasedBoolean":false,"_deceasedDateTime":{"extension":[{"url":"x","valueCode":"y"}]}"#),
        IssueType::Structure,
        "Patient.deceased",
    );
    good(&patient(r#""deceasedDateTime":"2020","_deceasedDateTime":{"extension":[{"url":"x","valueCode":"y"}]}"#));
}

#[test]
fn what_must_be_there_is_missed() {
    bad(r#"{"resourceType":"Observation","status":"final"}"#, IssueType::Required, "Observation.code");
    bad(&patient(r#""link":[{"type":"seealso"}]"#), IssueType::Required, "Patient.link[0].other");
    bad(
        r#"{"resourceType":"Linkage","author":{"display":"x"},"item":[{"type":"source","resource":{"display":"x"}},{"type":"source"}]}"#,
        IssueType::Required,
        "Linkage.item[1].resource",
    );
}

#[test]
fn values_and_codes() {
    bad(&patient(r#""birthDate":"2020-02-30""#), IssueType::Value, "Patient.birthDate");
    bad(&patient(r#""gender":"man""#), IssueType::CodeInvalid, "Patient.gender");
    bad(&patient(r#""gender":" male""#), IssueType::Value, "Patient.gender");
    bad(&patient(r#""name":[{"family":""}]"#), IssueType::Value, "Patient.name[0].family");
    bad(&patient(r#""multipleBirthInteger":1.5"#), IssueType::Value, "Patient.multipleBirth");
    let allergy = |system: &str| {
        format!(
            r#"{{"resourceType":"AllergyIntolerance","patient":{{"reference":"Patient/1"}},
        "clinicalStatus":{{"coding":[{{"system":"urn:local","code":"x"}},{{"system":"{system}","code":"active"}}]}}}}"#
        )
    };
    good(&allergy("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"));
    bad(&allergy("urn:other"), IssueType::CodeInvalid, "AllergyIntolerance.clinicalStatus");
    bad(
        r#"{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"},"clinicalStatus":{"text":"active"}}"#,
        IssueType::CodeInvalid,
        "AllergyIntolerance.clinicalStatus",
    );
    bad(
        &observation(r#""referenceRange":[{"low":{"value":1,"comparator":"<"}}]"#),
        IssueType::Invariant,
        "Observation.referenceRange[0].low",
    );
    good(&observation(r#""valueQuantity":{"value":1,"comparator":"<"}"#));
}

#[test]
fn a_date_of_another_age_is_worth_a_warning() {
    let issues = found(&patient(r#""birthDate":"0058-04-05""#), Mode::Strict);
    assert_eq!((issues.len(), issues[0].severity, issues[0].code), (1, Severity::Warning, IssueType::Value));
}

#[test]
fn references_have_a_shape_and_a_target() {
    for reference in [
        "Patient/1",
        "Patient/1/_history/2",
        "http://x/fhir/Group/1",
        "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        "http://x/other",
        "Patient?identifier=1",
    ] {
        good(&observation(&format!(r#""subject":{{"reference":"{reference}"}}"#)));
    }
    good(&observation(r#""subject":{"identifier":{"value":"1"}}"#));
    good(&observation(r#""focus":[{"reference":"Basic/1"}]"#));
    bad(&observation(r#""subject":{"reference":"1"}"#), IssueType::Value, "Observation.subject.reference");
    bad(&observation(r#""subject":{"reference":"Patient/a b"}"#), IssueType::Value, "Observation.subject.reference");
    bad(&observation(r#""subject":{"reference":"Practitioner/1"}"#), IssueType::Value, "Observation.subject");
    bad(
        &observation(r#""subject":{"reference":"http://x/fhir/Practitioner/1"}"#),
        IssueType::Value,
        "Observation.subject",
    );
    bad(&observation(r#""subject":{"type":"Practitioner","display":"x"}"#), IssueType::Value, "Observation.subject");
    bad(
        &observation(r#""subject":{"reference":"Patient/1","type":"Group"}"#),
        IssueType::Value,
        "Observation.subject.type",
    );
}

#[test]
fn references_to_entries_are_held_against_what_the_entry_is() {
    let bundle = |resource_type: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
        {{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{{"resourceType":"{resource_type}","name":[{{"text":"x"}}]}}}},
        {{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239521","resource":{}}}]}}"#,
            observation(r#""subject":{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}"#)
        )
    };
    good(&bundle("Patient"));
    bad(&bundle("Practitioner"), IssueType::Value, "Bundle.entry[1].resource.subject");
    let inner = bundle("Patient").replace("\"final\"", "\"finished\"");
    bad(&inner, IssueType::CodeInvalid, "Bundle.entry[1].resource.status");
    bad(
        r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patent"}}]}"#,
        IssueType::Structure,
        "Bundle.entry[0].resource",
    );
    bad(
        r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"id":"1"}}]}"#,
        IssueType::Structure,
        "Bundle.entry[0].resource",
    );
}

#[test]
fn contained_resources() {
    let with = |contained: &str, members: &str| observation(&format!(r#""contained":[{contained}],{members}"#));
    let subject = r##""subject":{"reference":"#p"}"##;
    good(&with(r#"{"resourceType":"Patient","id":"p"}"#, subject));
    good(&with(
        r##"{"resourceType":"Specimen","id":"s","subject":{"reference":"#p"}},{"resourceType":"Patient","id":"p"}"##,
        r##""specimen":{"reference":"#s"}"##,
    ));
    good(&with(
        r##"{"resourceType":"Provenance","id":"p","target":[{"reference":"#"}],"recorded":"2020-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}"##,
        r#""issued":"2020-01-01T00:00:00Z""#,
    ));
    bad(&observation(subject), IssueType::Invariant, "Observation.subject");
    bad(&with(r#"{"resourceType":"Practitioner","id":"p"}"#, subject), IssueType::Value, "Observation.subject");
    bad(
        &with(r#"{"resourceType":"Patient","id":"q"},{"resourceType":"Patient","id":"p"}"#, subject),
        IssueType::Invariant,
        "Observation.contained[0]",
    );
    bad(
        &with(r#"{"resourceType":"Patient","id":"p","gender":"x"}"#, subject),
        IssueType::CodeInvalid,
        "Observation.contained[0].gender",
    );
    bad(
        &with(r#"{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Basic","id":"b"}]}"#, subject),
        IssueType::Invariant,
        "Observation.contained[0]",
    );
    bad(
        &with(r#"{"resourceType":"Patient","id":"p","meta":{"versionId":"1"}}"#, subject),
        IssueType::Invariant,
        "Observation.contained[0]",
    );
    bad(
        &with(r#"{"resourceType":"Patient","id":"p","meta":{"security":[{"code":"R"}]}}"#, subject),
        IssueType::Invariant,
        "Observation.contained[0]",
    );
}

#[test]
fn narrative_is_an_error_in_any_mode() {
    let text = |div: &str| {
        patient(&format!(
            r#""text":{{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>{div}</div>"}}"#
        ))
    };
    good(&text("<p>狛犬</p>"));
    bad(&text("<script>x</script>"), IssueType::Security, "Patient.text.div");
    assert!(found(&text("<p onclick='x'>x</p>"), Mode::Warn)[0].is_error());
}

#[test]
fn warnings_for_content_from_elsewhere() {
    let content = observation(
        r#""subject":{"reference":"Practitioner/1"},"issued":"2020","category":[{"coding":[{"code":" x"}]}]"#,
    );
    assert_eq!(found(&content, Mode::Strict).iter().filter(|issue| issue.is_error()).count(), 3);
    let warned = found(&content, Mode::Warn);
    assert!(warned.len() == 3 && warned.iter().all(|issue| issue.severity == Severity::Warning), "{warned:?}");
    assert!(found(&observation(r#""category":{"text":"x"}"#), Mode::Warn)[0].is_error());
}

#[test]
fn findings_are_limited_and_deep_values_end() {
    let many = patient(&(0..500).map(|n| format!("\"x{n}\":1")).collect::<Vec<_>>().join(","));
    assert_eq!(found(&many, Mode::Strict).len(), ISSUES_MAX);
    let mut deep = Json::from([("url", Json::from("x"))]);
    for _ in 0..200 {
        deep = Json::from([("url", Json::from("x")), ("extension", Json::Array(vec![deep]))]);
    }
    let basic = Json::from([
        ("resourceType", Json::from("Basic")),
        ("extension", Json::Array(vec![deep])),
        ("code", Json::from([("text", Json::from("x"))])),
    ]);
    let issues = validate(&Resource::from_json(basic).unwrap(), Mode::Strict);
    assert!(issues.iter().any(|issue| issue.diagnostics.contains("deep")), "{issues:?}");
}
