//! `komainu check`, and reading the clinic's file for other commands.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use clinic::model::{Clinic, Finding, NotAClinic, Severity, TEXT_LEN_MAX, findings, read};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::Check;
use crate::failure::{Done, Failure, Kind};
use crate::{serving, terminal};

/// Says everything there is to say about a file.
pub(crate) fn check(args: &Check) -> Done {
    let text = text(&args.file)?;
    match read(&text) {
        Ok(clinic) => report(args, &clinic, &findings(&clinic, today())),
        Err(problems) => {
            if args.json {
                terminal::print(&json!({ "ok": false, "problems": as_json(&problems), "findings": [] }).to_string());
            }
            Err(unfit(&args.file, &problems))
        }
    }
}

/// The day at this computer.
pub(super) fn today() -> Date {
    now().date()
}

/// The wall clock at this computer.
pub(super) fn now() -> DateTime {
    let now = Timestamp::from_millisecond(serving::now_ms()).unwrap_or_default();
    now.to_zoned(TimeZone::system()).datetime()
}

/// How much there is in a clinic that must not be.
pub(super) fn errors(clinic: &Clinic) -> usize {
    count(&findings(clinic, today()), Severity::Error)
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity() == severity).count()
}

/// Reads a clinic that has nothing in it that must not be.
pub(super) fn sound_clinic(path: &Path) -> Done<Clinic> {
    let clinic = clinic(path)?;
    let errors = errors(&clinic);
    if errors == 0 {
        return Ok(clinic);
    }
    let path = path.display();
    Err(Failure::new(
        Kind::Input,
        format!("{path} には誤りが {errors} 件あるため、規則を作りません。"),
        format!("{path} has {errors} errors, so no rules are made of it."),
    )
    .todo("komainu check で確かめ、直してください。", "See komainu check and correct them."))
}

/// Reads a clinic, or says why it cannot be.
pub(super) fn clinic(path: &Path) -> Done<Clinic> {
    read(&text(path)?).map_err(|problems| unfit(path, &problems))
}

/// The text of a file. No more is read than a clinic can have.
pub(super) fn text(path: &Path) -> Done<String> {
    let mut text = Vec::new();
    let limit = u64::try_from(TEXT_LEN_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut text));
    read.map_err(|error| Failure::file("読む", "read", path, &error))?;
    // What is cut off in the middle of a character is too long anyway.
    if text.len() > TEXT_LEN_MAX {
        return Ok(String::from_utf8_lossy(&text).into_owned());
    }
    String::from_utf8(text).map_err(|error| {
        let path = path.display();
        Failure::new(Kind::Input, format!("{path} は UTF-8 ではありません。"), format!("{path} is not UTF-8."))
            .because(error.utf8_error())
            .todo("UTF-8 で保存し直してください。", "Save it as UTF-8.")
    })
}

/// `FILE:LINE` with the sentences of each problem.
pub(super) fn unfit(path: &Path, problems: &NotAClinic) -> Failure {
    let path = path.display();
    let lines: Vec<String> = problems
        .0
        .iter()
        .map(|problem| format!("{path}:{}: {}\n    {}", problem.line, problem.ja(), problem.en()))
        .collect();
    let count = problems.0.len();
    Failure::new(
        Kind::Input,
        format!("{path} に直すところが {count} か所あります。"),
        format!("{path} needs {count} corrections."),
    )
    .because(format!("\n  {}\n  ", lines.join("\n  ")))
}

fn as_json(problems: &NotAClinic) -> Vec<Value> {
    let problem = |each: &clinic::model::Problem| json!({ "line": each.line.0, "ja": each.ja(), "en": each.en() });
    problems.0.iter().map(problem).collect()
}

fn report(args: &Check, clinic: &Clinic, findings: &[Finding]) -> Done {
    let count = |severity| count(findings, severity);
    let (errors, warnings, advice) = (count(Severity::Error), count(Severity::Warning), count(Severity::Advice));
    let path = args.file.display();
    if args.json {
        let finding = |each: &Finding| {
            json!({
                "line": each.line.0, "severity": each.severity().word(), "code": each.code(),
                "ja": each.ja(), "en": each.en(),
            })
        };
        let findings: Vec<Value> = findings.iter().map(finding).collect();
        terminal::print(&json!({ "ok": errors == 0, "problems": [], "findings": findings }).to_string());
    } else {
        for finding in findings {
            let severity = finding.severity();
            let (ja, en) = (finding.ja(), finding.en());
            terminal::print(&format!("{path}:{}: {}: {ja}\n    {}: {en}", finding.line, severity.ja(), severity.en()));
        }
        let (zones, devices, flows) = (clinic.zones.len(), clinic.devices.len(), clinic.flows.len());
        terminal::print(&format!(
            "{}: ゾーン {zones}・機器 {devices}・通信 {flows}。誤り {errors}・注意 {warnings}・助言 {advice}。\n\
             {zones} zones, {devices} devices, {flows} flows; {errors} errors, {warnings} warnings, {advice} pieces of advice.",
            clinic.name
        ));
    }
    if errors == 0 {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Input,
        format!("{path} に誤りが {errors} 件あり、このままでは規則にできません。"),
        format!("{path} has {errors} errors; no rules are made of it as it is."),
    ))
}
