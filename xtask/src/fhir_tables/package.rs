//! The npm package that holds the standard's definitions and examples.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const NAME: &str = "hl7.fhir.r4.examples@4.0.1";

fn dir() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    target.join("fhir-examples")
}

/// The examples package if it has been fetched.
pub(crate) fn fetched() -> Option<PathBuf> {
    let unpacked = dir().join("package");
    unpacked.join("package.json").is_file().then_some(unpacked)
}

/// The examples package in `target/fhir-examples`, fetched unless it is there. Tests of `fhir` look there too.
pub(crate) fn examples() -> Result<PathBuf, String> {
    if let Some(unpacked) = fetched() {
        return Ok(unpacked);
    }
    let dir = dir();
    std::fs::create_dir_all(&dir).map_err(|why| format!("making {}: {why}", dir.display()))?;
    println!("fetching {NAME} into {}", dir.display());
    let archive = output(Command::new("npm").args(["pack", NAME, "--silent"]).current_dir(&dir))?;
    let archive = archive.trim();
    // package.json is unpacked last, so that a broken run is not taken for a whole package.
    output(Command::new("tar").args(["-xzf", archive, "--exclude=package/package.json"]).current_dir(&dir))?;
    output(Command::new("tar").args(["-xzf", archive, "package/package.json"]).current_dir(&dir))?;
    let archive = dir.join(archive);
    std::fs::remove_file(&archive).map_err(|why| format!("removing {}: {why}", archive.display()))?;
    Ok(dir.join("package"))
}

fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let done = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("starting {program}: {why}"))?;
    if !done.status.success() {
        return Err(format!("{program} failed ({})", done.status));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// An unpacked package.
pub(crate) struct Package {
    dir: PathBuf,
    files: Vec<String>,
}

impl Package {
    /// Opens the folder and makes sure that it is the version the tables say they are made from.
    pub(crate) fn open(dir: &Path) -> Result<Self, String> {
        let wrong = |why: String| format!("{}: {why}", dir.display());
        let mut files = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|why| wrong(why.to_string()))? {
            files.push(entry.map_err(|why| wrong(why.to_string()))?.file_name().to_string_lossy().into_owned());
        }
        files.sort();
        let package = Self { dir: dir.to_owned(), files };
        let about = package.read("package.json")?;
        let name = format!("{}@{}", str(&about, "name"), str(&about, "version"));
        if name == NAME { Ok(package) } else { Err(wrong(format!("is {name}, not {NAME}"))) }
    }

    /// The resources of one type, by file name.
    pub(crate) fn resources(&self, resource_type: &str) -> impl Iterator<Item = Result<Value, String>> {
        let prefix = format!("{resource_type}-");
        let of_type = self.files.iter().filter(move |file| file.starts_with(&prefix) && file.ends_with(".json"));
        of_type.map(|file| self.read(file))
    }

    /// One file.
    pub(crate) fn read(&self, file: &str) -> Result<Value, String> {
        let path = self.dir.join(file);
        let text = std::fs::read(&path).map_err(|why| format!("{}: {why}", path.display()))?;
        serde_json::from_slice(&text).map_err(|why| format!("{}: {why}", path.display()))
    }
}

/// A text member, empty when there is none.
pub(crate) fn str<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The items of an array member, none when there is none.
pub(crate) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}
