//! One subject per file: small files, and tests in proportion.

use super::files::File;

const MEDIAN_MAX: usize = 150;
const P95_MAX: usize = 500;
const LINES_MAX: usize = 800;
/// Lines of tests for each line of product.
const TESTS_MIN: f64 = 0.8;

/// Files longer than [`LINES_MAX`], each with the reason that splitting would not help a reader.
const LONG: [(&str, &str); 0] = [];

const SOURCE: [&str; 6] = ["rs", "ts", "js", "mjs", "svelte", "css"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let source: Vec<&File> = files.iter().filter(|file| file.has_extension(&SOURCE) && !file.is_generated()).collect();
    let mut complaints: Vec<String> = source.iter().filter_map(|file| too_long(file)).collect();
    complaints.extend(
        LONG.iter()
            .filter(|(path, _)| !source.iter().any(|file| file.path == *path))
            .map(|(path, _)| format!("{path}: named as long, but not there")),
    );

    let total = |file: &File| file.text.lines().count();
    let mut product: Vec<usize> = source.iter().map(|file| file.product().count()).filter(|lines| *lines > 0).collect();
    product.sort_unstable();
    let (median, p95) = (at(&product, 0.5), at(&product, 0.95));
    let code: usize = product.iter().sum();
    let tests = source.iter().map(|file| total(file)).sum::<usize>() - code;
    let ratio = tests as f64 / code.max(1) as f64;
    println!(
        "sizes: {code} lines of product in {} files, median {median}, p95 {p95}; {tests} of tests, {ratio:.2} to one",
        product.len()
    );
    if median > MEDIAN_MAX {
        complaints.push(format!("sizes: the median file has {median} lines, more than {MEDIAN_MAX}"));
    }
    if p95 > P95_MAX {
        complaints.push(format!("sizes: 95 % of files have up to {p95} lines, more than {P95_MAX}"));
    }
    if ratio < TESTS_MIN {
        complaints.push(format!("sizes: {ratio:.2} lines of tests to one of product, fewer than {TESTS_MIN}"));
    }
    complaints
}

fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    let named = LONG.iter().any(|(path, reason)| *path == file.path && !reason.is_empty());
    (lines > LINES_MAX && !named)
        .then(|| format!("{}: {lines} lines, more than {LINES_MAX} without a named reason", file.path))
}

/// The value below which a fraction of sorted values lies.
fn at(sorted: &[usize], fraction: f64) -> usize {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * fraction).round() as usize).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    fn lines(count: usize) -> String {
        "x\n".repeat(count)
    }

    fn check_pair(product: usize, tests: usize) -> Vec<String> {
        check(&[file("crates/a/src/lib.rs", &lines(product)), file("crates/a/tests/all.rs", &lines(tests))])
    }

    #[test]
    fn small_files_with_tests_pass() {
        assert_eq!(check_pair(100, 80), [""; 0]);
    }

    #[test]
    fn too_few_tests_fail() {
        assert_eq!(check_pair(100, 79).len(), 1);
    }

    #[test]
    fn long_files_fail_unless_generated() {
        assert_eq!(check_pair(801, 700).iter().filter(|line| line.contains("801")).count(), 3);
        let generated = format!("// Made by `cargo xtask x`\n{}", lines(5000));
        assert!(check(&[file("crates/a/src/table.rs", &generated)]).iter().all(|line| !line.contains("5001")));
    }

    #[test]
    fn fractions_of_sorted_values() {
        assert_eq!(at(&[1, 2, 3, 4, 100], 0.5), 3);
        assert_eq!(at(&[1, 2, 3, 4, 100], 0.95), 100);
        assert_eq!(at(&[], 0.5), 0);
    }
}
