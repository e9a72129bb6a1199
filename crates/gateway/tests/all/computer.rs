//! A kernel without rules, and records in a directory that is gone with the test.

use std::path::PathBuf;
use std::process::Command;

use clinic::model::patterns::pattern;
use gateway::{Entry, Gateway, Request, What};
use nix::sched::{CloneFlags, unshare};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Computer {
    dir: TempDir,
    pub(crate) gateway: Gateway,
}

impl Computer {
    /// Moves this thread into a new namespace; none where that is not allowed, or there is no `nft`.
    pub(crate) fn new() -> Option<Self> {
        let there = unshare(CloneFlags::CLONE_NEWNET).is_ok()
            && Command::new("nft").args(["list", "ruleset"]).output().is_ok_and(|output| output.status.success());
        if !there {
            #[expect(clippy::print_stdout, reason = "what was skipped is told")]
            let () = println!("skipped: needs root, network namespaces and nft (cargo xtask setup)");
            return None;
        }
        let dir = TempDir::new().unwrap();
        let gateway = Gateway::new(&dir.path().join("state"));
        Some(Self { dir, gateway })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("state").join(name)
    }

    /// Applies and confirms.
    pub(crate) fn settle(&self, model: &str) {
        self.gateway.apply(&request(model)).unwrap();
        self.gateway.confirm("院長").unwrap();
    }

    /// Whether what is loaded is what the records say should be.
    pub(crate) fn agrees(&self) -> bool {
        let drifted = self.gateway.drift().unwrap();
        drifted.report.proof == network::Proof::Equal && drifted.changes.unwrap().is_empty()
    }

    pub(crate) fn events(&self) -> Vec<&'static str> {
        self.gateway.history().unwrap().iter().map(word).collect()
    }

    /// Changes a record by hand.
    pub(crate) fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut record: Value = serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap();
        change(&mut record);
        std::fs::write(self.path(name), record.to_string()).unwrap();
    }
}

fn word(entry: &Entry) -> &'static str {
    match entry.what {
        What::Applied(_) => "applied",
        What::GivenUp { .. } => "given up",
        What::Opened { .. } => "opened",
        What::Closed { .. } => "closed",
    }
}

pub(crate) fn nft(words: &[&str]) -> String {
    let output = Command::new("nft").args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The clinic with imaging, with vendors at all hours.
pub(crate) fn model() -> String {
    pattern("imaging").unwrap().text.replace("mon-fri 09:00-18:00", "daily 00:00-24:00")
}

/// The same without one of its flows.
pub(crate) fn smaller() -> String {
    let text = model();
    let (before, rest) = text.split_once("[[flow]]\nid = \"order\"").unwrap();
    format!("{before}[[flow]]{}", rest.split_once("[[flow]]").unwrap().1)
}

pub(crate) fn request(model: &str) -> Request {
    Request {
        model: model.to_owned(),
        who: "院長".to_owned(),
        why: "試す".to_owned(),
        window_seconds: 600,
        sessions: Vec::new(),
        force: false,
    }
}
