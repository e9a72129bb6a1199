//! `komainu apply`: the clinic's file becomes this computer's rules, on trial until somebody confirms them.

use std::path::Path;

use clinic::model::{self, Clinic};
use gateway::{Booted, Entry, Gateway, Request, Trial, own_session};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{check, plan, prove};
use crate::cli::Apply;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// Does one of the things around applied files.
pub(crate) fn apply(args: &Apply) -> Done {
    let gateway = Gateway::new(&args.state);
    if let Some(file) = &args.file {
        let text = check::text(file)?;
        let clinic = model::read(&text).map_err(|problems| check::unfit(file, &problems))?;
        show_plan(args, &gateway, &clinic)?;
        return tried(args, &gateway, gateway.apply(&request(args, text)));
    }
    if let Some(number) = args.revert {
        let history = gateway.history()?;
        let entry = history.iter().find(|entry| entry.number == number).and_then(Entry::applied);
        let applied = entry.ok_or(gateway::Error::NoSuchEvent(number))?;
        show_plan(args, &gateway, &applied.clinic()?)?;
        return tried(args, &gateway, gateway.revert(number, &request(args, String::new())));
    }
    if args.confirm {
        confirm(args, &gateway)
    } else if args.cancel {
        gateway.withdraw()?;
        say(args, "取り下げました。前の規則に戻っています。", "Given up; the former rules are in force again.");
        Ok(())
    } else if args.boot {
        boot(&gateway, &args.state)
    } else if args.history {
        history(args, &gateway)
    } else {
        status(args, &gateway)
    }
}

/// Who runs this: the person before `sudo`.
pub(super) fn who() -> String {
    let known = ["SUDO_USER", "LOGNAME", "USER"].into_iter().find_map(|name| std::env::var(name).ok());
    known.filter(|name| !name.is_empty()).unwrap_or_else(|| "root".to_owned())
}

fn request(args: &Apply, model: String) -> Request {
    Request {
        model,
        who: who(),
        why: args.why.clone(),
        window_seconds: args.confirm_within,
        sessions: own_session().into_iter().collect(),
        force: args.force,
    }
}

/// What the file changes. Where nothing has been applied yet, everything in it is new.
fn show_plan(args: &Apply, gateway: &Gateway, new: &Clinic) -> Done {
    if args.json {
        return Ok(());
    }
    let current = gateway.status()?.current;
    let applied = current.as_ref().and_then(Entry::applied);
    // A file that this version no longer reads cannot be compared with.
    let old = applied.and_then(|applied| applied.clinic().ok());
    let old = old.unwrap_or_else(|| Clinic { flows: Vec::new(), ..new.clone() });
    plan::tell(&model::plan(&old, new, check::today()), &old, new);
    Ok(())
}

/// Tells how the trial goes, and asks.
fn tried(args: &Apply, gateway: &Gateway, trial: gateway::Result<Trial>) -> Done {
    let trial = trial?;
    if !trial.missing_interfaces.is_empty() {
        let names = trial.missing_interfaces.join(", ");
        terminal::tell(&format!(
            "注意: このコンピューターにないインターフェース {names} を通る通信は届きません。\n\
             Warning: this computer has no interface {names}; nothing passes there."
        ));
    }
    if !args.json {
        prove::differences(&trial.report);
    }
    if args.yes {
        return confirm(args, gateway);
    }
    let left = trial.seconds_left;
    if args.json || !terminal::somebody_is_there() {
        if args.json {
            let value = json!({ "state": "trial", "seconds_left": left, "proof": prove::as_json(&trial.report) });
            terminal::print(&value.to_string());
        }
        terminal::tell(&format!(
            "試しに適用しました。{left} 秒以内に komainu apply --confirm で確定しなければ、前の規則に戻ります。\n\
             On trial. Confirm within {left} seconds with komainu apply --confirm, or the former rules come back."
        ));
        return Ok(());
    }
    let question = format!(
        "試しに適用しました。この画面が動いていれば {left} 秒以内に yes と入力してください\n\
         On trial. If this terminal still works, type yes within {left} seconds"
    );
    if terminal::ask(&question)?.eq_ignore_ascii_case("yes") {
        return confirm(args, gateway);
    }
    match gateway.withdraw() {
        Ok(()) | Err(gateway::Error::NothingOnTrial) => {}
        Err(error) => return Err(error.into()),
    }
    say(args, "確定しませんでした。前の規則に戻っています。", "Not confirmed; the former rules are in force again.");
    Ok(())
}

