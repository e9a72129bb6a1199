//! The tree as git knows it, new files included.

use std::path::Path;

use crate::run::{Done, command, read as read_output, root};

/// One text file: its path from the root with `/`, and what it says.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// Every tracked or not ignored file that is text.
pub(super) fn read() -> Done<Vec<File>> {
    let list = read_output(&mut command("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]))?;
    Ok(list.split('\0').filter(|path| !path.is_empty()).filter_map(|path| text(&root(), path)).collect())
}

fn text(root: &Path, path: &str) -> Option<File> {
    // A file deleted but not yet committed, or one that is not text, has nothing to say.
    let text = String::from_utf8(std::fs::read(root.join(path)).ok()?).ok()?;
    (!text.contains('\0')).then(|| File { path: path.into(), text })
}

impl File {
    pub(super) fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }

    /// Made by a program: the mark stands in the first lines.
    pub(super) fn is_generated(&self) -> bool {
        self.text.lines().take(5).any(|line| line.contains(MARK))
    }

    /// The crate or folder it belongs to: `store` for `crates/store/src/lib.rs`.
    pub(super) fn crate_name(&self) -> &str {
        let path = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        path.split('/').next().unwrap_or_default()
    }

    /// Lines before the tests inside the file begin, for Rust; every line otherwise.
    pub(super) fn product(&self) -> impl Iterator<Item = (usize, &str)> {
        let whole_is_test = self.is_test();
        let end = if whole_is_test { 0 } else { self.tests_begin() };
        self.text.lines().enumerate().take(end).map(|(number, line)| (number + 1, line))
    }

    /// A file that holds nothing but tests.
    pub(super) fn is_test(&self) -> bool {
        let path = &self.path;
        let name = path.rsplit('/').next().unwrap_or_default();
        path.contains("/tests/")
            || path.contains("/e2e/")
            || name == "tests.rs"
            || name.contains(".test.")
            || name.contains(".spec.")
    }

    /// Index of the first line of the inline tests, or the number of lines.
    pub(super) fn tests_begin(&self) -> usize {
        let lines: Vec<&str> = self.text.lines().collect();
        let begins = |at: usize| {
            lines[at].trim_start().starts_with("#[cfg(test)]")
                && lines[at + 1..].iter().find(|line| !line.trim_start().starts_with("#[")).is_some_and(|line| {
                    let line = line.trim_start();
                    // `mod tests;` puts the tests elsewhere; what follows is product.
                    line.starts_with("mod ") && line.ends_with('{')
                })
        };
        (0..lines.len()).find(|at| begins(*at)).unwrap_or(lines.len())
    }
}

/// Split so that this file is not taken for generated.
pub(super) const MARK: &str = concat!("@", "generated");

#[cfg(test)]
pub(super) fn file(path: &str, text: &str) -> File {
    File { path: path.into(), text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_ends_where_inline_tests_begin() {
        let inline = file("crates/a/src/lib.rs", "one\ntwo\n#[cfg(test)]\n#[expect(x)]\nmod tests {\n}\n");
        assert_eq!(inline.product().count(), 2);
        let elsewhere = file("crates/a/src/lib.rs", "one\n#[cfg(test)]\nmod tests;\nthree\n");
        assert_eq!(elsewhere.product().count(), 4);
        assert_eq!(file("crates/a/tests/all.rs", "one\n").product().count(), 0);
        assert_eq!(file("web/src/a.test.ts", "one\n").product().count(), 0);
    }

    #[test]
    fn crates_are_named_by_their_folder() {
        assert_eq!(file("crates/store/src/lib.rs", "").crate_name(), "store");
        assert_eq!(file("xtask/src/main.rs", "").crate_name(), "xtask");
    }

    #[test]
    fn the_tree_is_read() {
        let files = read().unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/tidy/files.rs" && !file.is_generated()));
    }
}
