//! `komainu plan`.

use std::path::Path;

use clinic::model::plan::{COLUMNS_JA, Change, Party, Row, Thing};
use clinic::model::{self, Clinic};
use gateway::Gateway;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::check;
use crate::cli::Plan;
use crate::failure::{Done, Failure};
use crate::terminal;

/// Shows what a change opens and closes.
pub(crate) fn plan(args: &Plan) -> Done {
    let (old, new): (Clinic, &Path) = match &args.new {
        Some(new) => (check::clinic(&args.old)?, new),
        None => (applied(&args.state)?, &args.old),
    };
    let clinic = check::clinic(new)?;
    let plan = model::plan(&old, &clinic, check::today());
    if args.json {
        terminal::print(&as_json(&plan, &old, &clinic).to_string());
    } else if args.table && !plan.is_empty() {
        terminal::print(&table(&plan.table(&old, &clinic)));
    } else {
        tell(&plan, &old, &clinic);
    }
    let errors = check::errors(&clinic);
    if errors > 0 {
        let path = new.display();
        terminal::tell(&format!(
            "{path} には誤りが {errors} 件あります。komainu check {path} で見てください。\n\
             {path} has {errors} errors; see komainu check {path}."
        ));
    }
    Ok(())
}

/// A change in sentences.
pub(super) fn tell(plan: &model::Plan, old: &Clinic, new: &Clinic) {
    if plan.is_empty() {
        return terminal::print("変わるものはありません。\nNothing changes.");
    }
    for (ja, en) in plan.ja(old, new).iter().zip(plan.en(old, new)) {
        terminal::print(&format!("{ja}\n    {en}"));
    }
    let (opens, closes, things) = (plan.opens.len(), plan.closes.len(), plan.things.len());
    terminal::print(&format!(
        "開く通信 {opens}・閉じる通信 {closes}・変わるもの {things}。\n\
         {opens} open, {closes} close, {things} things change."
    ));
}

/// What was applied last.
fn applied(state: &Path) -> Done<Clinic> {
    let current = Gateway::new(state).status()?.current;
    match current.as_ref().and_then(gateway::Entry::applied) {
        Some(applied) => Ok(applied.clinic()?),
        None => Err(Failure::from(gateway::Error::NothingApplied)
            .todo("比べるファイルを二つ渡してください。", "Give two files to compare.")),
    }
}

/// Columns side by side; Japanese characters are two columns wide.
fn table(rows: &[[String; 6]]) -> String {
    let rows: Vec<[String; 6]> = std::iter::once(COLUMNS_JA.map(str::to_owned)).chain(rows.iter().cloned()).collect();
    let widths: Vec<usize> = (0..6).map(|at| rows.iter().map(|row| row[at].width()).max().unwrap_or(0)).collect();
    let line = |row: &[String; 6]| {
        let cell = |(text, width): (&String, &usize)| format!("{text}{}", " ".repeat(width - text.width()));
        row.iter().zip(&widths).map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn as_json(plan: &model::Plan, old: &Clinic, new: &Clinic) -> Value {
    json!({
        "opens": plan.opens.iter().map(row_json).collect::<Vec<_>>(),
        "closes": plan.closes.iter().map(row_json).collect::<Vec<_>>(),
        "things": plan.things.iter().map(thing_json).collect::<Vec<_>>(),
        "ja": plan.ja(old, new),
        "en": plan.en(old, new),
    })
}

fn row_json(row: &Row) -> Value {
    let service = |each: &model::Service| {
        let ports: Vec<String> = each.ports.iter().map(ToString::to_string).collect();
        json!({ "id": each.id.as_str(), "ports": ports })
    };
    json!({
        "from": row.from.iter().map(party).collect::<Vec<_>>(),
        "to": row.to.iter().map(party).collect::<Vec<_>>(),
        "services": row.services.iter().map(service).collect::<Vec<_>>(),
        "hours": row.hours.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "flows": row.flows.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "why": row.why,
    })
}

/// The bare id, as ends of flows are written; what is not listed in a zone is `rest-of:ZONE`.
fn party(party: &Party) -> String {
    match party {
        Party::Device(id) => id.to_string(),
        Party::RestOf(id) => format!("rest-of:{id}"),
        Party::Outside(id) => id.to_string(),
        Party::Vendor(id) => id.to_string(),
        Party::Internet => "internet".to_owned(),
    }
}

fn thing_json(thing: &Thing) -> Value {
    let (change, fields): (&str, &[model::plan::Field]) = match &thing.change {
        Change::Added => ("added", &[]),
        Change::Removed => ("removed", &[]),
        Change::Changed(fields) => ("changed", fields),
    };
    let field = |each: &model::plan::Field| json!({ "key": each.key, "old": each.old, "new": each.new });
    let fields: Vec<Value> = fields.iter().map(field).collect();
    json!({ "kind": thing.kind.word(), "id": thing.id, "name": thing.name, "change": change, "fields": fields })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let row = |from: &str| ["+", from, "PACS", "DICOM", "", "画像"].map(str::to_owned);
        let text = table(&[row("受付PC"), row("a")]);
        let at = |line: &str| line.split("PACS").next().unwrap().width();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(at(lines[1]), at(lines[2]));
        assert_eq!(lines[1].width(), lines[2].width());
    }
}
