//! The accuracy on a measured office floor that is not part of the project.

use std::path::PathBuf;
use wifi::evaluate::report::{Question, Tables, report};
use wifi::radio::Band;

/// The folder of data beside the repository, or under the one named by `KOMAINU_SHARED`.
fn folder() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("KOMAINU_SHARED").map_or_else(beside, PathBuf::from);
    Some(shared.join("data/wifi-office")).filter(|folder| folder.is_dir())
}

/// A tenth of the spots, three draws: seconds rather than minutes, and the hardest for the intervals.
#[test]
fn a_tenth_of_the_spots_predicts_the_rest() {
    let Some(folder) = folder() else {
        skipped();
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(format!("syl_{name}.csv"))).unwrap();
    let (lines, aps, train, test) = (read("lines"), read("aps"), read("train"), read("test"));
    let tables = Tables { lines: &lines, aps: &aps, train: &train, test: &test };
    for (band, worst) in [(Band::Two, 8.3), (Band::Five, 8.6)] {
        let question = Question { band, fraction: 0.1, draws: 3, seed: 1, never_surveyed: false };
        let report = report(tables, question).unwrap();
        assert_eq!((report.spots, report.spots_of), (29, 296));
        assert!(report.score.rmse_db < worst, "{report:?}");
        assert!((0.80..0.97).contains(&report.score.interval_90), "{report:?}");
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("skipped: no data/wifi-office beside the repository (set KOMAINU_SHARED)");
}
