//! Each rule: a piece of something good, and what breaks exactly this rule when it stands there instead.

use super::*;
use crate::outcome::Issue;
use crate::resource::Resource;
use crate::validate::{Mode, validate};

fn found(text: &str) -> Vec<Issue> {
    validate(&Resource::parse(text.as_bytes()).unwrap(), Mode::Strict)
}

/// A good resource, then rule, piece and what replaces it.
struct Case(&'static str, &'static [(&'static str, &'static str, &'static str)]);

const CASES: &[Case] = &[
    Case(
        r#"{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"x","valueString":"1"},
        {"url":"x","valueAttachment":{"data":"AAAA","contentType":"a/b"}},{"url":"x","valueContactPoint":{"system":"phone","value":"1"}},
        {"url":"x","valuePeriod":{"start":"2020-01-02","end":"2020-01-02"}},{"url":"x","valueQuantity":{"value":1,"code":"g","system":"urn:q"}},
        {"url":"x","valueAge":{"value":2,"code":"a","system":"http://unitsofmeasure.org"}},
        {"url":"x","valueDistance":{"value":3,"code":"m","system":"http://unitsofmeasure.org"}},
        {"url":"x","valueCount":{"value":4,"code":"1","system":"http://unitsofmeasure.org"}},
        {"url":"x","valueDuration":{"value":5,"code":"d","system":"http://unitsofmeasure.org"}},
        {"url":"x","valueRatio":{"numerator":{"value":6},"denominator":{"value":1}}},
        {"url":"x","valueRange":{"low":{"value":7.0},"high":{"value":7}}},
        {"url":"x","valueExpression":{"language":"text/fhirpath","expression":"a"}},
        {"url":"x","valueDataRequirement":{"type":"Patient","codeFilter":[{"path":"a"}],"dateFilter":[{"searchParam":"b"}]}}]}"#,
        &[
            ("ext-1", r#""valueString":"1""#, r#""id":"1""#),
            ("ext-1", r#""valueString":"1""#, r#""valueString":"1","extension":[{"url":"y","valueString":"2"}]"#),
            ("att-1", r#","contentType":"a/b""#, ""),
            ("cpt-2", r#""system":"phone","#, ""),
            ("per-1", r#""end":"2020-01-02""#, r#""end":"2019""#),
            (
                "per-1",
                r#""start":"2020-01-02","end":"2020-01-02""#,
                r#""start":"2020-01-02T00:00:01Z","end":"2020-01-02T00:00:00Z""#,
            ),
            (
                "per-1",
                r#""start":"2020-01-02","end":"2020-01-02""#,
                r#""start":"2020-01-04T00:00:00+09:00","end":"2020-01-02""#,
            ),
            ("qty-3", r#","system":"urn:q""#, ""),
            ("qty-3", r#""code":"a","system":"http://unitsofmeasure.org""#, r#""code":"a""#),
            ("qty-3", r#""code":"m","system":"http://unitsofmeasure.org""#, r#""code":"m""#),
            ("qty-3", r#""code":"1","system":"http://unitsofmeasure.org""#, r#""code":"1""#),
            ("qty-3", r#""code":"d","system":"http://unitsofmeasure.org""#, r#""code":"d""#),
            ("age-1", r#""value":2"#, r#""value":-2"#),
            ("age-1", r#""code":"a","#, ""),
            ("dis-1", r#""code":"m","#, ""),
            ("cnt-3", r#""value":4"#, r#""value":4.0"#),
            ("cnt-3", r#""code":"1""#, r#""code":"g""#),
            ("drt-1", r#""value":5,"#, ""),
            ("rat-1", r#","denominator":{"value":1}"#, ""),
            ("rng-2", r#""low":{"value":7.0}"#, r#""low":{"value":7.1}"#),
            ("exp-1", r#","expression":"a""#, ""),
            ("drq-1", r#"{"path":"a"}"#, r#"{"path":"a","searchParam":"b"}"#),
            ("drq-2", r#"{"searchParam":"b"}"#, r#"{"valuePeriod":{"start":"2020"}}"#),
        ],
    ),
    Case(
        r#"{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},"code":{"text":"x"},
        "orderDetail":[{"text":"y"}],"occurrenceTiming":{"repeat":{"count":1,"countMax":2,"duration":1,"durationMax":2,"durationUnit":"h",
        "period":1,"periodMax":2,"periodUnit":"d","when":["MORN"],"offset":1}}}"#,
        &[
            ("prr-1", r#""code":{"text":"x"},"#, ""),
            ("tim-1", r#","durationUnit":"h""#, ""),
            ("tim-2", r#","periodUnit":"d""#, ""),
            ("tim-4", r#""duration":1"#, r#""duration":-1"#),
            ("tim-5", r#""period":1"#, r#""period":-1"#),
            ("tim-6", r#""period":1,"#, ""),
            ("tim-7", r#""duration":1,"#, ""),
            ("tim-8", r#""count":1,"#, ""),
            ("tim-9", r#""MORN""#, r#""CD""#),
            ("tim-9", r#""when":["MORN"],"#, ""),
            ("tim-10", r#""when":["MORN"]"#, r#""when":["MORN"],"timeOfDay":["01:02:03"]"#),
        ],
    ),
    Case(
        r#"{"resourceType":"EventDefinition","status":"draft","trigger":[{"type":"named-event","name":"a"},
        {"type":"periodic","timingDate":"2020"},{"type":"data-added","data":[{"type":"Patient"}],"condition":{"language":"text/fhirpath","expression":"a"}}]}"#,
        &[
            ("trd-1", r#""timingDate":"2020""#, r#""timingDate":"2020","data":[{"type":"Patient"}]"#),
            (
                "trd-2",
                r#""timingDate":"2020""#,
                r#""timingDate":"2020","condition":{"language":"text/fhirpath","expression":"a"}"#,
            ),
            ("trd-3", r#","name":"a""#, ""),
            ("trd-3", r#","timingDate":"2020""#, ""),
            ("trd-3", r#""data":[{"type":"Patient"}],"#, ""),
        ],
    ),
    Case(
        r#"{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"},
        "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},
        "verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"confirmed"}]}}"#,
        &[("ait-1", r#""clinicalStatus":"#, r#""code":"#), ("ait-2", "confirmed", "entered-in-error")],
    ),
    Case(
        r#"{"resourceType":"Condition","subject":{"reference":"Patient/1"},"stage":[{"summary":{"text":"x"}}],"evidence":[{"code":[{"text":"x"}]}],
        "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}]},
        "verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],
        "abatementString":"x"}"#,
        &[
            ("con-1", r#""summary":{"text":"x"}"#, r#""type":{"text":"x"}"#),
            ("con-2", r#""code":[{"text":"x"}]"#, r#""id":"x""#),
            ("con-4", "resolved", "active"),
            ("con-5", "confirmed", "entered-in-error"),
        ],
    ),
    Case(
        r#"{"resourceType":"Condition","subject":{"reference":"Patient/1"},
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"encounter-diagnosis"}]}]}"#,
        &[("con-3", "encounter-diagnosis", "problem-list-item")],
    ),
    Case(
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:x","code":"1"}]},"valueString":"x",
        "referenceRange":[{"text":"x"}],"component":[{"code":{"coding":[{"system":"urn:x","code":"2"}]}}]}"#,
        &[
            ("obs-3", r#""referenceRange":[{"text":"x"}"#, r#""referenceRange":[{"type":{"text":"x"}}"#),
            ("obs-6", r#""valueString":"x""#, r#""valueString":"x","dataAbsentReason":{"text":"x"}"#),
            ("obs-7", r#""code":"2""#, r#""code":"1""#),
        ],
    ),
    Case(
        r#"{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},"activity":[{"reference":{"reference":"Task/1"}}]}"#,
        &[(
            "cpl-3",
            r#""reference":{"reference":"Task/1"}"#,
            r#""reference":{"reference":"Task/1"},"detail":{"status":"scheduled"}"#,
        )],
    ),
    Case(
        r#"{"resourceType":"FamilyMemberHistory","status":"completed","patient":{"reference":"Patient/1"},"relationship":{"text":"x"},"ageString":"x","estimatedAge":true}"#,
        &[("fhs-1", r#""ageString":"x""#, r#""ageString":"x","bornString":"y""#), ("fhs-2", r#""ageString":"x","#, "")],
    ),
    Case(
        r#"{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/1"},"target":[{"measure":{"text":"x"},"detailString":"y"}]}"#,
        &[("gol-1", r#""measure":{"text":"x"},"#, "")],
    ),
    Case(
        r#"{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient/1"},"occurrenceString":"x","education":[{"documentType":"x"}]}"#,
        &[("imm-1", r#""documentType":"x""#, r#""publicationDate":"2020""#)],
    ),
    Case(
        r#"{"resourceType":"ImmunizationRecommendation","patient":{"reference":"Patient/1"},"date":"2020","recommendation":[{"targetDisease":{"text":"x"},"forecastStatus":{"text":"x"}}]}"#,
        &[("imr-1", r#""targetDisease":{"text":"x"},"#, "")],
    ),
    Case(
        r#"{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/1"}}]}"#,
        &[
            ("lst-1", r#""mode":"working""#, r#""mode":"working","emptyReason":{"text":"x"}"#),
            ("lst-2", r#"{"reference":"Patient/1"}"#, r#"{"reference":"Patient/1"},"deleted":true"#),
            ("lst-3", r#""mode":"working","entry":[{"#, r#""mode":"changes","entry":[{"date":"2020","#),
        ],
    ),
    Case(
        r#"{"resourceType":"MedicationAdministration","status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/1"},
        "effectiveDateTime":"2020","dosage":{"dose":{"value":1}}}"#,
        &[("mad-1", r#""dose":{"value":1}"#, r#""text":"x""#)],
    ),
    Case(
        r#"{"resourceType":"MedicationDispense","status":"completed","medicationCodeableConcept":{"text":"x"},"whenPrepared":"2020-02-01","whenHandedOver":"2020-02"}"#,
        &[("mdd-1", r#""2020-02""#, r#""2020-01""#)],
    ),
    Case(
        r#"{"resourceType":"NutritionOrder","status":"active","intent":"order","patient":{"reference":"Patient/1"},"dateTime":"2020","oralDiet":{"instruction":"x"}}"#,
        &[("nor-1", r#","oralDiet":{"instruction":"x"}"#, "")],
    ),
    Case(
        r#"{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"probabilityDecimal":100}]}"#,
        &[("ras-2", "100", "100.1")],
    ),
    Case(
        r#"{"resourceType":"Patient","contact":[{"name":{"text":"x"}}]}"#,
        &[("pat-1", r#""name":{"text":"x"}"#, r#""gender":"other""#)],
    ),
    Case(
        r#"{"resourceType":"Organization","name":"x","address":[{"text":"x"}],"telecom":[{"system":"phone","value":"1","use":"work"}]}"#,
        &[
            ("org-1", r#""name":"x","#, ""),
            ("org-2", r#"{"text":"x"}"#, r#"{"text":"x","use":"home"}"#),
            ("org-3", r#""use":"work""#, r#""use":"home""#),
        ],
    ),
    Case(r#"{"resourceType":"InsurancePlan","name":"x","language":"ja"}"#, &[("ipn-1", r#""name":"x","#, "")]),
    Case(
        r#"{"resourceType":"Appointment","status":"booked","start":"2020-01-01T00:00:00Z","end":"2020-01-01T00:10:00Z",
        "participant":[{"actor":{"display":"x"},"status":"accepted"}]}"#,
        &[
            ("app-1", r#""actor":{"display":"x"},"#, ""),
            ("app-2", r#","end":"2020-01-01T00:10:00Z""#, ""),
            ("app-3", r#""start":"2020-01-01T00:00:00Z","end":"2020-01-01T00:10:00Z","#, ""),
            ("app-4", r#""status":"booked""#, r#""status":"booked","cancelationReason":{"text":"x"}"#),
        ],
    ),
    Case(
        r#"{"resourceType":"AppointmentResponse","appointment":{"reference":"Appointment/1"},"actor":{"display":"x"},"participantStatus":"accepted"}"#,
        &[("apr-1", r#""actor":{"display":"x"},"#, "")],
    ),
    Case(
        r#"{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2020","author":[{"display":"x"}],"title":"x",
        "section":[{"title":"x","entry":[{"reference":"Patient/1"}]}]}"#,
        &[
            ("cmp-1", r#","entry":[{"reference":"Patient/1"}]"#, ""),
            ("cmp-2", r#""section":[{"title":"x""#, r#""section":[{"emptyReason":{"text":"x"}"#),
        ],
    ),
    Case(
        r#"{"resourceType":"Consent","status":"active","scope":{"text":"x"},"category":[{"text":"x"}],"policyRule":{"text":"x"}}"#,
        &[("ppc-1", r#","policyRule":{"text":"x"}"#, "")],
    ),
    Case(
        r#"{"resourceType":"AuditEvent","type":{"code":"1"},"recorded":"2020-01-01T00:00:00Z","agent":[{"requestor":true}],"source":{"observer":{"display":"x"}},
        "entity":[{"name":"x"}]}"#,
        &[("sev-1", r#"{"name":"x"}"#, r#"{"name":"x","query":"AAAA"}"#)],
    ),
    Case(
        r#"{"resourceType":"Group","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/1"}}]}"#,
        &[("grp-1", "true", "false")],
    ),
    Case(
        r#"{"resourceType":"Task","status":"draft","intent":"order","authoredOn":"2020-01-02T00:00:00Z","lastModified":"2020-01-02T00:00:00Z"}"#,
        &[("inv-1", r#""lastModified":"2020-01-02"#, r#""lastModified":"2020-01-01"#)],
    ),
    Case(
        r#"{"resourceType":"Linkage","item":[{"type":"source","resource":{"display":"x"}},{"type":"alternate","resource":{"display":"x"}}]}"#,
        &[("lnk-1", r#",{"type":"alternate","resource":{"display":"x"}}"#, "")],
    ),
    Case(
        r#"{"resourceType":"CoverageEligibilityResponse","status":"active","purpose":["benefits"],"patient":{"reference":"Patient/1"},"created":"2020",
        "request":{"reference":"CoverageEligibilityRequest/1"},"outcome":"complete","insurer":{"display":"x"},
        "insurance":[{"coverage":{"reference":"Coverage/1"},"item":[{"category":{"text":"x"}}]}]}"#,
        &[("ces-1", r#""category":{"text":"x"}"#, r#""name":"x""#)],
    ),
    Case(
        r#"{"resourceType":"RequestGroup","status":"active","intent":"plan","action":[{"resource":{"reference":"Task/1"}}]}"#,
        &[("rqg-1", r#""resource":{"reference":"Task/1"}"#, r#""title":"x""#)],
    ),
    Case(
        r#"{"resourceType":"Parameters","parameter":[{"name":"x","valueString":"y"}]}"#,
        &[
            ("inv-1", r#","valueString":"y""#, ""),
            ("inv-1", r#""valueString":"y""#, r#""valueString":"y","part":[{"name":"z","valueString":"y"}]"#),
        ],
    ),
    Case(
        r#"{"resourceType":"ConceptMap","status":"draft","group":[{"element":[{"target":[{"equivalence":"equal"}]}],"unmapped":{"mode":"provided"}}]}"#,
        &[
            ("cmd-1", r#""equal""#, r#""inexact""#),
            ("cmd-2", r#""provided""#, r#""fixed""#),
            ("cmd-3", r#""provided""#, r#""other-map""#),
        ],
    ),
    Case(
        r#"{"resourceType":"CodeSystem","status":"draft","content":"complete","concept":[{"code":"a","concept":[{"code":"b"}]}]}"#,
        &[("csd-1", r#""code":"b""#, r#""code":"a""#)],
    ),
    Case(
        r#"{"resourceType":"ValueSet","status":"draft","compose":{"include":[{"system":"urn:x","concept":[{"code":"a"}]}]},
        "expansion":{"timestamp":"2020","contains":[{"system":"urn:x","code":"a"},{"abstract":true,"display":"x"}]}}"#,
        &[
            ("vsd-1", r#"{"system":"urn:x","concept":[{"code":"a"}]}"#, r#"{"version":"1"}"#),
            ("vsd-2", r#""include":[{"system":"urn:x","#, r#""include":[{"valueSet":["urn:y"],"#),
            (
                "vsd-3",
                r#""concept":[{"code":"a"}]"#,
                r#""concept":[{"code":"a"}],"filter":[{"property":"a","op":"=","value":"b"}]"#,
            ),
            ("vsd-6", r#","display":"x""#, ""),
            ("vsd-9", r#""abstract":true,"#, ""),
            ("vsd-10", r#""contains":[{"system":"urn:x","#, r#""contains":[{"#),
        ],
    ),
    Case(
        r#"{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1","answer":[{"valueString":"x"}]}]}"#,
        &[("qrs-1", r#""linkId":"1","#, r#""linkId":"1","item":[{"linkId":"2"}],"#)],
    ),
    Case(
        r#"{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[{"linkId":"2","type":"display"},
        {"linkId":"3","type":"choice","answerOption":[{"valueString":"x"}]},{"linkId":"4","type":"string","maxLength":1,"initial":[{"valueString":"x"}],
        "enableWhen":[{"question":"3","operator":"exists","answerBoolean":true}]}]}]}"#,
        &[
            ("que-1", r#""type":"display""#, r#""type":"group""#),
            ("que-1", r#""type":"group""#, r#""type":"display""#),
            ("que-2", r#""linkId":"4""#, r#""linkId":"3""#),
            ("que-3", r#""type":"display""#, r#""type":"display","code":[{"code":"x"}]"#),
            ("que-4", r#""type":"choice","#, r#""type":"choice","answerValueSet":"urn:x","#),
            ("que-5", r#""type":"choice""#, r#""type":"boolean""#),
            ("que-6", r#""type":"display""#, r#""type":"display","required":true"#),
            ("que-7", r#""answerBoolean":true"#, r#""answerString":"x""#),
            ("que-8", r#""type":"display""#, r#""type":"display","initial":[{"valueString":"x"}]"#),
            ("que-9", r#""type":"display""#, r#""type":"display","readOnly":true"#),
            ("que-10", r#""type":"string""#, r#""type":"choice""#),
            ("que-11", r#""type":"choice","#, r#""type":"choice","initial":[{"valueString":"x"}],"#),
            (
                "que-12",
                r#""enableWhen":["#,
                r#""enableWhen":[{"question":"3","operator":"exists","answerBoolean":true},{"question":"3","operator":"exists","answerBoolean":true},"#,
            ),
            ("que-13", r#""initial":["#, r#""initial":[{"valueString":"y"},"#),
        ],
    ),
    Case(
        r#"{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"fullUrl":"http://x/Patient/1","search":{"mode":"match"},"resource":{"resourceType":"Patient"}},
        {"fullUrl":"http://x/Patient/2","resource":{"resourceType":"Patient"}}]}"#,
        &[
            ("bdl-1", r#""searchset""#, r#""collection""#),
            ("bdl-2", r#""searchset","total":1"#, r#""collection""#),
            ("bdl-3", r#""type":"searchset""#, r#""type":"batch""#),
            ("bdl-4", r#""search":{"mode":"match"}"#, r#""response":{"status":"200"}"#),
            ("bdl-5", r#","resource":{"resourceType":"Patient"}}]"#, "}]"),
            ("bdl-7", "http://x/Patient/2", "http://x/Patient/1"),
            ("bdl-8", "http://x/Patient/2", "http://x/Patient/2/_history/1"),
        ],
    ),
    Case(
        r#"{"resourceType":"Bundle","type":"document","identifier":{"system":"urn:x","value":"1"},"timestamp":"2020-01-01T00:00:00Z","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        "resource":{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2020","author":[{"display":"x"}],"title":"x"}}]}"#,
        &[
            ("bdl-9", r#""system":"urn:x","#, ""),
            ("bdl-10", r#""timestamp":"2020-01-01T00:00:00Z","#, ""),
            ("bdl-11", r#"{"fullUrl":"#, r#"{"resource":{"resourceType":"Patient"}},{"fullUrl":"#),
            ("bdl-12", r#""document""#, r#""message""#),
        ],
    ),
];

#[test]
fn every_rule_finds_its_breach_and_no_good_resource_breaks_one() {
    for Case(good, breaches) in CASES {
        assert_eq!(found(good), [], "{good}");
        for (key, piece, instead) in *breaches {
            assert!(good.contains(piece), "{key}: {piece} is not in {good}");
            let issues = found(&good.replacen(piece, instead, 1));
            let mark = format!("({key})");
            assert!(
                issues.iter().any(|issue| issue.diagnostics.ends_with(&mark)),
                "{key}: {piece} -> {instead}: {issues:?}"
            );
        }
    }
}

#[test]
fn every_rule_has_a_case_and_a_type() {
    let tested: Vec<&str> =
        CASES.iter().flat_map(|Case(_, breaches)| breaches.iter().map(|(key, _, _)| *key)).collect();
    for rule in all() {
        assert!(tested.contains(&rule.key), "{} has no case", rule.key);
        assert!(tables::structure(rule.on).is_some(), "{} is on {}, which is no type", rule.key, rule.on);
    }
}
