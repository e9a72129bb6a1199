use crate::outcome::Issue;
use crate::resource::Resource;
use crate::validate::{Mode, validate};

fn found(text: &str) -> Vec<Issue> {
    validate(&Resource::parse(text.as_bytes()).unwrap(), Mode::Strict)
}

/// Each case: a piece of the good resource, what stands there instead, and where the finding is.
fn check(good: &str, cases: &[(&str, &str, &str)]) {
    assert_eq!(found(good), []);
    for (piece, instead, at) in cases {
        assert!(good.contains(piece), "{piece}");
        let issues = found(&good.replacen(piece, instead, 1));
        assert!(issues.iter().any(|issue| issue.expression == *at), "{piece} -> {instead}: {issues:?}");
    }
}

#[test]
fn patient() {
    let good = r#"{"resourceType":"Patient","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient|1.2.0"]},
        "identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51.11310000001","value":"00000010"}],
        "name":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation","valueCode":"IDE"}],"text":"狛 犬"}],
        "address":[{"postalCode":"113-8655","country":"JP"}]}"#;
    check(
        good,
        &[
            ("\"IDE\"", "\"KANJI\"", "Patient.name"),
            (",\"value\":\"00000010\"", "", "Patient.identifier"),
            (".51.1131", ".51.131", "Patient.identifier"),
            ("113-8655", "1138655", "Patient.address"),
            ("JP_Patient|", "JP_Coverage|", "Patient.meta.profile"),
            ("JP_Patient|", "JP_Unheard|", "Patient.meta.profile"),
            ("jpfhir.jp/fhir/core/StructureDefinition/JP_Patient", "example.org/x", "Patient.meta.profile"),
        ],
    );
    assert_eq!(found(&good.replace("113-8655", "113")), []);
    assert_eq!(found(&good.replace("113-8655", "EC1A 1BB").replace("\"JP\"", "\"GB\"")), []);
    assert!(found(&good.replace("JP_Patient|1.2.0", "JP_Unheard")).iter().all(|issue| !issue.is_error()));
}

#[test]
fn coverage() {
    let good = r#"{"resourceType":"Coverage","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Coverage"]},"status":"active",
        "extension":[{"url":"http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber","valueString":"05"}],
        "identifier":[{"system":"http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID","value":"00012345:あいう:１８７:05"}],
        "beneficiary":{"reference":"Patient/1"},"payor":[{"reference":"Organization/1"}]}"#;
    check(
        good,
        &[
            ("00012345:あいう", "12345:あいう", "Coverage.identifier"),
            (":１８７:05", ":１８７", "Coverage.identifier"),
            (":あいう:", ":あ う:", "Coverage.identifier"),
            (":05\"", ":5\"", "Coverage.identifier"),
            ("\"valueString\":\"05\"", "\"valueString\":\"０５\"", "Coverage.extension"),
        ],
    );
    assert_eq!(found(&good.replace("あいう:１８７:05", ":１８７:")), []);
}

