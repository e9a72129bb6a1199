//! What a clinic writes, as it should be, and the slips that people and programs make in it. `mistakes.txt` shows
//! what is said of each; `KOMAINU_BLESS=1` writes it again for you to read in `git diff`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use fhir::Resource;
use fhir::outcome::Issue;
use fhir::validate::{Mode, validate};

fn dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all")
}

fn found(text: &str) -> Result<Vec<Issue>, String> {
    let resource = Resource::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(validate(&resource, Mode::Strict))
}

#[test]
fn what_a_clinic_writes_is_taken_without_a_word() {
    let files = super::files(&dir().join("clinic"));
    assert!(files.len() >= 13);
    for file in files {
        assert_eq!(found(&std::fs::read_to_string(&file).unwrap()), Ok(Vec::new()), "{}", file.display());
    }
}

/// File, piece, what stands there instead.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("patient", r#""gender": "male""#, r#""gender": "男""#),
    ("patient", r#""gender": "male""#, r#""sex": "male""#),
    ("patient", r#""gender": "male""#, r#""gender": "male", "gender": "female""#),
    ("patient", r#""birthDate": "1958-04-05""#, r#""birthDate": "S33.4.5""#),
    ("patient", r#""birthDate": "1958-04-05""#, r#""birthDate": "19580405""#),
    ("patient", r#""birthDate": "1958-04-05""#, r#""birthDate": "1958-02-29""#),
    ("patient", r#""birthDate": "1958-04-05""#, r#""birthDate": "0033-04-05""#),
    ("patient", r#""birthDate": "1958-04-05""#, r#""birthDate": """#),
    ("patient", r#""active": true"#, r#""active": "true""#),
    ("patient", r#""given": ["守"]"#, r#""given": "守""#),
    ("patient", r#""telecom": [{ "system": "phone","#, r#""telecom": [{"#),
    ("patient", r#""id": "p1""#, r#""id": "診察券10""#),
    ("patient", "<b>", "<b onclick='x()'>"),
    ("patient", "<b>昭和33年4月5日</b>", "<script>x()</script>"),
    ("patient", "113-0000", "〒1130000"),
    ("patient", r#""name": { "text": "狛井 花" }"#, r#""gender": "female""#),
    ("patient", "Organization/clinic", "Practitioner/d1"),
    ("patient", "Organization/clinic", "clinic"),
    ("coverage", "00000000:１２３:４５６:00", "00000000-１２３-４５６"),
    (
        "coverage",
        r#"JP_Coverage_InsuredPersonSubNumber", "valueString": "00""#,
        r#"JP_Coverage_InsuredPersonSubNumber", "valueString": "０""#,
    ),
    ("coverage", "2027-03-31", "2017-03-31"),
    ("coverage", r#""payor": [{ "display": "架空健康保険組合" }]"#, r#""payor": []"#),
    ("encounter", r#""finished""#, r#""completed""#),
    ("encounter", "2026-01-05T09:25:00+09:00", "2026-01-05 09:25"),
    ("encounter", "2026-01-05T09:25:00+09:00", "2026-01-05T09:25:00"),
    ("encounter", "2026-01-05T09:25:00+09:00", "2026-01-05T09:05:00+09:00"),
    ("encounter", r#""class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },"#, ""),
    ("condition", r#""code": "active""#, r#""code": "治癒""#),
    ("condition", r#""onsetDateTime": "2026-01""#, r#""onsetDateTime": "2026-01", "abatementDateTime": "2026-02""#),
    ("condition", r#""onsetDateTime": "2026-01""#, r#""onsetDateTime": "2026-01", "onsetString": "先月""#),
    ("condition", r#""code": "0000000""#, r#""code": "000000""#),
    ("allergy", r#""code": "confirmed""#, r#""code": "entered-in-error""#),
    ("allergy", r#""category": ["medication"]"#, r#""category": ["medication", null]"#),
    ("laboratory", r##""#s""##, r##""#serum""##),
    ("laboratory", r##""specimen": { "reference": "#s" },"##, ""),
    ("laboratory", r#""value": 5.40"#, r#""value": "5.40""#),
    ("laboratory", r#""value": 5.40"#, r#""value": 05.40"#),
    ("laboratory", r#""interpretation": ["#, r#""dataAbsentReason": { "text": "未検" }, "interpretation": ["#),
    ("laboratory", r#""system": "http://unitsofmeasure.org", "code": "%""#, r#""code": "%""#),
    ("blood_pressure", "Patient/p1", "Device/bp1"),
    ("blood_pressure", r#""code": { "coding": [{ "system": "http://loinc.org", "code": "8462-4" }] },"#, ""),
    ("prescription", "Medication-RPGroupNumber", "Medication-RP"),
    (
        "prescription",
        r#""expectedSupplyDuration": { "value": 7, "unit": "日""#,
        r#""expectedSupplyDuration": { "value": 7, "unit": "日分""#,
    ),
    ("prescription", r#""code": "000000000""#, r#""code": "00000000""#),
    ("prescription", "1013044400000000", "10130444"),
    ("prescription", r#""boundsDuration""#, r#""period": 1, "boundsDuration""#),
    ("report", r#""contentType": "application/pdf", "#, ""),
    ("report", "JVBERi0=", "JVBERi0"),
    ("report", "2026-01-06T10:00:00.000+09:00", "2026-01-06"),
    ("note", r#", "entry": [{ "reference": "MedicationRequest/m1" }]"#, ""),
    ("note", " xmlns=\\\"http://www.w3.org/1999/xhtml\\\"", ""),
    ("note", "とくに変わりない。", "BP<140"),
    ("note", "とくに変わりない。", ""),
    ("appointment", r#""end": "2026-02-02T09:15:00+09:00","#, ""),
    ("appointment", r#""minutesDuration": 15"#, r#""minutesDuration": 0"#),
    ("appointment", r#""actor": { "reference": "Patient/p1" }, "#, ""),
    ("answers", r#""text": "熱", "#, r#""text": "熱", "item": [{ "linkId": "2" }], "#),
    (
        "transaction",
        r#""request": { "method": "PUT", "url": "Procedure/x1", "ifMatch": "W/\"1\"" }"#,
        r#""search": { "mode": "match" }"#,
    ),
    ("transaction", r#""status": "completed", "vaccineCode""#, r#""status": "done", "vaccineCode""#),
    ("transaction", "Condition/c1", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
];

#[test]
fn what_is_said_of_each_mistake() {
    let mut golden = String::new();
    for (file, piece, instead) in MISTAKES {
        let good = std::fs::read_to_string(dir().join("clinic").join(file).with_extension("json")).unwrap();
        assert!(good.contains(piece), "{file} has no {piece}");
        let _ = writeln!(golden, "{file}: {piece}\n     -> {instead}");
        match found(&good.replacen(piece, instead, 1)) {
            Err(error) => {
                let _ = writeln!(golden, "   refused: {error}");
            }
            Ok(issues) => {
                assert!(!issues.is_empty(), "{file}: nothing is said of {instead}");
                for Issue { severity, code, diagnostics, expression } in issues {
                    let _ = writeln!(golden, "   {} {}: {expression} {diagnostics}", severity.as_str(), code.as_str());
                }
            }
        }
        golden.push('\n');
    }
    let path = dir().join("mistakes.txt");
    if std::env::var_os("KOMAINU_BLESS").is_some() {
        std::fs::write(&path, &golden).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == golden, "mistakes.txt is not what is said now");
}
