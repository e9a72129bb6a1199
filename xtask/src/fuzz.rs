//! `cargo xtask fuzz`: every target of `fuzz/`, one after another.

use std::fs;
use std::path::PathBuf;

use crate::run::{Doing, Done, cargo, has, root, run, show, target};

/// For each target, unless told otherwise.
const SECONDS: u32 = 60;
/// More than any target needs: one that takes more has found something.
const MEMORY_MIB: u32 = 2048;

/// Runs all targets for `args[0]` seconds each, from the seeds of the tests and what earlier runs kept in
/// `target/fuzz`. An input that breaks a property is left there, under the target's name.
pub(crate) fn fuzz(args: &[String]) -> Done {
    let seconds = args.first().map_or(Ok(SECONDS), |text| text.parse()).doing("seconds for each target")?;
    if !has("cargo-fuzz") {
        run(&mut cargo(["install", "cargo-fuzz", "--locked"]))?;
    }
    let (mut said, mut broken) = (Vec::new(), Vec::new());
    for name in targets()? {
        let (corpus, artifacts) = (kept(&name, "corpus")?, kept(&name, "found")?);
        let mut fuzz = cargo(["fuzz", "run", "--sanitizer", "none", &name]);
        fuzz.arg(corpus).args(seeds(&name)?).arg("--");
        fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-rss_limit_mb={MEMORY_MIB}"));
        fuzz.arg(format!("-artifact_prefix={}/", artifacts.display())).arg("-print_final_stats=1");
        // What guides the fuzzer is compiled in by options that a stable compiler otherwise keeps to itself.
        let shown = show(fuzz.env("RUSTC_BOOTSTRAP", "1"))?;
        said.push(format!("  {name:14} {:>12} runs", runs(&shown.text)));
        if shown.ended.is_err() {
            broken.push(format!("{name}: see {}", artifacts.display()));
        }
    }
    println!("\n{} seconds each\n{}", seconds, said.join("\n"));
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

/// Names of all targets.
fn targets() -> Done<Vec<String>> {
    let folder = root().join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).doing(folder.display())?.flatten();
    let mut names: Vec<String> = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// A folder of a target that outlives the run.
fn kept(name: &str, what: &str) -> Done<PathBuf> {
    let folder = target().join("fuzz").join(what).join(name);
    fs::create_dir_all(&folder).doing(folder.display())?;
    Ok(folder)
}

/// Where the tests keep seeds for the property of a target, which names the crate it is in.
fn seeds(name: &str) -> Done<Option<PathBuf>> {
    let file = root().join("fuzz/fuzz_targets").join(name).with_extension("rs");
    let text = fs::read_to_string(&file).doing(file.display())?;
    let krate = text.split_once("crates/").and_then(|(_, rest)| rest.split_once('/')).map(|(krate, _)| krate);
    let folder = krate.map(|krate| root().join("crates").join(krate).join("tests/all/seeds"));
    Ok(folder.filter(|folder| folder.is_dir()))
}

/// How often a target was run, from what libFuzzer says at the end; a dash where it does not.
fn runs(text: &str) -> &str {
    let line = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line.map_or("-", str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_declared_and_is_found_with_its_seeds() {
        let declared = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        let names = targets().unwrap();
        for name in &names {
            assert!(declared.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        }
        for wanted in ["bundle", "dates", "json", "search"] {
            assert!(names.iter().any(|name| name == wanted), "{wanted}");
            assert!(seeds(wanted).unwrap().is_some(), "{wanted}");
        }
    }

    #[test]
    fn the_number_of_runs_is_read() {
        assert_eq!(runs("INFO: x\nstat::number_of_executed_units: 5612\nstat::slowest_unit_time_sec: 0\n"), "5612");
        assert_eq!(runs("it did not start"), "-");
    }
}
