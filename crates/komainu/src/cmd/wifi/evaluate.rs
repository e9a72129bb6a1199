//! `komainu wifi evaluate`.

use ::wifi::evaluate::report::{Question, Report, Tables, report};

use crate::cli::WifiEvaluate;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

use super::read;

/// Learns from one table of readings and says how right that is on another.
pub(crate) fn evaluate(args: &WifiEvaluate) -> Done {
    let [lines, aps, train, test] = [&args.lines, &args.aps, &args.train, &args.test].map(|path| read(path));
    let (lines, aps, train, test) = (lines?, aps?, train?, test?);
    let tables = Tables { lines: &lines, aps: &aps, train: &train, test: &test };
    let question = Question {
        band: args.band,
        fraction: args.fraction,
        draws: args.draws,
        seed: args.seed,
        never_surveyed: args.leave_ap_out.unwrap_or(args.fraction >= 1.0),
    };
    let report = report(tables, question).map_err(|error| {
        Failure::new(Kind::Input, "この入力では評価できません。", "This input cannot be evaluated.")
            .because(error)
            .todo("示された表の行と列を直してください。", "Correct the table at the line and column named.")
    })?;
    if args.json {
        let text = serde_json::to_string(&report).map_err(|error| {
            Failure::new(Kind::Internal, "結果を書けません。", "The report cannot be written.").because(error)
        })?;
        terminal::print(&text);
    } else {
        terminal::print(&words(&report));
    }
    Ok(())
}

fn words(report: &Report) -> String {
    let score = |name: &str, s: &::wifi::evaluate::Score| {
        format!(
            "{name}\n  RMSE {:.2} dB, MAE {:.2} dB, 偏り bias {:+.2} dB, {} 組 pairs\n  \
             90 % 区間に入った割合 in the 90 % interval {:.1} %\n  \
             −65 dBm の合否の一致 pass/fail right {:.1} %\n",
            s.rmse_db,
            s.mae_db,
            s.bias_db,
            s.pairs,
            100.0 * s.interval_90,
            100.0 * s.pass_fail
        )
    };
    let learnt = format!(
        "{} GHz: {} / {} 地点から学習 spots learnt from, {} 回 draws",
        report.band,
        report.spots,
        report.spots_of,
        report.draws_rmse_db.len()
    );
    let mut text = score(&learnt, &report.score);
    text += &format!(
        "  受信できなかった地点も含めた合否の一致 pass/fail right, silence included {:.1} %\n",
        100.0 * report.pass_fail_with_silent
    );
    if let Some(new) = &report.never_surveyed {
        text += &score("未測定のアクセスポイント / access points never surveyed", new);
    }
    text += "学習した値 / fitted\n";
    for (name, value) in &report.fitted.parameters {
        text += &format!("  {name:<18} {value:.3}\n");
    }
    text.truncate(text.trim_end().len());
    text
}
