//! Which files, and what each is.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::failure::{Done, Failure, Kind};

/// What a file holds, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// One resource a line.
    Lines,
    /// A bundle, or one resource.
    Json,
    /// Patients, one a row.
    PatientList,
}

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) holds: Holds,
    pub(super) bytes: u64,
}

impl Holds {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "ndjson" | "jsonl" => Some(Self::Lines),
            "json" => Some(Self::Json),
            "csv" => Some(Self::PatientList),
            _ => None,
        }
    }
}

impl Source {
    /// Opens it so that the bar moves with what is read.
    pub(super) fn open(&self, bar: &ProgressBar) -> Done<impl Read + Send + 'static> {
        let file = fs::File::open(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        Ok(bar.wrap_read(file))
    }

    /// Reads it whole.
    pub(super) fn read(&self, bar: &ProgressBar) -> Done<Vec<u8>> {
        let mut text = Vec::with_capacity(usize::try_from(self.bytes).unwrap_or(0));
        self.open(bar)?.read_to_end(&mut text).map_err(|error| unreadable(&self.path, &error))?;
        Ok(text)
    }
}

/// The files that are named, and those in the folders that are named, in a fixed order. In a folder, what is
/// of no known kind is passed over; named itself, it is an error.
pub(super) fn list(paths: &[PathBuf]) -> Done<Vec<Source>> {
    let mut sources = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            walk(path, &mut sources)?;
        } else {
            let holds = Holds::of(path).ok_or_else(|| unknown(path))?;
            sources.push(Source { path: path.clone(), holds, bytes: metadata.len() });
        }
    }
    if sources.is_empty() {
        return Err(Failure::new(Kind::NotFound, "取り込むファイルがありません。", "There is nothing to import.")
            .todo("拡張子は .ndjson .json .csv です。", "Files end in .ndjson, .json or .csv."));
    }
    Ok(sources)
}

/// Charts point at what is in other files, so the order of names is kept: the same folder gives the same run.
fn walk(folder: &Path, sources: &mut Vec<Source>) -> Done {
    let read = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries: Vec<PathBuf> =
        read.map_err(|error| unreadable(folder, &error))?.iter().map(fs::DirEntry::path).collect();
    entries.sort();
    for path in entries {
        // Links are not followed: a folder may link to itself.
        let metadata = fs::symlink_metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if metadata.is_dir() {
            walk(&path, sources)?;
        } else if let Some(holds) = Holds::of(&path).filter(|_| metadata.is_file()) {
            sources.push(Source { path, holds, bytes: metadata.len() });
        }
    }
    Ok(())
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::file("読む", "read", path, error)
}

fn unknown(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(Kind::Input, format!("{path} の種類が分かりません。"), format!("The kind of {path} is not known."))
        .todo("拡張子は .ndjson .json .csv です。", "Files end in .ndjson, .json or .csv.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_and_unknown_files_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("b")).unwrap();
        for name in ["b/x.ndjson", "a.JSON", "c.csv", "notes.txt"] {
            fs::write(at(name), "1234").unwrap();
        }
        std::os::unix::fs::symlink(directory.path(), at("b/loop")).unwrap();
        let found: Vec<_> =
            list(&[directory.path().to_owned()]).unwrap().into_iter().map(|s| (s.path, s.holds)).collect();
        let expected =
            [(at("a.JSON"), Holds::Json), (at("b/x.ndjson"), Holds::Lines), (at("c.csv"), Holds::PatientList)];
        assert_eq!(found, expected);
        assert_eq!(list(&[at("notes.txt")]).unwrap_err().kind(), Kind::Input);
        assert_eq!(list(&[at("none.json")]).unwrap_err().kind(), Kind::NotFound);
        assert_eq!(list(&[at("c.csv"), at("a.JSON")]).unwrap()[0].path, at("c.csv"), "as given");
    }
}
