//! How things are written in a rule set.

/// The longest comment the kernel keeps, in bytes.
const COMMENT_MAX: usize = 127;

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

/// Text that grows line by line, indented inside braces by a tab, as `nft` itself does it.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    depth: usize,
}

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        self.text.push_str(line);
        self.text.push('\n');
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
    fn a_comment_cannot_end_itself_or_split_a_character() {
        assert_eq!(comment("a\"b\nc"), "comment \"a b c\"");
        let long = comment(&"電".repeat(60));
        assert_eq!(long, format!("comment \"{}\"", "電".repeat(42)));
        assert_eq!(quoted("eth\"0*"), "\"eth0\"");
    }
}
