//! A computer of its own for rules: a network namespace with a name, and a state directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Place, komainu, run, said};

const PATIENCE: Duration = Duration::from_secs(60);

/// Whether this machine can do it; says what is missing otherwise.
pub(crate) fn there() -> bool {
    let works = Command::new("unshare").args(["-n", "nft", "list", "ruleset"]).output();
    let works = works.is_ok_and(|output| output.status.success());
    if !works {
        #[expect(clippy::print_stdout, reason = "what was skipped is told")]
        let () = println!("skipped: needs root, network namespaces and nft (cargo xtask setup)");
    }
    works
}

/// A network namespace; gone when this is.
pub(crate) struct Namespace {
    pub(crate) name: String,
}

impl Namespace {
    pub(crate) fn new(tag: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kmn-{}-{number}-{tag}", std::process::id());
        let output = run(Command::new("ip").args(["netns", "add", &name]));
        assert!(output.status.success(), "{}", said(&output));
        let namespace = Self { name };
        namespace.sh("ip link set lo up");
        namespace
    }

    /// A program in it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]);
        command.stdin(Stdio::null()).env_remove("KOMAINU_LOG").env_remove("SSH_CONNECTION");
        command
    }

    /// Komainu in it.
    pub(crate) fn komainu(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_komainu"))
    }

    /// A shell script that must work; what it prints.
    pub(crate) fn sh(&self, script: &str) -> String {
        let output = run(self.command("sh").args(["-ec", script]));
        assert!(output.status.success(), "{}\n{script}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Whether the kernel does exactly what a clinic's file says; no record is looked at or changed.
    pub(crate) fn does(&self, file: &Path) -> bool {
        self.komainu().args(["prove", "--against", "kernel"]).arg(file).output().unwrap().status.code() == Some(0)
    }

    /// Waits until the kernel does so by itself.
    pub(crate) fn comes_to_do(&self, file: &Path) {
        let began = Instant::now();
        while !self.does(file) {
            assert!(began.elapsed() < PATIENCE, "the kernel does not come to do {}", file.display());
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

/// A namespace with the records of what was applied there.
pub(crate) struct Computer {
    pub(crate) namespace: Namespace,
    pub(crate) state: PathBuf,
}

impl Computer {
    pub(crate) fn new(place: &Place, tag: &str) -> Self {
        Self { namespace: Namespace::new(tag), state: place.path(&format!("state-{tag}")) }
    }

    /// A command of Komainu about these records.
    pub(crate) fn ask(&self, words: &[&str]) -> Output {
        run(self.namespace.komainu().args(words).arg("--state").arg(&self.state))
    }

    /// One that must work; its JSON.
    pub(crate) fn told(&self, words: &[&str]) -> Value {
        let output = self.ask(&[words, &["--json"]].concat());
        assert!(output.status.success(), "{words:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{words:?}: {}", said(&output)))
    }

    pub(crate) fn apply(&self, file: &Path, words: &[&str]) -> Output {
        self.ask(&[&["apply", file.to_str().unwrap()], words].concat())
    }

    /// Applies and confirms.
    pub(crate) fn settle(&self, file: &Path) {
        let output = self.apply(file, &["--yes", "--why", "始める"]);
        assert!(output.status.success(), "{}", said(&output));
    }

    /// Events, first to last: what happened.
    pub(crate) fn events(&self) -> Vec<String> {
        let history = self.told(&["apply", "--history"]);
        let words = history.as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap().to_owned());
        words.collect()
    }
}

/// The clinic with imaging, always in its hours.
pub(crate) fn clinic(place: &Place, name: &str) -> PathBuf {
    let path = place.path(name);
    let output = run(komainu().args(["init", "--pattern", "imaging", "--out"]).arg(&path));
    assert!(output.status.success(), "{}", said(&output));
    edit(&path, &|text| text.replace("mon-fri 09:00-18:00", "daily 00:00-24:00"));
    path
}

/// The same with one flow fewer.
pub(crate) fn smaller(place: &Place, name: &str) -> PathBuf {
    let path = clinic(place, name);
    edit(&path, &|text| {
        let (before, rest) = text.split_once("[[flow]]\nid = \"order\"").unwrap();
        let (_, after) = rest.split_once("[[flow]]").unwrap();
        format!("{before}[[flow]]{after}")
    });
    path
}

pub(crate) fn edit(path: &Path, change: &dyn Fn(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text, "nothing to change in {}", path.display());
    std::fs::write(path, changed).unwrap();
}
