//! Into a data directory.

use std::io::BufReader;
use std::time::UNIX_EPOCH;

use indicatif::ProgressBar;
use record::import::{Report, Settings, patients, source};
use record::{Ctx, Limits, Record};

use super::files::{Holds, Source};
use super::{Bad, Outcome};
use crate::cli::{Data, Import};
use crate::data::{self, Held};
use crate::failure::{Done, Failure, Kind};
use crate::serving;

/// An open data directory.
pub(super) struct Local {
    record: Record,
    _held: Held,
}

impl Local {
    pub(super) fn open(args: &Import) -> Done<Self> {
        let data = Data {
            data: args.data.clone().unwrap_or_default(),
            key_file: args.key_file.clone(),
            passphrase_file: args.passphrase_file.clone(),
        };
        let keys = data::open_keys(&data)?;
        let held = data::hold(&data.data)?;
        let store = data::open_store_to_load(&data.data, keys)?;
        Ok(Self { record: Record::new(store, Limits::default()), _held: held })
    }

    pub(super) async fn import(&self, file: &Source, bar: &ProgressBar) -> Done<Outcome> {
        let ctx = Ctx::system("import", serving::now_ms());
        let settings = Settings { resume: resume(file), preview: false };
        let report = match file.holds {
            Holds::Lines => {
                let lines = source::ndjson(BufReader::with_capacity(1 << 20, file.open(bar)?));
                self.record.import(&ctx, lines, settings, |_| {}).await?
            }
            Holds::Json => {
                let item = source::json(file.read(bar)?);
                self.record.import(&ctx, std::iter::once((1, item)), settings, |_| {}).await?
            }
            Holds::PatientList => {
                let list = patients::List::open(&file.read(bar)?, patients::Options::default());
                let list = list.map_err(|error| not_a_list(file, &error))?;
                self.record
                    .import(&ctx, source::patients(&list).collect::<Vec<_>>().into_iter(), settings, |_| {})
                    .await?
            }
        };
        Ok(outcome(report))
    }
}

/// The same file, unchanged, goes on where it was broken off.
fn resume(file: &Source) -> Option<String> {
    let path = file.path.canonicalize().ok()?;
    let changed = path.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", path.display(), file.bytes, changed.as_millis()))
}

pub(super) fn not_a_list(file: &Source, error: &patients::ListError) -> Failure {
    let path = file.path.display();
    Failure::new(
        Kind::Input,
        format!("{path} を患者一覧として読めません。"),
        format!("{path} cannot be read as a list of patients."),
    )
    .because(error)
    .todo("1行目に見出し(患者番号、氏名など)が必要です。", "Its first line names the columns: 患者番号, 氏名, …")
}

fn outcome(report: Report) -> Outcome {
    let bad = report.bad.into_iter().map(|bad| {
        let entry = bad.entry.map_or_else(String::new, |entry| format!(", entry {entry}"));
        Bad { place: format!("line {}{entry}", bad.at), why: bad.reason }
    });
    Outcome {
        bad: bad.collect(),
        written: report.progress.written,
        existing: report.progress.existing,
        refused: report.progress.bad,
    }
}
