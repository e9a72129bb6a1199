//! `komainu import`: into a data directory whose server is not running, or over the network into one that is.

mod files;
mod local;
mod remote;

use std::path::PathBuf;
use std::time::Instant;

use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::cli::Import;
use crate::failure::{Done, Failure, Kind};
use crate::{progress, terminal};
use files::Source;

/// Something that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bad {
    /// Line or entry as a text, e.g. `line 12`.
    place: String,
    /// Why. Names elements, never values.
    why: String,
}

/// What became of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Outcome {
    written: u64,
    existing: u64,
    refused: u64,
    bad: Vec<Bad>,
}

/// Where it goes.
enum Target {
    Local(Box<local::Local>),
    Remote(Box<remote::Remote>),
}

/// Imports everything that is named, and reports what was not.
pub(crate) async fn import(args: Import) -> Done {
    let sources = files::list(&args.paths)?;
    let target = match &args.data {
        Some(_) => Target::Local(Box::new(local::Local::open(&args)?)),
        None => Target::Remote(Box::new(remote::Remote::open(&args)?)),
    };
    let bar = progress::bytes_bar(sources.iter().map(|s| s.bytes).sum(), "取込 import".to_owned());
    let began = Instant::now();
    let mut outcomes = Vec::new();
    for source in sources {
        let outcome = target.import(&source, &bar).await?;
        outcomes.push((source.path, outcome));
    }
    bar.finish_and_clear();
    report(&args, &outcomes, began.elapsed().as_secs_f64())
}

impl Target {
    async fn import(&self, source: &Source, bar: &ProgressBar) -> Done<Outcome> {
        match self {
            Self::Local(local) => local.import(source, bar).await,
            // Blocking is fine: nothing else runs in this process.
            Self::Remote(remote) => remote.import(source, bar),
        }
    }
}

fn report(args: &Import, outcomes: &[(PathBuf, Outcome)], seconds: f64) -> Done {
    let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(|(_, outcome)| of(outcome)).sum::<u64>();
    let (written, existing, refused) = (sum(|o| o.written), sum(|o| o.existing), sum(|o| o.refused));
    if args.json {
        let files: Vec<Value> = outcomes.iter().map(|(path, outcome)| file_json(path, outcome)).collect();
        let all =
            json!({ "written": written, "existing": existing, "refused": refused, "seconds": seconds, "files": files });
        terminal::print(&all.to_string());
    } else {
        for (path, outcome) in outcomes {
            for bad in &outcome.bad {
                terminal::tell(&format!("{}: {}: {}", path.display(), bad.place, bad.why));
            }
        }
        let rate = written as f64 / seconds.max(0.001);
        terminal::print(&format!(
            "取込 {written} 件 ({rate:.0} 件/秒)、既存 {existing} 件、不可 {refused} 件\n\
             {written} imported ({rate:.0}/s), {existing} were there already, {refused} refused"
        ));
    }
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Partly,
        format!("{refused} 件は取り込めませんでした。"),
        format!("{refused} were not imported."),
    )
    .todo(
        "理由を直してもう一度実行してください。取り込み済みのものは二重になりません。",
        "Correct them and run it again. What was imported is not imported twice.",
    ))
}

fn file_json(path: &std::path::Path, outcome: &Outcome) -> Value {
    let bad: Vec<Value> = outcome.bad.iter().map(|bad| json!({ "place": bad.place, "why": bad.why })).collect();
    json!({
        "path": path.display().to_string(),
        "written": outcome.written,
        "existing": outcome.existing,
        "refused": outcome.refused,
        "bad": bad,
    })
}