fn confirm(args: &Apply, gateway: &Gateway) -> Done {
    let report = gateway.confirm(&who())?;
    let number = gateway.status()?.current.map_or(0, |entry| entry.number);
    if args.json {
        let value = json!({ "state": "applied", "number": number, "proof": prove::as_json(&report) });
        terminal::print(&value.to_string());
    } else {
        prove::differences(&report);
    }
    terminal::tell(&format!(
        "確定しました(履歴 {number} 番)。時間で開閉する通信には komainu watch-rules を常駐させてください。\n\
         Confirmed (event {number}). Flows with hours need komainu watch-rules to run."
    ));
    Ok(())
}

fn boot(gateway: &Gateway, state: &Path) -> Done {
    match gateway.boot()? {
        Booted::Applied { number } => terminal::tell(&format!(
            "履歴 {number} 番の規則を読み込みました。\nThe rules of event {number} are loaded."
        )),
        Booted::AsStored { number, why } => terminal::tell(&format!(
            "履歴 {number} 番のファイルはこの版では読めないため、当時の規則をそのまま読み込みました。\n\
             The file of event {number} cannot be read by this version; its rules are loaded as they were. ({why})"
        )),
        Booted::Nothing => terminal::tell(
            "確定した規則がまだないため、何も読み込みませんでした。\nNo rules were confirmed yet; none are loaded.",
        ),
        Booted::Closed { why } => {
            let state = state.display();
            return Err(Failure::new(
                Kind::Damaged,
                format!("{state} から規則を読めないため、すべての通信を閉じました。"),
                format!("The rules in {state} cannot be read, so nothing is let pass."),
            )
            .because(why)
            .todo(
                "この機器の画面から komainu apply FILE で適用し直してください。",
                "At the console: komainu apply FILE.",
            ));
        }
    }
    Ok(())
}

fn status(args: &Apply, gateway: &Gateway) -> Done {
    let status = gateway.status()?;
    if args.json {
        let trial = status.trial.as_ref();
        let trial =
            trial.map(|trial| json!({ "who": trial.who, "why": trial.why, "seconds_left": trial.seconds_left }));
        let value = json!({
            "current": status.current.as_ref().map(entry),
            "trial": trial,
            "open": status.opened.iter().map(super::open::as_json).collect::<Vec<_>>(),
        });
        terminal::print(&value.to_string());
        return Ok(());
    }
    match &status.current {
        Some(entry) => terminal::print(&line(entry)),
        None => terminal::print("まだ何も適用されていません。\nNothing has been applied yet."),
    }
    if let Some(trial) = &status.trial {
        let left = trial.seconds_left;
        terminal::print(&format!(
            "確定を待っている規則があります(あと {left} 秒)。\nRules wait to be confirmed, for {left} more seconds."
        ));
    }
    status.opened.iter().for_each(super::open::tell);
    Ok(())
}

fn history(args: &Apply, gateway: &Gateway) -> Done {
    let history = gateway.history()?;
    if args.json {
        terminal::print(&Value::from(history.iter().map(entry).collect::<Vec<_>>()).to_string());
    } else {
        history.iter().for_each(|entry| terminal::print(&line(entry)));
    }
    Ok(())
}

fn line(entry: &Entry) -> String {
    let (number, who) = (entry.number, &entry.who);
    let at = entry.at.to_zoned(TimeZone::system());
    let at = at.strftime("%Y-%m-%d %H:%M:%S");
    let why = if entry.why.is_empty() { "—" } else { &entry.why };
    format!("{number}  {at}  {who}  {}  {why}\n    {}", entry.ja(), entry.en())
}

/// An event, without the files in it.
fn entry(entry: &Entry) -> Value {
    let word = match &entry.what {
        gateway::What::Applied(_) => "applied",
        gateway::What::GivenUp { .. } => "given-up",
        gateway::What::Opened { .. } => "opened",
        gateway::What::Closed { .. } => "closed",
    };
    json!({
        "number": entry.number, "at": entry.at.to_string(), "who": entry.who, "why": entry.why, "event": word,
        "ja": entry.ja(), "en": entry.en(),
    })
}

fn say(args: &Apply, ja: &str, en: &str) {
    if args.json {
        terminal::print(&json!({ "state": "given-up" }).to_string());
    }
    terminal::tell(&format!("{ja}\n{en}"));
}
