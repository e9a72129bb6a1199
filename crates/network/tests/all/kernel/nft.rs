//! Rule sets in a network namespace of their own, gone when the command ends.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Whether this machine can do it; says what is missing otherwise.
pub(crate) fn there() -> bool {
    let works = Command::new("unshare").args(["-n", "nft", "list", "ruleset"]).output();
    let works = works.is_ok_and(|output| output.status.success());
    if !works {
        println!("skipped: needs root, network namespaces and nft (cargo xtask setup)");
    }
    works
}

/// Loads a text, gives back the kernel's own account of it.
pub(crate) fn load(text: &str) -> String {
    try_load(text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// The same; what `nft` says if the kernel does not take it.
pub(crate) fn try_load(text: &str) -> Result<String, String> {
    let mut child = Command::new("unshare")
        .args(["-n", "sh", "-c", "nft -f - && nft -j list ruleset"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
