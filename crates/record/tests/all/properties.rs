//! What must hold for any bytes sent as a bundle. Run on seeds and their mutations here, and by `bundle` in `fuzz/`.

use record::bundle::parse::{Kind, count_entries, parse};

/// So few that seeds and what is made of them lie on both sides.
const ENTRIES_MAX: usize = 3;

/// Reading ends and says the same of the same; no entry is lost or comes twice, none is more than may be, and what is
/// read of a transaction is all of it.
pub(crate) fn bundle(data: &[u8]) {
    let read = parse(data, ENTRIES_MAX);
    assert_eq!(format!("{:?}", parse(data, ENTRIES_MAX)), format!("{read:?}"));
    let counted = count_entries(data);
    let Ok((kind, entries)) = read else { return };
    assert!(counted <= ENTRIES_MAX && entries.len() <= ENTRIES_MAX, "{counted} counted, {} read", entries.len());
    for (at, entry) in entries.iter().enumerate() {
        match entry {
            Ok(entry) => assert_eq!(entry.index, at),
            Err(_) => assert_eq!(kind, Kind::Batch, "a transaction with a bad entry is none"),
        }
    }
}
