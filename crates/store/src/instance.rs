//! Finds out whether this database is the one it was: a restored or copied one must not go on numbering versions
//! where the original may have gone on too, or one name would come to stand for two versions.
//!
//! Two marks tell. A random number is drawn at every opening and kept both in the database and in a file beside
//! it, so a database put back from a backup does not match the file. And the database remembers which file (or
//! cluster) it was in, so a copy of the whole directory does not match either. A false alarm costs a new epoch,
//! which is harmless. A whole machine set back to an older image shows neither mark: only a peer that remembers
//! can tell, so the replication handshake compares what each side has seen of the other.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use clinic::ClinicId;

use crate::db::{Db, Val};
use crate::error::StoreError;
use crate::index::term::Known;
use crate::origin::Counters;

const FILE: &str = "instance";

/// Where a database is kept, in words that a copy of it does not share.
pub(crate) fn of_file(database: &Path) -> Result<String, StoreError> {
    let metadata = fs::metadata(database).map_err(|error| unavailable(database, &error))?;
    let born = metadata.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let machine = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    Ok(format!("file {} {} {}", machine.trim(), metadata.ino(), born.as_nanos()))
}

/// The same for a hub: which cluster, which database in it.
pub(crate) fn of_cluster(db: &mut dyn Db) -> Result<String, StoreError> {
    let sql =
        "SELECT system_identifier::text || ' ' || (SELECT oid FROM pg_database WHERE datname = current_database())
               FROM pg_control_system()";
    let found = db.one(sql, &[], |row| row.text(0))?.unwrap_or_default();
    Ok(format!("cluster {found}"))
}

/// Compares the marks, opens new epochs if they differ, and sets them anew. `directory` holds the mark outside.
pub(crate) fn settle(db: &mut dyn Db, place: &str, directory: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(directory).map_err(|error| unavailable(directory, &error))?;
    let outside = fs::read_to_string(directory.join(FILE)).unwrap_or_default();
    let random = getrandom::u64().map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let mark = format!("{random:016x}");
    db.begin_write()?;
    let settled = compare(db, place, &outside).and_then(|()| {
        set(db, "place", place)?;
        set(db, "mark", &mark)
    });
    db.end(settled.is_ok())?;
    settled?;
    // After the database: a crash between the two leaves a mismatch, never an unnoticed copy.
    write(&directory.join(FILE), &mark)
}

fn compare(db: &mut dyn Db, place: &str, outside: &str) -> Result<(), StoreError> {
    let (Some(old_place), Some(old_mark)) = (get(db, "place")?, get(db, "mark")?) else { return Ok(()) };
    if old_place == place && old_mark == outside {
        return Ok(());
    }
    let clinics = db.all("SELECT clinic FROM clinic", &[], |row| row.int(0))?;
    tracing::warn!(moved = old_place != place, "this database was restored or copied: its origins begin a new epoch");
    for clinic in clinics.into_iter().filter_map(|clinic| u32::try_from(clinic).ok()).map(ClinicId) {
        Counters::load(db, clinic, Known::default())?.next_epoch(db)?;
    }
    Ok(())
}

fn get(db: &mut dyn Db, name: &str) -> Result<Option<String>, StoreError> {
    Ok(db.one("SELECT value FROM store WHERE name = ?1", &[name.into()], |row| row.text(0))?)
}

fn set(db: &mut dyn Db, name: &str, value: &str) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO store (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[Val::Text(name), Val::Text(value)],
    )?;
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), StoreError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| unavailable(path, &error))
}

fn unavailable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}
