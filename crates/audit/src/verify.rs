//! Whether a log is the one that was written; if not, where it begins to differ and how.

use ed25519_dalek::VerifyingKey;

use crate::checkpoint::{Checkpoint, EVENTS};
use crate::log::{Head, Window};
use crate::tree::{Hash, Tree, leaf_hash};

/// A log as it is stored.
pub trait Source {
    /// Why it cannot be read.
    type Error;

    /// The first checkpoint over more than `size` events.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn window_after(&mut self, size: u64) -> Result<Option<Window>, Self::Error>;

    /// Up to `count` events with numbers from `seq` on, in order: number and line.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn lines_from(&mut self, seq: u64, count: usize) -> Result<Vec<(u64, Vec<u8>)>, Self::Error>;
}

/// A log that is the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events.
    pub events: u64,
    /// How many of them a signature covers. The rest, a minute's at most, could still be replaced by someone who
    /// writes to the database itself.
    pub signed: u64,
}

/// Where a log differs first from what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log was tampered with at event {seq}: {what}")]
pub struct Finding {
    /// The first bad event.
    pub seq: u64,
    /// What was done.
    pub what: Tampering,
}

/// What was done to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tampering {
    /// The event is not the one that was written.
    #[error("the event was changed")]
    Edited,
    /// The event is gone and later ones are there.
    #[error("the event was deleted")]
    Deleted,
    /// The event was never written.
    #[error("the event was inserted")]
    Inserted,
    /// The event belongs to another place.
    #[error("events were put in another order")]
    Reordered,
    /// This event and all after it are gone.
    #[error("the log ends here although it went on")]
    Truncated,
    /// The checkpoint that covers this event is missing or not what was signed.
    #[error("the checkpoint over this event is missing or false")]
    Checkpoint,
    /// The log is whole in itself but not the one a checkpoint kept elsewhere speaks of.
    #[error("the log from here on is not the one that was once vouched for")]
    Replaced,
}

/// A finding, or why there is none.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError<E> {
    /// The log was tampered with.
    #[error(transparent)]
    Found(#[from] Finding),
    /// The log cannot be read.
    #[error("the audit log cannot be read")]
    Source(E),
}

/// Reads a clinic's whole log. `anchors` are checkpoints that were kept elsewhere.
///
/// # Errors
/// The first [`Finding`], or why the log cannot be read.
pub fn verify<S: Source>(
    key: &VerifyingKey,
    clinic: u32,
    head: &Head,
    anchors: &[Checkpoint],
    source: &mut S,
) -> Result<Verified, VerifyError<S::Error>> {
    let mut tree = Tree::default();
    // An anchor that this key did not sign says nothing about this log.
    let mut anchors: Vec<&Checkpoint> =
        anchors.iter().filter(|anchor| anchor.clinic == clinic && anchor.is_signed_by(key)).collect();
    anchors.sort_by_key(|anchor| anchor.size);
    let mut vouched = 0;
    while let Some(window) = source.window_after(tree.size()).map_err(VerifyError::Source)? {
        let first = tree.size() + 1;
        let mut after = tree.clone();
        window.leaves.iter().for_each(|leaf| after.push(*leaf));
        let stated = Checkpoint { size: after.size(), root: after.root(), clinic, ..window.checkpoint };
        if stated != window.checkpoint || !stated.is_signed_by(key) {
            return Err(Finding { seq: first, what: Tampering::Checkpoint }.into());
        }
        compare(source, first, &window.leaves, head)?;
        tree = after;
        for anchor in anchors.extract_if(.., |anchor| anchor.size <= tree.size()) {
            if anchor.size != tree.size() || anchor.root != tree.root() {
                return Err(Finding { seq: vouched + 1, what: Tampering::Replaced }.into());
            }
            vouched = anchor.size;
        }
    }
    let signed = tree.size();
    head.leaves.iter().for_each(|leaf| tree.push(*leaf));
    if tree != head.tree {
        return Err(Finding { seq: signed + 1, what: Tampering::Checkpoint }.into());
    }
    compare(source, signed + 1, &head.leaves, head)?;
    if let Some((seq, _)) = source.lines_from(tree.size() + 1, 1).map_err(VerifyError::Source)?.first() {
        return Err(Finding { seq: *seq, what: Tampering::Inserted }.into());
    }
    if !anchors.is_empty() {
        return Err(Finding { seq: signed + 1, what: Tampering::Truncated }.into());
    }
    Ok(Verified { events: tree.size(), signed })
}

