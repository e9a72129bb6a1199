//! One subject per file: small files, and tests in proportion.

use super::files::File;

const MEDIAN_MAX: usize = 150;
const P95_MAX: usize = 500;
const LINES_MAX: usize = 800;
/// Lines of code in tests for each in the product: what is aimed at, and what is held. The second may only be
/// raised, until it is the first.
const TESTS_AIM: f64 = 0.8;
const TESTS_MIN: f64 = 0.45;

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

    let mut product: Vec<usize> = source.iter().map(|file| file.product().count()).filter(|lines| *lines > 0).collect();
    product.sort_unstable();
    let (median, p95) = (at(&product, 0.5), at(&product, 0.95));
    let whole = lines(&source);
    let ratio = whole.ratio();
    println!("sizes: {whole} in {} files, median {median}, p95 {p95}", product.len());
    for part in parts(&source).filter(|(_, lines)| lines.ratio() < TESTS_AIM) {
        println!("       {}: {}", part.0, part.1);
    }
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

/// Lines of code in the product and in tests; comments are not counted on either side.
#[derive(Default)]
struct Lines {
    product: usize,
    tests: usize,
}

impl Lines {
    fn ratio(&self) -> f64 {
        self.tests as f64 / self.product.max(1) as f64
    }
}

impl std::fmt::Display for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} lines of product, {} of tests, {:.2} to one", self.product, self.tests, self.ratio())
    }
}

fn lines(files: &[&File]) -> Lines {
    files.iter().fold(Lines::default(), |sum, file| {
        let product = File::count_code(file.product().map(|(_, line)| line));
        let all = File::count_code(file.text.lines());
        Lines { product: sum.product + product, tests: sum.tests + all - product }
    })
}

/// Each crate by itself, so that one sees where tests are missing.
fn parts<'f>(files: &[&'f File]) -> impl Iterator<Item = (&'f str, Lines)> {
    let mut parts: std::collections::BTreeMap<&str, Vec<&File>> = std::collections::BTreeMap::new();
    for file in files {
        parts.entry(file.crate_name()).or_default().push(file);
    }
    parts.into_iter().map(|(name, files)| (name, lines(&files)))
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

    fn many(count: usize) -> String {
        "x\n".repeat(count)
    }

    fn check_pair(product: usize, tests: usize) -> Vec<String> {
        check(&[file("crates/a/src/lib.rs", &many(product)), file("crates/a/tests/all.rs", &many(tests))])
    }

    #[test]
    fn small_files_with_tests_pass() {
        assert_eq!(check_pair(100, 80), [""; 0]);
    }

    #[test]
    fn too_few_tests_fail() {
        assert_eq!(check_pair(100, 44).len(), 1);
    }

    #[test]
    fn long_files_fail_unless_generated() {
        assert_eq!(check_pair(801, 700).iter().filter(|line| line.contains("801")).count(), 3);
        let generated = format!("// Made by `cargo xtask x`\n{}", many(5000));
        assert!(check(&[file("crates/a/src/table.rs", &generated)]).iter().all(|line| !line.contains("5001")));
    }

    #[test]
    fn fractions_of_sorted_values() {
        assert_eq!(at(&[1, 2, 3, 4, 100], 0.5), 3);
        assert_eq!(at(&[1, 2, 3, 4, 100], 0.95), 100);
        assert_eq!(at(&[], 0.5), 0);
    }
}
