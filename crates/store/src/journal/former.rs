//! The journal as it was before it was a plain file: an encrypted database of its own, `reads.db`.

use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;

use audit::Event;
use clinic::ClinicId;

use crate::db::{Db, Sqlite, Val};
use crate::error::{DbError, StoreError};

const FILE: &str = "reads.db";
const CACHE_KIB: u32 = 256;

/// Hands over the lines numbered after `after`, which were neither moved nor handed over before, then removes it.
pub(super) fn take_up(
    directory: &Path,
    key: &[u8; 32],
    after: u64,
    mut keep: impl FnMut(ClinicId, Event) -> Result<(), DbError>,
) -> Result<(), StoreError> {
    let path = directory.join(FILE);
    if !path.exists() {
        return Ok(());
    }
    let mut db = Sqlite::open(&path, key, CACHE_KIB)?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    db.query("SELECT clinic, event FROM line WHERE seq > ?1 ORDER BY seq", &[Val::Int(after)], &mut |row| {
        let corrupt = || DbError::Corrupt("a line of the former journal of reads".to_owned());
        let clinic = u32::try_from(row.int(0)?).map_err(|_| corrupt())?;
        keep(ClinicId(clinic), Event::parse(&row.bytes(1)?).map_err(|_| corrupt())?)?;
        Ok(ControlFlow::Continue(()))
    })?;
    drop(db);
    for name in [FILE, "reads.db-wal", "reads.db-shm"] {
        match fs::remove_file(directory.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StoreError::Unavailable(error.to_string()));
            }
            _ => {}
        }
    }
    Ok(())
}
