//! Files → items.

use std::io::{BufRead, Read};

use super::patients::List;
use super::prepare::Item;

/// A line longer than this is no resource.
const LINE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The lines of an NDJSON file; empty ones are no items but count.
pub fn ndjson(mut source: impl BufRead + Send + 'static) -> impl Iterator<Item = (u64, Item)> + Send + 'static {
    let mut number = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            number += 1;
            let mut line = Vec::new();
            match (&mut source).take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line) {
                Ok(0) => ended = true,
                Ok(read) if read > LINE_BYTES_MAX => {
                    // What follows is the rest of this line, not another.
                    ended = true;
                    return Some((
                        number,
                        Item::Bad("the line is longer than 2 MB; what follows was not read".to_owned()),
                    ));
                }
                Ok(_) if line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => return Some((number, Item::Resource(line))),
                Err(error) => {
                    ended = true;
                    return Some((number, Item::Bad(format!("the file cannot be read on: {error}"))));
                }
            }
        }
        None
    })
}

/// The rows of a patient list.
pub fn patients(list: &List) -> impl Iterator<Item = (u64, Item)> + Send + 'static {
    list.rows().map(|row| match row {
        Ok(row) => (row.line, Item::Patient(Box::new(row))),
        Err(bad) => (bad.line, Item::Bad(bad.reason)),
    })
}

/// A JSON file: a bundle, or one resource.
#[must_use]
pub fn json(text: Vec<u8>) -> Item {
    let head = &text[..text.len().min(400)];
    let is_bundle =
        String::from_utf8_lossy(head).split_whitespace().collect::<String>().contains(r#""resourceType":"Bundle""#);
    if is_bundle { Item::Bundle(text) } else { Item::Resource(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_as_an_editor_does() {
        let lines: Vec<u64> = ndjson(&b"{\"a\":1}\n\n  \n{}\n{}"[..]).map(|(at, _)| at).collect();
        assert_eq!(lines, [1, 4, 5]);
        let long = [vec![b'x'; LINE_BYTES_MAX + 5], b"\n{}".to_vec()].concat();
        assert!(matches!(ndjson(std::io::Cursor::new(long)).collect::<Vec<_>>().as_slice(), [(1, Item::Bad(_))]));
    }

    #[test]
    fn a_bundle_is_known_by_its_head() {
        assert!(matches!(json(b"{\n \"resourceType\" : \"Bundle\",".to_vec()), Item::Bundle(_)));
        assert!(matches!(json(b"{\"resourceType\":\"Patient\"}".to_vec()), Item::Resource(_)));
    }
}