#[test]
fn prescription() {
    let good = r#"{"resourceType":"MedicationRequest","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_MedicationRequest"]},
        "identifier":[{"system":"http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber","value":"1"},
                      {"system":"urn:oid:1.2.392.100495.20.3.82","value":"1"}],
        "status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":"urn:x","code":"1"},
        {"system":"http://capstandard.jp/iyaku.info/CodeSystem/YJ-code","code":"2149039F1ZZZ"}]},
        "dosageInstruction":[{"timing":{"code":{"coding":[{"system":"http://jami.jp/CodeSystem/MedicationUsage","code":"1013044400000000"}]}},
        "additionalInstruction":[{"coding":[{"system":"http://jami.jp/CodeSystem/MedicationUsageAdditional","code":"V14NNNNN"}]}]}],
        "subject":{"reference":"Patient/1"},"authoredOn":"2026-01-02",
        "dispenseRequest":{"expectedSupplyDuration":{"value":7,"unit":"日","system":"http://unitsofmeasure.org","code":"d"}}}"#;
    check(
        good,
        &[
            ("Medication-RPGroupNumber", "Other", "MedicationRequest.identifier"),
            ("urn:oid:1.2.392.100495.20.3.82", "urn:oid:1.2.392.100495.20.3.81", "MedicationRequest.identifier"),
            ("\"order\"", "\"plan\"", "MedicationRequest.intent"),
            (",\"authoredOn\":\"2026-01-02\"", "", "MedicationRequest.authoredOn"),
            ("Patient/1", "Group/1", "MedicationRequest.subject"),
            (
                "\"coding\":[{\"system\":\"urn:x\"",
                "\"text\":\"x\",\"extension\":[{\"url\":\"urn:x\"",
                "MedicationRequest.medication",
            ),
            ("2149039F1ZZZ", "2149039F1ZZ", "MedicationRequest.medication"),
            ("1013044400000000", "101304440000000", "MedicationRequest.dosageInstruction"),
            ("V14NNNNN", "V14NNNN", "MedicationRequest.dosageInstruction"),
            ("\"日\"", "\"day\"", "MedicationRequest.dispenseRequest"),
        ],
    );
}

#[test]
fn laboratory() {
    let good = r#"{"resourceType":"Observation","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_LabResult"]},"status":"final",
        "category":[{"coding":[{"system":"http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS","code":"laboratory"}]}],
        "code":{"coding":[{"system":"http://medis.or.jp/CodeSystem/master-JLAC10-17digits","code":"3A010000002327101"}],"text":"TP"},
        "subject":{"reference":"Patient/1"},"effectiveDateTime":"2026-01-02","valueQuantity":{"value":7.0},"specimen":{"reference":"Specimen/1"}}"#;
    check(
        good,
        &[
            ("JP_SimpleObservationCategory_CS", "Other", "Observation.category"),
            ("3A010000002327101", "3A01000000232710", "Observation.code"),
            (",\"text\":\"TP\"", "", "Observation.code"),
            ("\"subject\":{\"reference\":\"Patient/1\"},", "", "Observation.subject"),
            (
                "effectiveDateTime\":\"2026-01-02\"",
                "effectiveInstant\":\"2026-01-02T00:00:00Z\"",
                "Observation.effective",
            ),
            ("valueQuantity\":{\"value\":7.0}", "valueInteger\":7", "Observation.value"),
            (",\"specimen\":{\"reference\":\"Specimen/1\"}", "", "Observation.specimen"),
        ],
    );
}

#[test]
fn others() {
    check(
        r#"{"resourceType":"Condition","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Condition_Diagnosis"]},
        "code":{"coding":[{"system":"http://medis.or.jp/CodeSystem/master-disease-exCode","code":"A1B2"},{"system":"urn:x","code":"1"}]},
        "subject":{"reference":"Patient/1"}}"#,
        &[
            ("\"urn:x\"", "\"http://medis.or.jp/CodeSystem/master-disease-exCode\"", "Condition.code"),
            ("A1B2", "A1B", "Condition.code"),
        ],
    );
    check(
        r#"{"resourceType":"DiagnosticReport","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_DiagnosticReport_LabResult"]},
        "status":"final","category":[{"coding":[{"system":"http://loinc.org","code":"LP29693-6"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"11502-2"}]}}"#,
        &[("LP29693-6", "LAB", "DiagnosticReport.category"), ("11502-2", "1", "DiagnosticReport.code")],
    );
    check(
        r#"{"resourceType":"Organization","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Organization"]},
        "identifier":[{"system":"http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no","value":"1310000001"}]}"#,
        &[
            ("1310000001", "1340000001", "Organization.identifier"),
            ("1310000001", "131000001", "Organization.identifier"),
        ],
    );
    check(
        r#"{"resourceType":"Observation","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_VitalSigns"]},"status":"final",
        "category":[{"text":"x"}],"code":{"text":"x"},"subject":{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}}"#,
        &[
            ("\"category\":[{\"text\":\"x\"}],", "", "Observation.category"),
            ("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "Device/1", "Observation.subject"),
        ],
    );
}
