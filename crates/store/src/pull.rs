//! What another replica lacks.

use access::{Permit, Read};
use clinic::{Hlc, VersionId};
use sync::{Hash, Kind, Range, Vector, Version, content_hash};

use crate::db::{Row, Val};
use crate::error::{DbError, StoreError};
use crate::snapshot::Snapshot;
use crate::stored::{origin, signed, type_name, unsigned};
use crate::{payload, varint};

/// A version with its content in the stored form: without `meta.versionId` and `meta.lastUpdated`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The record.
    pub version: Version,
    /// What [`Version::content`] is the hash of.
    pub content: Vec<u8>,
}

/// The content stays out of logs.
impl std::fmt::Debug for Pulled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pulled").field("id", &self.version.id).finish_non_exhaustive()
    }
}

/// Columns as they are; what they mean needs the names of origins.
struct Raw {
    seq: i64,
    hlc: i64,
    type_code: i64,
    id: String,
    parents: Vec<u8>,
    kind: i64,
    author: String,
    payload: Vec<u8>,
    hash: Vec<u8>,
}

impl Raw {
    fn read(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            seq: row.int(0)?,
            hlc: row.int(1)?,
            type_code: row.int(2)?,
            id: row.text(3)?,
            parents: row.bytes(4)?,
            kind: row.int(5)?,
            author: row.text(6)?,
            payload: row.bytes(7)?,
            hash: row.bytes(8)?,
        })
    }
}

impl Snapshot<'_> {
    /// Which versions this store holds.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn vector(&mut self) -> Result<Vector, StoreError> {
        let rows = self.db.all(
            "SELECT o.name, (SELECT max(v.seq) FROM version v WHERE v.clinic = o.clinic AND v.origin = o.origin)
             FROM origin o WHERE o.clinic = ?1",
            &[self.clinic.into()],
            |row| Ok((row.text(0)?, row.opt_int(1)?)),
        )?;
        rows.into_iter().map(|(name, seq)| Ok((origin(&name)?, unsigned(seq.unwrap_or(0))?))).collect()
    }

    /// Up to `count` versions of a range, in order, each held against its hash. Types that the permit does not cover
    /// are an error and not left out, and so are closed charts: a replica that leaves versions out claims to hold what it does not.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when one is not what was written.
    pub fn pull(&mut self, permit: &Permit<Read>, range: Range, count: u32) -> Result<Vec<Pulled>, StoreError> {
        self.touched = true;
        if !self.cut(permit)?.closed().is_empty() {
            return Err(StoreError::NotPermitted("charts that are closed to a replica".to_owned()));
        }
        let clinic = self.clinic;
        let raws = self.db.all(
            "SELECT v.seq, v.hlc, v.type, r.logical_id, v.parents, v.kind, v.author, v.payload, v.hash
             FROM origin o JOIN version v ON v.clinic = o.clinic AND v.origin = o.origin
             JOIN resource r ON r.clinic = v.clinic AND r.id = v.resource
             WHERE o.clinic = ?1 AND o.name = ?2 AND v.seq >= ?3 AND v.seq <= ?4 ORDER BY v.seq LIMIT ?5",
            &[
                clinic.into(),
                Val::Text(&range.origin.to_string()),
                Val::Int(signed(range.first)),
                Val::Int(signed(range.last)),
                Val::Int(i64::from(count)),
            ],
            Raw::read,
        )?;
        raws.into_iter().map(|raw| self.open(permit, range.origin, raw)).collect()
    }

    fn open(&mut self, permit: &Permit<Read>, origin: clinic::Origin, raw: Raw) -> Result<Pulled, StoreError> {
        let id = VersionId { origin, seq: unsigned(raw.seq)? };
        let corrupt = || StoreError::Corrupt(format!("version {id}"));
        let resource_type = type_name(raw.type_code)?;
        if !permit.covers(resource_type) {
            return Err(StoreError::NotPermitted(resource_type.to_owned()));
        }
        let content = payload::unpack(&raw.payload)?;
        let version = Version {
            id,
            hlc: Hlc(unsigned(raw.hlc)?),
            resource_type: resource_type.to_owned(),
            resource_id: raw.id,
            parents: self.parents(&raw.parents)?,
            kind: u8::try_from(raw.kind).ok().and_then(Kind::from_code).ok_or_else(corrupt)?,
            author: raw.author,
            content: content_hash(&content),
        };
        let kept = raw.hash.try_into().map(Hash).map_err(|_| corrupt())?;
        if version.hash() == kept { Ok(Pulled { version, content }) } else { Err(corrupt()) }
    }

    fn parents(&mut self, mut bytes: &[u8]) -> Result<Vec<VersionId>, StoreError> {
        let mut parents = Vec::new();
        while !bytes.is_empty() {
            let pair = varint::read(&mut bytes).zip(varint::read(&mut bytes));
            let (number, seq) = pair.ok_or_else(|| StoreError::Corrupt("a version's parents".to_owned()))?;
            let name = self.db.one(
                "SELECT name FROM origin WHERE clinic = ?1 AND origin = ?2",
                &[self.clinic.into(), Val::Int(signed(number))],
                |row| row.text(0),
            )?;
            let name = name.ok_or_else(|| StoreError::Corrupt(format!("origin number {number}")))?;
            parents.push(VersionId { origin: origin(&name)?, seq });
        }
        Ok(parents)
    }
}
