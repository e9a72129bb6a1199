//! What a process did to its files, and what a disk holds of it when the power goes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::Rng;

/// Disks write sectors whole, and in whatever order they like until they are told to sync.
const SECTOR: usize = 512;

/// One change, as `shim.c` wrote it down.
pub(super) enum Step {
    Write { file: PathBuf, offset: usize, data: Vec<u8> },
    Truncate { file: PathBuf, length: usize },
    Sync { file: PathBuf },
    Remove { file: PathBuf },
}

/// All steps in order.
pub(super) fn read(trace: &Path) -> Vec<Step> {
    let bytes = fs::read(trace).unwrap();
    let mut rest = bytes.as_slice();
    let mut steps = Vec::new();
    // The last record may be cut short: the process was killed.
    while let Some(step) = step(&mut rest) {
        steps.push(step);
    }
    steps
}

fn step(rest: &mut &[u8]) -> Option<Step> {
    let head = rest.split_off(..25)?;
    let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap()) as usize;
    let (path_length, offset, length) = (number(1), number(9), number(17));
    let file = PathBuf::from(std::str::from_utf8(rest.split_off(..path_length)?).unwrap());
    Some(match head[0] {
        b'w' => Step::Write { file, offset, data: rest.split_off(..length)?.to_vec() },
        b't' => Step::Truncate { file, length: offset },
        b's' => Step::Sync { file },
        b'u' => Step::Remove { file },
        other => panic!("no operation {other}"),
    })
}

/// A file on a disk: what is certain, and what was asked for since the last sync, in pieces of a sector at most.
#[derive(Default, Clone)]
struct Content {
    certain: Vec<u8>,
    pending: Vec<Piece>,
    /// Certain only when its directory was synced.
    removed: bool,
}

#[derive(Clone)]
enum Piece {
    Sector { offset: usize, data: Vec<u8> },
    Length(usize),
}

/// How much of what was not synced is there after a power cut.
#[derive(Clone, Copy, Debug)]
pub(super) enum Luck {
    None,
    All,
    /// Each sector by itself.
    Some,
}

/// A disk that is told the steps one by one.
#[derive(Default, Clone)]
pub(super) struct Disk {
    files: BTreeMap<PathBuf, Content>,
}

impl Disk {
    pub(super) fn apply(&mut self, step: &Step) {
        match step {
            Step::Write { file, offset, data } => {
                let pending = &mut self.files.entry(file.clone()).or_default().pending;
                let (mut at, mut data) = (*offset, data.as_slice());
                while !data.is_empty() {
                    let in_sector = data.len().min(SECTOR - at % SECTOR);
                    pending.push(Piece::Sector { offset: at, data: data[..in_sector].to_vec() });
                    (at, data) = (at + in_sector, &data[in_sector..]);
                }
            }
            Step::Truncate { file, length } => {
                self.files.entry(file.clone()).or_default().pending.push(Piece::Length(*length));
            }
            Step::Sync { file } => {
                self.files.retain(|other, content| !(content.removed && other.parent() == Some(file)));
                // A directory, or a file that nothing was written to.
                let Some(content) = self.files.get_mut(file) else { return };
                for piece in std::mem::take(&mut content.pending) {
                    piece.apply(&mut content.certain);
                }
            }
            Step::Remove { file } => self.files.entry(file.clone()).or_default().removed = true,
        }
    }

    /// Pulls the plug and writes what is left of `from` below `to`. That a file was made is taken to be certain.
    pub(super) fn cut(&self, luck: Luck, random: &mut impl Rng, from: &Path, to: &Path) {
        let mut survives = || match luck {
            Luck::None => false,
            Luck::All => true,
            Luck::Some => random.random(),
        };
        for (file, content) in &self.files {
            if content.removed && survives() {
                continue;
            }
            let mut bytes = content.certain.clone();
            content.pending.iter().filter(|_| survives()).for_each(|piece| piece.apply(&mut bytes));
            fs::write(to.join(file.strip_prefix(from).unwrap()), bytes).unwrap();
        }
    }

    /// A file as programs see it: all of it, synced or not.
    pub(super) fn seen(&self, file: &Path) -> Vec<u8> {
        let content = self.files.get(file).cloned().unwrap_or_default();
        let mut bytes = content.certain;
        content.pending.iter().for_each(|piece| piece.apply(&mut bytes));
        bytes
    }
}

impl Piece {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Sector { offset, data } => {
                let end = offset + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(data);
            }
            Self::Length(length) => bytes.resize(*length, 0),
        }
    }
}
