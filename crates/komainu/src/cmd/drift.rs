//! `komainu drift`: what somebody changed by hand.

use std::process::ExitCode;

use gateway::{Drifted, Gateway};
use network::Proof;
use network::nft::{self, Change};
use serde_json::{Value, json};

use super::prove;
use crate::cli::Drift;
use crate::failure::Done;
use crate::terminal;

/// Compares, tells, and ends with 0 where all is as applied, 1 where something was changed, 2 where something is not
/// understood. A change that lets the same packets pass is one too.
pub(crate) fn drift(args: &Drift) -> Done<ExitCode> {
    let found = Gateway::new(&args.state).drift()?;
    if args.json {
        terminal::print(&as_json(&found).to_string());
    } else {
        tell(&found);
    }
    let changed = found.changes.as_ref().is_ok_and(|changes| !changes.is_empty());
    Ok(match found.report.proof {
        Proof::Equal if changed => prove::code(&Proof::Different),
        proof => prove::code(&proof),
    })
}

fn tell(found: &Drifted) {
    match &found.changes {
        Ok(changes) if changes.is_empty() => {
            terminal::print("規則は一つも手で変えられていません。\nNo rule was changed by hand.")
        }
        Ok(changes) => changes.iter().for_each(|each| terminal::print(&format!("± {}\n    {}", each.ja(), each.en()))),
        Err(why) => terminal::tell(&format!(
            "規則を一つずつ比べることはできませんでした。\nRules could not be compared one by one. ({why})"
        )),
    }
    prove::differences(&found.report);
}

fn as_json(found: &Drifted) -> Value {
    let changes = found.changes.as_ref().ok();
    json!({
        "number": found.number,
        "proof": prove::as_json(&found.report),
        "changes": changes.map(|changes| changes.iter().map(change).collect::<Vec<_>>()),
    })
}

fn change(each: &nft::Drift) -> Value {
    let (word, before, after, handle) = match &each.change {
        Change::Added { what, handle } => ("added", None, Some(what), *handle),
        Change::Removed { what } => ("removed", Some(what), None, None),
        Change::Edited { before, after, handle } => ("edited", Some(before), Some(after), *handle),
    };
    json!({
        "table": each.table, "part": each.part, "change": word, "before": before, "after": after, "handle": handle,
        "names": each.names, "ja": each.ja(), "en": each.en(),
    })
}
