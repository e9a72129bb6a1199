//! `cargo xtask test`: everything, in the order in which it fails fastest.

use std::time::{Duration, Instant};

use crate::count::{self, Count};
use crate::run::{Done, Shown, cargo, run, show, target};
use crate::setup::{self, For, npm};
use crate::{postgres, tidy};

struct Stage {
    name: &'static str,
    took: Duration,
    ended: Done<Count>,
}

/// Runs every stage even where one has failed, so that one run tells all there is to repair.
pub(crate) fn test() -> Done {
    setup::setup(For::Test)?;
    let mut stages = Vec::new();
    let mut stage = |name, work: &mut dyn FnMut() -> Done<Count>| {
        println!("\n── {name}");
        let start = Instant::now();
        let ended = work();
        if let Err(why) = &ended {
            println!("{name}: {why}");
        }
        stages.push(Stage { name, took: start.elapsed(), ended });
    };
    let quiet = |done: Done| done.map(|()| Count::default());

    stage("format", &mut || quiet(run(&mut cargo(["fmt", "--all", "--check"]))));
    stage("tidy", &mut || quiet(tidy::tidy()));
    stage("page: types", &mut || quiet(run(&mut npm(&["run", "check"]))));
    stage("page: units", &mut || tests(show(npm(&["test"]).env("CI", "true"))?, count::vitest));
    stage("page: build", &mut || quiet(run(&mut npm(&["run", "build"]))));
    stage("lints", &mut || {
        quiet(run(&mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])))
    });
    stage("tests", &mut rust_tests);
    stage("page: browser", &mut in_the_browser);
    close(&stages)
}

fn rust_tests() -> Done<Count> {
    let (_server, url) = postgres::for_tests()?;
    let mut tests_of = cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
    tests(show(tests_of.env(postgres::VARIABLE, url))?, count::cargo)
}

fn in_the_browser() -> Done<Count> {
    run(&mut cargo(["build", "--package", "komainu", "--locked"]))?;
    let mut browser = npm(&["run", "e2e", "--", "--bin"]);
    browser.arg(target().join("debug/komainu")).env("CHROMIUM", setup::chromium().ok_or("no Chromium")?);
    tests(show(browser.env("CI", "true"))?, count::vitest)
}

/// A runner that ran nothing has not passed.
fn tests(shown: Shown, read: fn(&str) -> Count) -> Done<Count> {
    let count = read(&shown.text);
    match shown.ended {
        // The failures are in the count, unless it broke before it could count.
        Err(why) if count.failed == 0 => Err(why),
        _ if count.passed + count.failed == 0 => Err("no test ran".into()),
        _ => Ok(count),
    }
}

fn close(stages: &[Stage]) -> Done {
    let mut total = Count::default();
    println!("\n── summary");
    for stage in stages {
        let count = match &stage.ended {
            Ok(count) => *count,
            Err(_) => Count { failed: 1, ..Count::default() },
        };
        total += count;
        let word = if count.failed > 0 { "FAILED" } else { "ok" };
        let tests = if count.passed > 0 { format!("{} tests", count.passed) } else { String::new() };
        println!("{:16} {:>6.1} s  {word:6} {tests}", stage.name, stage.took.as_secs_f64());
    }
    let skipped = if total.skipped > 0 { format!(", {} skipped", total.skipped) } else { String::new() };
    println!("{} passed, {} failed{skipped}", total.passed, total.failed);
    match total {
        Count { passed: 0, .. } => Err("no test ran".into()),
        Count { failed: 0, .. } => Ok(()),
        _ => Err("failed".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, ended: Done) -> Shown {
        Shown { text: text.into(), ended }
    }

    fn stage(ended: Done<Count>) -> Stage {
        Stage { name: "x", took: Duration::ZERO, ended }
    }

    #[test]
    fn a_runner_that_ran_nothing_has_not_passed() {
        assert_eq!(tests(shown("", Ok(())), count::cargo), Err("no test ran".into()));
        assert_eq!(tests(shown("", Err("broke".into())), count::cargo), Err("broke".into()));
    }

    #[test]
    fn failures_are_counted_and_fail_the_whole() {
        let failed = tests(shown("test result: FAILED. 4 passed; 1 failed;", Err("exit 101".into())), count::cargo);
        assert_eq!(failed, Ok(Count { passed: 4, failed: 1, skipped: 0 }));
        let good = Count { passed: 4, ..Count::default() };
        assert!(close(&[stage(failed), stage(Ok(good))]).is_err());
        assert!(close(&[stage(Err("no".into())), stage(Ok(good))]).is_err());
        assert!(close(&[stage(Ok(Count::default()))]).is_err());
        assert!(close(&[stage(Ok(Count::default())), stage(Ok(good))]).is_ok());
    }

    #[test]
    fn a_runner_that_broke_after_its_tests_has_failed() {
        let broke = tests(shown("test result: ok. 4 passed; 0 failed;", Err("exit 101".into())), count::cargo);
        assert_eq!(broke, Err("exit 101".into()));
    }
}
