//! A version as it is read.

use clinic::{Hlc, VersionId};
use sync::Kind;

use crate::db::Row;
use crate::error::{DbError, StoreError};
use crate::guard::Lying;
use crate::payload;

/// A version with its content.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// For instance `Patient`.
    pub resource_type: &'static str,
    /// The logical id.
    pub id: String,
    /// Its name, FHIR's `versionId`.
    pub version: VersionId,
    /// When it was written, FHIR's `lastUpdated`.
    pub updated: Hlc,
    /// What it did. [`Kind::Delete`]: the resource is gone, `json` holds only type, id and meta.
    pub kind: Kind,
    /// Account or token id.
    pub author: String,
    /// The complete resource, compact, ready to be sent.
    pub json: Vec<u8>,
}

/// The content stays out of logs.
impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored")
            .field("resource_type", &self.resource_type)
            .field("version", &self.version)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A SELECT of what [`RawStored::read`] reads, from `version v` joined with `resource r` and `origin o`.
macro_rules! select_stored {
    ($rest:literal) => {
        concat!(
            "SELECT v.type, r.logical_id, o.name, v.seq, v.hlc, v.kind, v.author, v.payload, v.place, r.id, r.patient, r.home
             FROM version v
             JOIN resource r ON r.clinic = v.clinic AND r.id = v.resource
             JOIN origin o ON o.clinic = v.clinic AND o.origin = v.origin ",
            $rest
        )
    };
}
pub(crate) use select_stored;

/// Columns of [`select_stored`], copied out so that decompressing happens after the statement is done.
pub(crate) struct RawStored {
    pub(crate) type_code: i64,
    id: String,
    origin: String,
    seq: i64,
    pub(crate) hlc: i64,
    kind: i64,
    author: String,
    payload: Vec<u8>,
    pub(crate) place: i64,
}

impl RawStored {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            type_code: row.int(0)?,
            id: row.text(1)?,
            origin: row.text(2)?,
            seq: row.int(3)?,
            hlc: row.int(4)?,
            kind: row.int(5)?,
            author: row.text(6)?,
            payload: row.bytes(7)?,
            place: row.int(8)?,
        })
    }

    /// With where it lies.
    pub(crate) fn read_lying(row: &Row<'_>) -> Result<(Self, Lying), DbError> {
        let raw = Self::read(row)?;
        let lying = Lying { id: row.int(9)?, type_code: raw.type_code, patient: row.int(10)?, home: row.int(11)? };
        Ok((raw, lying))
    }

    pub(crate) fn open(self) -> Result<Stored, StoreError> {
        let resource_type = type_name(self.type_code)?;
        let version = VersionId { origin: origin(&self.origin)?, seq: unsigned(self.seq)? };
        let updated = Hlc(unsigned(self.hlc)?);
        let kind = u8::try_from(self.kind).ok().and_then(Kind::from_code);
        let kind = kind.ok_or_else(|| StoreError::Corrupt(format!("version {version} is of kind {}", self.kind)))?;
        let text = payload::unpack(&self.payload)?;
        let json = payload::complete(&text, resource_type, &self.id, version, updated)?;
        Ok(Stored { resource_type, id: self.id, version, updated, kind, author: self.author, json })
    }
}

pub(crate) fn type_name(code: i64) -> Result<&'static str, StoreError> {
    let name = u16::try_from(code).ok().and_then(fhir::tables::type_name);
    name.ok_or_else(|| StoreError::Corrupt(format!("resource type number {code}")))
}

pub(crate) fn origin(name: &str) -> Result<clinic::Origin, StoreError> {
    name.parse().map_err(|_| StoreError::Corrupt(format!("origin {name:?}")))
}

pub(crate) fn unsigned(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Corrupt(format!("a negative number: {value}")))
}

/// Databases have signed integers only. No clock or count of ours reaches the upper half.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
