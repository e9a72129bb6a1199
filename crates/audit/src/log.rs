//! The growing end of a log: the tree so far and the leaves since the last checkpoint.

use ed25519_dalek::SigningKey;

use crate::checkpoint::{Checkpoint, EVENTS, INTERVAL_MS};
use crate::tree::{Hash, Tree, leaf_hash};

/// The end of a log, kept with every change of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The tree over all events.
    pub tree: Tree,
    /// Leaf hashes of the events since the last checkpoint.
    pub leaves: Vec<Hash>,
    /// When the first of those was added, ms since 1970 UTC.
    pub since: i64,
}

/// A checkpoint with the leaf hashes since the one before. The signature puts the list beyond doubt, and so an
/// event that was changed afterwards can be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The signed statement.
    pub checkpoint: Checkpoint,
    /// One per event, oldest first.
    pub leaves: Vec<Hash>,
}

impl Head {
    /// Adds an event's line; its number, from 1.
    pub fn push(&mut self, line: &[u8], at: i64) -> u64 {
        if self.leaves.is_empty() {
            self.since = at;
        }
        let leaf = leaf_hash(line);
        self.leaves.push(leaf);
        self.tree.push(leaf);
        self.tree.size()
    }

    /// Whether a checkpoint is to be taken now.
    #[must_use]
    pub fn is_due(&self, now_ms: i64) -> bool {
        let waiting = self.leaves.len() as u64;
        // A clock set back must not put checkpoints off.
        waiting >= EVENTS || (waiting > 0 && !(0..INTERVAL_MS).contains(&(now_ms - self.since)))
    }

    /// Takes a checkpoint of all events so far.
    pub fn checkpoint(&mut self, key: &SigningKey, clinic: u32, now_ms: i64) -> Window {
        let checkpoint = Checkpoint::sign(key, clinic, &self.tree, now_ms);
        Window { checkpoint, leaves: std::mem::take(&mut self.leaves) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_due_by_count_and_by_time() {
        let mut head = Head::default();
        assert!(!head.is_due(1_000_000));
        head.push(b"first", 1_000);
        assert!(!head.is_due(1_000 + INTERVAL_MS - 1));
        assert!(head.is_due(1_000 + INTERVAL_MS));
        assert!(head.is_due(0), "the clock was set back");
        for _ in 1..EVENTS {
            assert!(!head.is_due(1_000));
            head.push(b"more", 1_000);
        }
        assert!(head.is_due(1_000));
        let window = head.checkpoint(&SigningKey::from_bytes(&[1; 32]), 1, 1_000);
        assert_eq!((window.checkpoint.size, window.leaves.len() as u64), (EVENTS, EVENTS));
        assert!(!head.is_due(1_000 + INTERVAL_MS));
    }
}
