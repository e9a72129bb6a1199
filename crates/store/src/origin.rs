//! What a clinic has given out: numbers, the clock, row keys. Read once and written once per commit.

use clinic::{ClinicId, Hlc, Origin, VersionId};

use crate::db::{Db, Val};
use crate::error::{DbError, StoreError};
use crate::index::term::Known;
use crate::stored::{origin, signed, unsigned};

/// The last of everything given out in one clinic.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    clinic: ClinicId,
    /// Local number of the current origin.
    pub(crate) origin: i64,
    name: Origin,
    seq: u64,
    hlc: Hlc,
    /// Row key in `resource`.
    pub(crate) resource: i64,
    /// Row key of index terms.
    pub(crate) term: i64,
    pub(crate) terms: Known,
}

impl Counters {
    /// Those of a clinic; a clinic not met before gets an origin.
    pub(crate) fn load(db: &mut dyn Db, clinic: ClinicId, terms: Known) -> Result<Self, StoreError> {
        let row = db.one(
            "SELECT c.origin, c.seq, c.hlc, c.resource, c.term, o.name FROM clinic c
             JOIN origin o ON o.clinic = c.clinic AND o.origin = c.origin WHERE c.clinic = ?1",
            &[clinic.into()],
            |row| Ok(([row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?, row.int(4)?], row.text(5)?)),
        )?;
        let Some(([number, seq, hlc, resource, term], name)) = row else { return Self::first(db, clinic, terms) };
        let (name, seq, hlc) = (origin(&name)?, unsigned(seq)?, Hlc(unsigned(hlc)?));
        Ok(Self { clinic, origin: number, name, seq, hlc, resource, term, terms })
    }

    fn first(db: &mut dyn Db, clinic: ClinicId, terms: Known) -> Result<Self, StoreError> {
        let name = random_origin()?;
        let counters = Self { clinic, origin: 1, name, seq: 0, hlc: Hlc::default(), resource: 0, term: 0, terms };
        counters.insert_origin(db)?;
        db.execute(
            "INSERT INTO clinic (clinic, origin, seq, hlc, resource, term) VALUES (?1, 1, 0, 0, 0, 0)",
            &[clinic.into()],
        )?;
        Ok(counters)
    }

    fn insert_origin(&self, db: &mut dyn Db) -> Result<u64, DbError> {
        db.execute(
            "INSERT INTO origin (clinic, origin, name) VALUES (?1, ?2, ?3)",
            &[self.clinic.into(), Val::Int(self.origin), Val::Text(&self.name.to_string())],
        )
    }

    /// Opens a new epoch: this database is a restored or copied one, and the original may have gone on to give
    /// out the numbers that would come next here.
    pub(crate) fn next_epoch(&mut self, db: &mut dyn Db) -> Result<(), StoreError> {
        // The device is drawn anew too: of two restores of one backup, both would be the next epoch.
        self.name = Origin { device: random_origin()?.device, ..self.name.next_epoch() };
        self.seq = 0;
        let last =
            db.one("SELECT max(origin) FROM origin WHERE clinic = ?1", &[self.clinic.into()], |row| row.int(0))?;
        self.origin = last.unwrap_or(0) + 1;
        self.insert_origin(db)?;
        self.save(db)?;
        Ok(())
    }

    pub(crate) fn save(&self, db: &mut dyn Db) -> Result<(), DbError> {
        db.execute(
            "UPDATE clinic SET origin = ?2, seq = ?3, hlc = ?4, resource = ?5, term = ?6 WHERE clinic = ?1",
            &[
                self.clinic.into(),
                Val::Int(self.origin),
                Val::Int(signed(self.seq)),
                Val::Int(signed(self.hlc.0)),
                Val::Int(self.resource),
                Val::Int(self.term),
            ],
        )?;
        Ok(())
    }

    /// The name and time of the next version.
    pub(crate) fn next_version(&mut self, now_ms: i64) -> (VersionId, Hlc) {
        self.seq += 1;
        self.hlc = self.hlc.tick(now_ms);
        (VersionId { origin: self.name, seq: self.seq }, self.hlc)
    }
}

fn random_origin() -> Result<Origin, StoreError> {
    Ok(Origin::first(getrandom::u64().map_err(|error| StoreError::Unavailable(error.to_string()))?))
}
