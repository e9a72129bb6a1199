//! `komainu open`: remote maintenance, for a while.

use gateway::{Gateway, Opened, Opening};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::apply::who;
use crate::cli::Open;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// Opens, closes or lists.
pub(crate) fn open(args: &Open) -> Done {
    let gateway = Gateway::new(&args.state);
    match (&args.vendor, &args.why) {
        (None, _) => list(args, &gateway.status()?.opened),
        (Some(vendor), why) if args.close => {
            gateway.close(vendor, &who(), why.as_deref().unwrap_or_default())?;
            terminal::tell(&format!("{vendor} を閉じました。\n{vendor} is shut out."));
        }
        (Some(_), None) => {
            let (ja, en) = ("開ける理由がありません。", "There is no reason for letting it in.");
            return Err(Failure::new(Kind::Usage, ja, en).todo("--why で書いてください。", "Give one: --why."));
        }
        (Some(vendor), Some(why)) => {
            let (vendor, why) = (vendor.clone(), why.clone());
            let opening = Opening { vendor, minutes: args.minutes, who: who(), why };
            let opened = gateway.open(&opening)?;
            if args.json {
                terminal::print(&as_json(&opened).to_string());
            } else {
                tell(&opened);
            }
        }
    }
    Ok(())
}

fn list(args: &Open, opened: &[Opened]) {
    if args.json {
        terminal::print(&Value::from(opened.iter().map(as_json).collect::<Vec<_>>()).to_string());
    } else if opened.is_empty() {
        terminal::print("開いている事業者はありません。\nNo vendor is let in.");
    } else {
        opened.iter().for_each(tell);
    }
}

/// Who is let in until when.
pub(super) fn tell(opened: &Opened) {
    let until = opened.until.to_zoned(TimeZone::system());
    let until = until.strftime("%m-%d %H:%M:%S");
    let (vendor, who, why) = (&opened.vendor, &opened.who, &opened.why);
    terminal::print(&format!(
        "{vendor}: {until} に自動で閉じます({who}: {why})\n    {vendor} is let in until {until} ({who}: {why})"
    ));
}

pub(super) fn as_json(opened: &Opened) -> Value {
    json!({
        "vendor": opened.vendor, "since": opened.since.to_string(), "until": opened.until.to_string(),
        "who": opened.who, "why": opened.why,
    })
}
