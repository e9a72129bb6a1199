//! The journal's file: one sealed record after the other.
//!
//! A record is its length (u32, little endian), a nonce of 24 bytes, and XChaCha20-Poly1305 over the line's number (u64),
//! the clinic (u32) and the event. Nothing is synced: appending outlives the process, moving outlives a power cut.
//! Reading ends at the first record that is cut off, was changed, or is not the next by number.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use audit::Event;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use clinic::ClinicId;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::DbError;

/// Keeps the key of this file apart from the database's, of which it is made.
const PURPOSE: &[u8] = b"komainu journal of reads 1";
const NONCE: usize = 24;
/// Number and clinic.
const PREFIX: usize = 12;

/// The file, open for appending.
pub(super) struct File {
    file: fs::File,
    path: PathBuf,
    cipher: XChaCha20Poly1305,
    /// Random per opening, then counted: no nonce comes twice.
    nonce: [u8; NONCE],
    /// Where the next record goes.
    end: u64,
}

/// A line as it is found when the file is opened.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) seq: u64,
    pub(super) clinic: ClinicId,
    pub(super) event: Event,
}

impl File {
    /// Opens or makes it; also the lines in it.
    pub(super) fn open(path: &Path, database_key: &[u8; 32]) -> Result<(Self, Vec<Line>), DbError> {
        let key = Sha256::new().chain_update(PURPOSE).chain_update(database_key).finalize();
        let key = Zeroizing::new(<[u8; 32]>::from(key));
        let cipher = XChaCha20Poly1305::new(key.as_slice().into());
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce[8..]).map_err(|error| DbError::Other(error.to_string()))?;
        let file = make(path, false).map_err(error)?;
        let bytes = fs::read(path).map_err(error)?;
        let mut lines: Vec<Line> = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some(line) = take_record(&cipher, &mut rest)
            && lines.last().is_none_or(|last| line.seq == last.seq + 1)
        {
            lines.push(line);
        }
        let end = (bytes.len() - rest.len()) as u64;
        Ok((Self { file, path: path.to_owned(), cipher, nonce, end }, lines))
    }

    /// Where the next record goes.
    pub(super) fn bytes(&self) -> u64 {
        self.end
    }

    /// Appends lines numbered from `seq` on; the number of the last. After an error none of them counts.
    pub(super) fn append<'e>(
        &mut self,
        seq: u64,
        lines: impl Iterator<Item = (ClinicId, &'e Event)>,
    ) -> Result<u64, DbError> {
        let (bytes, last) = self.seal(seq, lines)?;
        if let Err(failed) = self.file.write_all_at(&bytes, self.end) {
            let _the_next_overwrites_it = self.file.set_len(self.end);
            return Err(error(failed));
        }
        self.end += bytes.len() as u64;
        Ok(last)
    }

    /// Drops all lines.
    pub(super) fn empty(&mut self) -> Result<(), DbError> {
        self.file.set_len(0).map_err(error)?;
        self.end = 0;
        Ok(())
    }

    /// Drops all lines but these: made beside it and put in its place, so that a process that ends in between leaves
    /// one or the other.
    pub(super) fn replace<'e>(
        &mut self,
        seq: u64,
        lines: impl Iterator<Item = (ClinicId, &'e Event)>,
    ) -> Result<(), DbError> {
        let (bytes, _) = self.seal(seq, lines)?;
        let new = self.path.with_extension("new");
        let file = make(&new, true).map_err(error)?;
        file.write_all_at(&bytes, 0).map_err(error)?;
        fs::rename(&new, &self.path).map_err(error)?;
        (self.file, self.end) = (file, bytes.len() as u64);
        Ok(())
    }

    fn seal<'e>(
        &mut self,
        first: u64,
        lines: impl Iterator<Item = (ClinicId, &'e Event)>,
    ) -> Result<(Vec<u8>, u64), DbError> {
        let (mut bytes, mut next) = (Vec::with_capacity(512), first);
        for (clinic, event) in lines {
            let mut line = next.to_le_bytes().to_vec();
            line.extend_from_slice(&clinic.0.to_le_bytes());
            line.extend_from_slice(&event.to_vec());
            let nonce = self.next_nonce();
            let sealed = self.cipher.encrypt(XNonce::from_slice(&nonce), line.as_slice());
            let sealed = sealed.map_err(|_| DbError::Other("an audit line cannot be sealed".to_owned()))?;
            bytes.extend_from_slice(&u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend_from_slice(&nonce);
            bytes.extend_from_slice(&sealed);
            next += 1;
        }
        Ok((bytes, next.saturating_sub(1)))
    }

    fn next_nonce(&mut self) -> [u8; NONCE] {
        if let Some(count) = self.nonce.first_chunk_mut() {
            *count = (u64::from_le_bytes(*count) + 1).to_le_bytes();
        }
        self.nonce
    }
}

