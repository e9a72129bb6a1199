//! `komainu open`: remote maintenance, for a while.

use gateway::{Gateway, Opened, Opening};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::apply::who;
use crate::cli::Open;
use crate::failure::Done;
use crate::terminal;

/// Opens, closes or lists.
pub(crate) fn open(args: &Open) -> Done {
    let gateway = Gateway::new(&args.state);
    let why = args.why.clone().unwrap_or_default();
    match &args.vendor {
        None => list(args, &gateway.status()?.opened),
        Some(vendor) if args.close => {
            gateway.close(vendor, &who(), &why)?;
            terminal::tell(&format!("{vendor} を閉じました。\n{vendor} is shut out."));
        }
        Some(vendor) => {
            let opening = Opening { vendor: vendor.clone(), minutes: args.minutes, who: who(), why };
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
