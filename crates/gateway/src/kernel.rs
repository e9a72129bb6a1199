//! The kernel, by way of `nft`.

use std::io::Write;
use std::process::{Command, Stdio};

use network::packets::Space;
use network::{Policy, Report, nft, prove};

use crate::error::{Error, Result};

/// Whether the kernel would take a text; it changes nothing.
pub(crate) fn check(text: &str) -> Result<()> {
    run(&["nft", "-c", "-f", "-"], text).map(drop)
}

/// Loads a text, all of it or nothing.
pub(crate) fn load(text: &str) -> Result<()> {
    run(&["nft", "-f", "-"], text).map(drop)
}

/// Whether rules of ours are loaded, on trial or not.
pub(crate) fn has_rules() -> Result<bool> {
    Ok(run(&["nft", "list", "tables"], "")?.lines().any(|line| line.starts_with("table inet komainu")))
}

/// Holds what is loaded, all of it, against what is meant.
pub(crate) fn prove_loaded(policy: &Policy) -> Result<Report> {
    let account = run(&["nft", "-j", "list", "ruleset"], "")?;
    let rules = nft::read(&account).map_err(|error| Error::Nft(error.to_string()))?;
    let mut space = Space::default();
    let passage = nft::evaluate(&rules, &mut space);
    Ok(prove(policy, &passage, &mut space))
}

/// What is loaded, rule by rule, with the kernel's numbers and without counters.
pub(crate) fn listing() -> Result<String> {
    run(&["nft", "-s", "-a", "list", "ruleset"], "")
}

/// The same of a text, from a network namespace that is gone when the command ends: nothing here changes.
pub(crate) fn listing_elsewhere(text: &str) -> Result<String> {
    run(&["unshare", "-n", "sh", "-c", "nft -f - && nft -s -a list ruleset"], text)
}

fn run(command: &[&str], input: &str) -> Result<String> {
    let failed = |why: String| Error::Nft(why);
    let (program, arguments) = command.split_first().ok_or_else(|| failed(String::new()))?;
    let piped = || Stdio::piped();
    let child = Command::new(program).args(arguments).stdin(piped()).stdout(piped()).stderr(piped()).spawn();
    let mut child = child.map_err(|error| failed(format!("{program}: {error}")))?;
    // `nft` reads all of its input before it does anything, so that nothing waits for anything here. One that stops
    // early says why itself.
    let sent = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(|error| failed(format!("{program}: {error}")))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(failed(if told.is_empty() { format!("{program}: {}", output.status) } else { told }));
    }
    sent.map_err(|error| failed(format!("{program}: {error}")))?;
    String::from_utf8(output.stdout).map_err(|error| failed(format!("{program}: {error}")))
}
