//! What no file of ours may say.

use super::files::File;

/// A word and why not. Split, so that this table does not find itself.
const EVERYWHERE: [(&str, &str); 16] = [
    (concat!("//cra", "tes.io"), "a registry's host"),
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/Us", "ers/"), "a path of one machine"),
    (concat!("index.cra", "tes.io"), "a registry's host"),
    (concat!("static.cra", "tes.io"), "a registry's host"),
    (concat!("registry.npm", "js"), "a registry's host"),
    (concat!("deb.deb", "ian.org"), "a registry's host"),
    (concat!("pyth", "onhosted"), "a registry's host"),
    (concat!("py", "pi.org"), "a registry's host"),
    (concat!("// FIX", "ME"), "finish it or write down what is missing where it is decided"),
    (concat!("// TO", "DO"), "finish it or write down what is missing where it is decided"),
    (concat!("// X", "XX"), "finish it or write down what is missing where it is decided"),
    (concat!("<<<<", "<<<"), "a merge left half done"),
    (concat!(">>>>", ">>>"), "a merge left half done"),
];

/// The same, in Rust only.
const RUST: [(&str, &str); 4] = [
    (concat!("#[all", "ow("), "use #[expect(…, reason = …)]: it tells when it is no longer needed"),
    (concat!("#![all", "ow("), "use #![expect(…, reason = …)]: it tells when it is no longer needed"),
    (concat!("to", "do!("), "no stubs"),
    (concat!("unimple", "mented!("), "no stubs"),
];

/// Written by package managers, with whatever they need in it.
const LOCKS: [&str; 1] = ["Cargo.lock"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !LOCKS.contains(&file.path.as_str())) {
        let rust: &[(&str, &str)] = if file.has_extension(&["rs"]) { &RUST } else { &[] };
        for (number, line) in file.text.lines().enumerate() {
            for (word, why) in EVERYWHERE.iter().chain(rust).filter(|(word, _)| line.contains(word)) {
                complaints.push(format!("{}:{}: {word} ({why})", file.path, number + 1));
            }
        }
        if file.has_extension(&["rs"]) {
            complaints.extend(unexplained(file));
        }
    }
    complaints
}

/// An expected lint without its reason, which may stand on a later line of the attribute.
fn unexplained(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().map(str::trim_start).collect();
    let opens = |line: &str| line.starts_with("#[expect(") || line.starts_with("#![expect(");
    let explained = |at: usize| {
        let end = lines[at..].iter().position(|line| line.ends_with(")]")).unwrap_or(0);
        lines[at..=at + end].iter().any(|line| line.contains("reason"))
    };
    let bare = (0..lines.len()).filter(|at| opens(lines[*at]) && !explained(*at));
    bare.map(|at| format!("{}:{}: an expected lint without a reason", file.path, at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    #[test]
    fn machine_paths_fail_anywhere_but_in_locks() {
        let text = concat!("see /ro", "ot/x\n");
        assert_eq!(check(&[file("docs/a.md", text)]).len(), 1);
        assert_eq!(check(&[file("Cargo.lock", text)]).len(), 0);
    }

    #[test]
    fn lints_are_expected_with_a_reason() {
        let attribute = |inside: &str| format!("#[expect({inside})]\n");
        assert_eq!(check(&[file("a.rs", &attribute("clippy::exit"))]).len(), 1);
        assert_eq!(check(&[file("a.rs", &attribute("clippy::exit,\n reason = \"it ends\""))]).len(), 0);
        assert_eq!(check(&[file("a.rs", concat!("#[all", "ow(dead_code)]"))]).len(), 1);
    }

    #[test]
    fn this_table_does_not_find_itself() {
        let here = file("xtask/src/tidy/words.rs", include_str!("words.rs"));
        assert_eq!(check(&[here]), [""; 0]);
    }
}
