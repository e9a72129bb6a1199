//! How many tests ran, read from what the runners print last.

use std::ops::AddAssign;

/// Tests that passed, failed, and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; …`, once per test binary.
pub(crate) fn cargo(text: &str) -> Count {
    let mut count = Count::default();
    for line in text.lines().filter_map(|line| line.split_once("test result: ")) {
        count += words(line.1, "ignored");
    }
    count
}

/// Vitest, for units and in the browser: `      Tests  1 failed | 12 passed | 2 skipped (15)`.
pub(crate) fn vitest(text: &str) -> Count {
    let text = plain(text);
    let line = text.lines().rev().find_map(|line| line.trim_start().strip_prefix("Tests "));
    line.map(|line| words(line, "skipped")).unwrap_or_default()
}

/// Numbers by the word that follows them.
fn words(line: &str, left_out: &str) -> Count {
    let mut count = Count::default();
    let words: Vec<&str> = line.split([' ', ';', ',', '|']).filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<u64>() else { continue };
        match pair[1] {
            "passed" => count.passed += number,
            "failed" => count.failed += number,
            word if word == left_out => count.skipped += number,
            _ => {}
        }
    }
    count
}

/// Without the terminal's colours.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        let code = &rest[start + 2..];
        rest = code.find(|c: char| c.is_ascii_alphabetic()).map_or("", |end| &code[end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64, skipped: u64) -> Count {
        Count { passed, failed, skipped }
    }

    #[test]
    fn cargo_test_is_summed_over_binaries() {
        let text = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s\n\
                    test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(cargo(text), count(6, 1, 1));
        assert_eq!(cargo("error: could not compile"), count(0, 0, 0));
    }

    #[test]
    fn vitest_is_read_with_and_without_colours() {
        assert_eq!(vitest(" Test Files  2 passed (2)\n      Tests  12 passed (12)\n"), count(12, 0, 0));
        assert_eq!(vitest(" Tests  1 failed | 12 passed | 2 skipped (15)"), count(12, 1, 2));
        assert_eq!(
            vitest("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m\u{1b}[22m (7)"),
            count(7, 0, 0)
        );
        assert_eq!(vitest(" Test Files  2 passed (2)"), count(0, 0, 0));
    }
}