/// Takes the first record off.
fn take_record(cipher: &XChaCha20Poly1305, bytes: &mut &[u8]) -> Option<Line> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
    let (sealed, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let line = cipher.decrypt(XNonce::from_slice(nonce), sealed).ok()?;
    let (prefix, event) = line.split_at_checked(PREFIX)?;
    let (seq, clinic) = prefix.split_first_chunk()?;
    let clinic = ClinicId(u32::from_le_bytes(clinic.try_into().ok()?));
    let line = Line { seq: u64::from_le_bytes(*seq), clinic, event: Event::parse(event).ok()? };
    *bytes = rest;
    Some(line)
}

fn make(path: &Path, empty: bool) -> io::Result<fs::File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(empty).mode(0o600).open(path)
}

fn error(error: io::Error) -> DbError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => DbError::Full,
        _ => DbError::Io(format!("the journal of reads: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use audit::Outcome;
    use tempfile::TempDir;

    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const CLINIC: ClinicId = ClinicId(3);

    fn event(name: &str) -> Event {
        Event::new(1, name, "read", Outcome::Done)
    }

    fn append(file: &mut File, seq: u64, names: &[&str]) -> u64 {
        let events: Vec<Event> = names.iter().map(|name| event(name)).collect();
        file.append(seq, events.iter().map(|event| (CLINIC, event))).unwrap()
    }

    /// Numbers and actors.
    fn found(path: &Path, key: &[u8; 32]) -> Vec<(u64, String)> {
        let (_, lines) = File::open(path, key).unwrap();
        assert!(lines.iter().all(|line| line.clinic == CLINIC));
        lines.into_iter().map(|line| (line.seq, line.event.actor)).collect()
    }

    fn named(names: &[(u64, &str)]) -> Vec<(u64, String)> {
        names.iter().map(|(seq, name)| (*seq, (*name).to_owned())).collect()
    }

    #[test]
    fn lines_come_back_until_the_file_is_emptied_or_replaced() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("reads.log");
        let (mut file, none) = File::open(&path, &KEY).unwrap();
        assert!(none.is_empty());
        assert_eq!(append(&mut file, 5, &["a", "b"]), 6);
        assert_eq!(append(&mut file, 7, &["c"]), 7);
        assert_eq!(found(&path, &KEY), named(&[(5, "a"), (6, "b"), (7, "c")]));
        let last = event("c");
        file.replace(7, [(CLINIC, &last)].into_iter()).unwrap();
        append(&mut file, 8, &["d"]);
        assert_eq!(found(&path, &KEY), named(&[(7, "c"), (8, "d")]));
        file.empty().unwrap();
        append(&mut file, 9, &["e"]);
        assert_eq!(found(&path, &KEY), named(&[(9, "e")]));
    }

    #[test]
    fn nothing_is_read_without_the_key_or_in_clear() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("reads.log");
        let (mut file, _) = File::open(&path, &KEY).unwrap();
        append(&mut file, 1, &["佐藤太郎", "佐藤太郎"]);
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|part| part == "佐藤".as_bytes()));
        let (first, second) = bytes.split_at(bytes.len() / 2);
        assert_ne!(first, second, "the same line twice does not look the same");
        assert!(found(&path, &[8; 32]).is_empty());
    }

    #[test]
    fn reading_ends_where_a_record_is_cut_off_or_changed() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("reads.log");
        let (mut file, _) = File::open(&path, &KEY).unwrap();
        append(&mut file, 1, &["a"]);
        let first = fs::read(&path).unwrap().len();
        append(&mut file, 2, &["b"]);
        let whole = fs::read(&path).unwrap();
        for end in first..whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(found(&path, &KEY), named(&[(1, "a")]), "{end} bytes");
        }
        for at in (first..whole.len()).step_by(7) {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert_eq!(found(&path, &KEY), named(&[(1, "a")]), "byte {at}");
        }
        // What is appended then takes the place of the torn record.
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        let (mut file, _) = File::open(&path, &KEY).unwrap();
        append(&mut file, 2, &["c"]);
        assert_eq!(found(&path, &KEY), named(&[(1, "a"), (2, "c")]));
    }

    #[test]
    fn a_record_of_an_earlier_round_is_not_the_next() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("reads.log");
        let (mut file, _) = File::open(&path, &KEY).unwrap();
        append(&mut file, 1, &["a"]);
        let old = fs::read(&path).unwrap();
        file.empty().unwrap();
        append(&mut file, 2, &["b"]);
        let new = fs::read(&path).unwrap();
        fs::write(&path, [new, old].concat()).unwrap();
        assert_eq!(found(&path, &KEY), named(&[(2, "b")]));
    }
}
