//! How things are written in a rule set.

use std::fmt::Write as _;

use crate::boxes::{Range, address};

/// The longest comment the kernel keeps, in bytes.
const COMMENT_MAX: usize = 127;

/// A range of addresses: one, a prefix, or from-to.
pub(super) fn addresses(range: Range, v6: bool) -> String {
    let (first, last) = range;
    let width = if v6 { 128 } else { 32 };
    let free = (first ^ last).checked_add(1).map_or(width, u128::trailing_zeros);
    // A prefix: the ends differ in low bits only, which are all zero in the first and all one in the last.
    let mask = if free >= 128 { u128::MAX } else { (1 << free) - 1 };
    if first == last {
        address(first, v6).to_string()
    } else if first ^ last == mask && first & mask == 0 {
        format!("{}/{}", address(first, v6), width - free)
    } else {
        format!("{}-{}", address(first, v6), address(last, v6))
    }
}

/// A range of ports.
pub(super) fn ports((first, last): Range) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// A comment as the kernel keeps it: short, and without what would end it.
pub(super) fn comment(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c == '"' || c == '\\' || c.is_control() { ' ' } else { c }).collect();
    let mut end = clean.len().min(COMMENT_MAX);
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    format!("comment \"{}\"", &clean[..end])
}

/// A line of explanation above a chain: the whole text, on one line.
pub(super) fn remark(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `{ "lan1", "lan2" }`, or the only one.
pub(super) fn one_of(items: &[String]) -> String {
    if let [only] = items { only.clone() } else { format!("{{ {} }}", items.join(", ")) }
}

/// An interface's name in quotes. What cannot be part of one is left out: the name then matches nothing, which is
/// safe.
pub(super) fn quoted(interface: &str) -> String {
    let clean: String = interface.chars().filter(|c| !matches!(c, '"' | '\\' | '*') && !c.is_control()).collect();
    format!("\"{clean}\"")
}

/// Text that grows line by line, indented inside braces.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    depth: usize,
}

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        let indent = self.depth * 4;
        // Writing to a String cannot fail.
        let _ = if line.is_empty() { writeln!(self.text) } else { writeln!(self.text, "{:indent$}{line}", "") };
    }

    /// `head { … }`.
    pub(super) fn block(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line("}");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_as_people_write_them() {
        for (range, v6, text) in [
            ((0x0a00_0001, 0x0a00_0001), false, "10.0.0.1"),
            ((0x0a00_0000, 0x0a00_00ff), false, "10.0.0.0/24"),
            ((0x0a00_0001, 0x0a00_0002), false, "10.0.0.1-10.0.0.2"),
            ((0, 0xffff_ffff), false, "0.0.0.0/0"),
            ((0, u128::MAX), true, "::/0"),
            ((0xfe80 << 112, (0xfec0 << 112) - 1), true, "fe80::/10"),
            ((1, 2), true, "::1-::2"),
        ] {
            assert_eq!(addresses(range, v6), text);
        }
    }

    #[test]
    fn a_comment_cannot_end_itself_or_split_a_character() {
        assert_eq!(comment("a\"b\nc"), "comment \"a b c\"");
        let long = comment(&"電".repeat(60));
        assert_eq!(long, format!("comment \"{}\"", "電".repeat(42)));
        assert_eq!(quoted("eth\"0*"), "\"eth0\"");
    }
}
