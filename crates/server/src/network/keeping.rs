//! Files: the clinic's own, and a text and a note for each version.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clinic::model::TEXT_LEN_MAX;
use serde::{Deserialize, Serialize};

use super::{Current, hash, tag};

const FILE: &str = "clinic.toml";
const HISTORY: &str = "clinic-history";
/// Versions that are listed; more than a person looks through.
const LISTED_MAX: usize = 200;

/// A version that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// From 1.
    pub number: u32,
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Account id; empty if the file was changed by other means.
    pub by: String,
    /// The name shown for it.
    pub name: String,
    /// Why, as they said.
    pub why: String,
    /// SHA-256 of the text, in hexadecimal digits.
    pub sha256: String,
}

/// A change that lies beside its place.
pub(super) struct Staged(Version);

/// Writes the first text of a directory that has none: what a demonstration begins with.
///
/// # Errors
/// What the file system says.
pub fn begin(directory: &Path, text: &str, version: Version) -> io::Result<()> {
    if directory.join(FILE).exists() {
        return Ok(());
    }
    stage(directory, None, Version { sha256: hash(text), ..version }, text)?.put(directory)
}

pub(super) fn current(directory: &Path) -> io::Result<Option<Current>> {
    let Some(text) = read(&directory.join(FILE))? else { return Ok(None) };
    let newest = numbers(directory)?.last().copied();
    let known = newest.map(|number| note(directory, number)).transpose()?.flatten();
    Ok(Some(Current {
        tag: tag(&text),
        is_foreign: known.as_ref().is_none_or(|version| version.sha256 != hash(&text)),
        number: newest,
        text,
    }))
}

pub(super) fn versions(directory: &Path) -> io::Result<Vec<Version>> {
    let numbers = numbers(directory)?;
    let newest = numbers.iter().rev().take(LISTED_MAX);
    newest.filter_map(|number| note(directory, *number).transpose()).collect()
}

pub(super) fn version(directory: &Path, number: u32) -> io::Result<Option<(Version, String)>> {
    let Some(version) = note(directory, number)? else { return Ok(None) };
    Ok(read(&place(directory, number, "toml"))?.map(|text| (version, text)))
}

/// Lays a text beside its place as the next version. What other hands had changed becomes a version first.
pub(super) fn stage(directory: &Path, is: Option<Current>, version: Version, text: &str) -> io::Result<Staged> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory.join(HISTORY))?;
    let mut next = numbers(directory)?.last().map_or(1, |newest| newest + 1);
    if let Some(foreign) = is.filter(|current| current.is_foreign) {
        write(&place(directory, next, "toml"), foreign.text.as_bytes())?;
        let (by, name, why) = (String::new(), String::new(), String::new());
        let sha256 = hash(&foreign.text);
        write_note(directory, &Version { number: next, at: version.at, by, name, why, sha256 })?;
        next += 1;
    }
    write(&place(directory, next, "toml"), text.as_bytes())?;
    write(&beside(directory), text.as_bytes())?;
    Ok(Staged(Version { number: next, ..version }))
}

impl Staged {
    pub(super) fn number(&self) -> u32 {
        self.0.number
    }

    /// Puts it in place.
    pub(super) fn put(self, directory: &Path) -> io::Result<()> {
        fs::rename(beside(directory), directory.join(FILE))?;
        File::open(directory)?.sync_all()?;
        write_note(directory, &self.0)
    }
}

fn beside(directory: &Path) -> PathBuf {
    directory.join("clinic.toml.staged")
}

fn place(directory: &Path, number: u32, kind: &str) -> PathBuf {
    directory.join(HISTORY).join(format!("{number:06}.{kind}"))
}

/// The numbers of all versions, in order. A text without its note is no version: its change was not finished.
fn numbers(directory: &Path) -> io::Result<Vec<u32>> {
    let entries = match fs::read_dir(directory.join(HISTORY)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number: Option<u32> =
            name.to_str().and_then(|name| name.strip_suffix(".json")).and_then(|name| name.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn note(directory: &Path, number: u32) -> io::Result<Option<Version>> {
    let Some(text) = read(&place(directory, number, "json"))? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(io::Error::other)
}

fn write_note(directory: &Path, version: &Version) -> io::Result<()> {
    let note = serde_json::to_vec(version).map_err(io::Error::other)?;
    write(&place(directory, version.number, "json"), &note)
}

/// No more is read than is too long for a clinic anyway. What is no text is read as far as it is one: it is refused
/// by its line, and not by the whole.
fn read(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    file.take(TEXT_LEN_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    gateway::write_whole(path, bytes, 0o600)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(name: &str, why: &str) -> Version {
        let (by, name, why) = (name.to_owned(), name.to_owned(), why.to_owned());
        Version { number: 0, at: 1, by, name, why, sha256: String::new() }
    }

    fn save(directory: &Path, text: &str, name: &str) {
        let is = current(directory).unwrap();
        let version = Version { sha256: hash(text), ..by(name, "w") };
        stage(directory, is, version, text).unwrap().put(directory).unwrap();
    }

    #[test]
    fn what_other_hands_changed_is_kept_before_it_is_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        assert!(current(directory).unwrap().is_none());
        save(directory, "one", "sato");
        assert!(!current(directory).unwrap().unwrap().is_foreign);
        fs::write(directory.join(FILE), "by hand").unwrap();
        assert!(current(directory).unwrap().unwrap().is_foreign);
        save(directory, "two", "sato");
        let by: Vec<(u32, String)> =
            versions(directory).unwrap().into_iter().map(|version| (version.number, version.by)).collect();
        assert_eq!(by, [(3, "sato".to_owned()), (2, String::new()), (1, "sato".to_owned())]);
        assert_eq!(version(directory, 2).unwrap().unwrap().1, "by hand");
        assert_eq!(version(directory, 9).unwrap(), None);
    }

    #[test]
    fn a_change_that_was_cut_off_is_no_version_and_its_number_is_given_again() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        save(directory, "one", "sato");
        let is = current(directory).unwrap();
        let cut_off = stage(directory, is, by("sato", "w"), "never").unwrap();
        assert_eq!((cut_off.number(), versions(directory).unwrap().len()), (2, 1));
        assert_eq!(current(directory).unwrap().unwrap().text, "one");
        save(directory, "two", "sato");
        assert_eq!(version(directory, 2).unwrap().unwrap().1, "two");
    }

    #[test]
    fn a_demonstration_begins_once() {
        let directory = tempfile::tempdir().unwrap();
        begin(directory.path(), "one", by("demo", "")).unwrap();
        begin(directory.path(), "other", by("demo", "")).unwrap();
        assert_eq!(current(directory.path()).unwrap().unwrap().text, "one");
    }
}