/// Holds the events from `first` on against the leaves that were signed.
fn compare<S: Source>(source: &mut S, first: u64, leaves: &[Hash], head: &Head) -> Result<(), VerifyError<S::Error>> {
    let lines = source.lines_from(first, leaves.len()).map_err(VerifyError::Source)?;
    for (seq, (at, expected)) in (first..).zip(leaves.iter().enumerate()) {
        let good = lines.get(at).is_some_and(|(number, line)| *number == seq && leaf_hash(line) == *expected);
        if !good {
            let what = classify(source, seq, &leaves[at..], head).map_err(VerifyError::Source)?;
            return Err(Finding { seq, what }.into());
        }
    }
    Ok(())
}

/// What was done at the first event that is not as it was; `leaves` are what was signed from there on.
fn classify<S: Source>(source: &mut S, seq: u64, leaves: &[Hash], head: &Head) -> Result<Tampering, S::Error> {
    // What was moved may have been moved out of this window, so look as far as a full one reaches.
    let mut expected = leaves.to_vec();
    while expected.len() <= EVENTS as usize {
        let end = seq - 1 + expected.len() as u64;
        match source.window_after(end)? {
            Some(next) => expected.extend(next.leaves),
            None if end < head.tree.size() => expected.extend(&head.leaves),
            None => break,
        }
    }
    let found = source.lines_from(seq, expected.len() + EVENTS as usize)?;
    let Some((number, line)) = found.first() else { return Ok(Tampering::Truncated) };
    if *number != seq {
        return Ok(Tampering::Deleted);
    }
    let found_is_expected_later = expected[1..].contains(&leaf_hash(line));
    let expected_is_found_later = found[1..].iter().any(|(_, line)| leaf_hash(line) == expected[0]);
    Ok(match (found_is_expected_later, expected_is_found_later) {
        (false, false) => Tampering::Edited,
        (true, false) => Tampering::Deleted,
        (false, true) => Tampering::Inserted,
        (true, true) => Tampering::Reordered,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;
    use proptest::sample::Index;

    /// A log as rows, as someone with the database open sees it.
    #[derive(Clone, Debug)]
    struct Rows {
        lines: Vec<(u64, Vec<u8>)>,
        windows: Vec<Window>,
        head: Head,
    }

    impl Source for Rows {
        type Error = std::convert::Infallible;

        fn window_after(&mut self, size: u64) -> Result<Option<Window>, Self::Error> {
            Ok(self.windows.iter().find(|window| window.checkpoint.size > size).cloned())
        }

        fn lines_from(&mut self, seq: u64, count: usize) -> Result<Vec<(u64, Vec<u8>)>, Self::Error> {
            Ok(self.lines.iter().filter(|(number, _)| *number >= seq).take(count).cloned().collect())
        }
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn line(number: u64) -> Vec<u8> {
        format!("event {number}").into_bytes()
    }

    impl Rows {
        /// Checkpoints wherever one is asked for, and where one is due.
        fn written(events: u64, checkpoints: &[u64]) -> Self {
            let mut rows = Self { lines: Vec::new(), windows: Vec::new(), head: Head::default() };
            for number in 1..=events {
                let seq = rows.head.push(&line(number), 0);
                rows.lines.push((seq, line(number)));
                if rows.head.is_due(0) || checkpoints.contains(&number) {
                    rows.windows.push(rows.head.checkpoint(&key(), 1, 0));
                }
            }
            rows
        }

        fn renumber(&mut self) {
            (1..).zip(&mut self.lines).for_each(|(number, line)| line.0 = number);
        }

        fn check(mut self, anchors: &[Checkpoint]) -> Result<Verified, Finding> {
            let head = self.head.clone();
            verify(&key().verifying_key(), 1, &head, anchors, &mut self).map_err(|error| match error {
                VerifyError::Found(finding) => finding,
                VerifyError::Source(never) => match never {},
            })
        }
    }

    fn logs() -> impl Strategy<Value = Rows> {
        (2u64..700, proptest::collection::vec(1u64..700, 0..6)).prop_map(|(n, at)| Rows::written(n, &at))
    }

    fn found(seq: usize, what: Tampering) -> Result<Verified, Finding> {
        Err(Finding { seq: seq as u64 + 1, what })
    }

    proptest! {
        #[test]
        fn an_untouched_log_is_whole(rows in logs()) {
            let (events, signed) = (rows.lines.len() as u64, rows.windows.last().map_or(0, |w| w.checkpoint.size));
            let anchors: Vec<_> = rows.windows.iter().map(|window| window.checkpoint.clone()).collect();
            prop_assert_eq!(rows.check(&anchors), Ok(Verified { events, signed }));
        }

        #[test]
        fn every_change_is_named(mut rows in logs(), at: Index, other: Index, how in 0..6, renumber: bool) {
            let at = at.index(rows.lines.len());
            let expected = match how {
                0 => {
                    rows.lines[at].1.push(b'!');
                    found(at, Tampering::Edited)
                }
                1 => {
                    rows.lines.remove(at);
                    if renumber {
                        rows.renumber();
                    }
                    found(at, if at == rows.lines.len() { Tampering::Truncated } else { Tampering::Deleted })
                }
                2 => {
                    rows.lines.insert(at, (0, b"never happened".to_vec()));
                    rows.renumber();
                    found(at, Tampering::Inserted)
                }
                3 => {
                    // Within reach of the same or the next window.
                    let to = (at + 1 + other.index(EVENTS as usize)).min(rows.lines.len() - 1);
                    prop_assume!(to != at);
                    let moved = std::mem::take(&mut rows.lines[at].1);
                    rows.lines[at].1 = std::mem::replace(&mut rows.lines[to].1, moved);
                    found(at, Tampering::Reordered)
                }
                4 => {
                    rows.lines.truncate(at);
                    found(at, Tampering::Truncated)
                }
                _ => {
                    let end = rows.lines.len();
                    rows.lines.push((end as u64 + 1, b"never happened".to_vec()));
                    found(end, Tampering::Inserted)
                }
            };
            prop_assert_eq!(rows.check(&[]), expected);
        }

        #[test]
        fn a_forger_without_the_key_is_caught_at_the_checkpoint(mut rows in logs(), at: Index) {
            prop_assume!(!rows.windows.is_empty());
            let at = at.index(rows.windows.last().map_or(0, |w| w.checkpoint.size as usize));
            // The line and everything that can be computed from it, in every window after it.
            rows.lines[at].1.push(b'!');
            let forged = leaf_hash(&rows.lines[at].1);
            let mut start = 0;
            let mut window_start = None;
            let mut tree = Tree::default();
            for window in &mut rows.windows {
                if let Some(leaf) = at.checked_sub(start).and_then(|at| window.leaves.get_mut(at)) {
                    *leaf = forged;
                    window_start = Some(start);
                }
                window.leaves.iter().for_each(|leaf| tree.push(*leaf));
                window.checkpoint.root = tree.root();
                start = window.checkpoint.size as usize;
            }
            prop_assert_eq!(rows.check(&[]), found(window_start.unwrap(), Tampering::Checkpoint));
        }

        #[test]
        fn a_checkpoint_kept_elsewhere_shows_what_nothing_inside_can(rows in logs(), back: Index) {
            let Some(anchor) = rows.windows.last().map(|window| window.checkpoint.clone()) else { return Ok(()) };
            // The whole log put back to an older state of itself.
            let older = back.index(anchor.size as usize) as u64;
            let at: Vec<u64> = rows.windows.iter().map(|window| window.checkpoint.size).collect();
            let older = Rows::written(older, &at);
            prop_assert!(older.clone().check(&[]).is_ok());
            let signed = older.windows.last().map_or(0, |window| window.checkpoint.size);
            prop_assert_eq!(older.check(std::slice::from_ref(&anchor)), found(signed as usize, Tampering::Truncated));
            // Or another log altogether, signed with the same key.
            let mut replaced = Rows { lines: Vec::new(), windows: Vec::new(), head: Head::default() };
            for seq in 1..=anchor.size {
                replaced.head.push(b"another", 0);
                replaced.lines.push((seq, b"another".to_vec()));
                if at.contains(&seq) {
                    replaced.windows.push(replaced.head.checkpoint(&key(), 1, 0));
                }
            }
            prop_assert_eq!(replaced.check(&[anchor]), found(0, Tampering::Replaced));
        }
    }

    #[test]
    fn a_missing_checkpoint_is_noticed() {
        let mut rows = Rows::written(30, &[10, 20]);
        rows.windows.remove(0);
        assert_eq!(rows.check(&[]), found(0, Tampering::Checkpoint));
        let mut rows = Rows::written(30, &[10, 20]);
        rows.windows.pop();
        assert_eq!(rows.check(&[]), found(10, Tampering::Checkpoint));
    }

    #[test]
    fn another_clinics_checkpoints_do_not_fit() {
        let mut rows = Rows::written(30, &[10]);
        let head = rows.head.clone();
        assert!(verify(&key().verifying_key(), 2, &head, &[], &mut rows).is_err());
    }
}
