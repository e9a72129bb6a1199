//! Pure crates do no IO and read no clock: a seed then replays a failure.

use super::files::File;

const PURE: [&str; 7] = ["clinic", "fhir", "access", "audit", "network", "sync", "wifi"];

const IMPURE: [&str; 10] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "getrandom",
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.has_extension(&["rs"]) && file.path.contains("/src/")) {
        if !PURE.contains(&file.crate_name()) || !file.path.starts_with("crates/") {
            continue;
        }
        for (number, line) in file.product().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                complaints.push(format!("{}:{number}: {word} in a pure crate", file.path));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    #[test]
    fn pure_crates_stay_pure_outside_their_tests() {
        let reads = "let x = std::fs::read(p);\n";
        assert_eq!(check(&[file("crates/sync/src/lib.rs", reads)]).len(), 1);
        assert_eq!(check(&[file("crates/store/src/lib.rs", reads)]).len(), 0);
        assert_eq!(check(&[file("crates/sync/tests/all.rs", reads)]).len(), 0);
        assert_eq!(
            check(&[file("crates/sync/src/lib.rs", &format!("#[cfg(test)]\nmod tests {{\n{reads}}}"))]).len(),
            0
        );
        assert_eq!(check(&[file("crates/sync/src/lib.rs", "// no std::fs here\n")]).len(), 0);
    }
}
