//! Files made by a program say so, and it is known which command makes them again.

use super::files::File;

/// Where generated files may stand, and the command that makes them.
const MADE: [(&str, &str); 4] = [
    ("Cargo.lock", "cargo"),
    ("crates/fhir/src/tables/", "cargo xtask fhir-tables"),
    ("web/src/data/api.generated.ts", "cargo xtask openapi"),
    ("web/openapi.json", "cargo xtask openapi"),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is_generated()) {
        if !MADE.iter().any(|(path, _)| file.path.starts_with(path)) {
            complaints.push(format!("{}: marked as generated, but tidy knows no command that makes it", file.path));
        }
    }
    for (path, command) in MADE.iter().filter(|(path, _)| !path.ends_with(".json")) {
        for file in files.iter().filter(|file| file.path.starts_with(path) && !file.is_generated()) {
            complaints.push(format!("{}: made by `{command}` but not marked as generated", file.path));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    #[test]
    fn marks_and_commands_go_together() {
        let marked = "// Made by `cargo xtask something`\n";
        assert_eq!(check(&[file("crates/fhir/src/tables/types.rs", marked)]), [""; 0]);
        assert_eq!(check(&[file("crates/store/src/made.rs", marked)]).len(), 1);
        assert_eq!(check(&[file("web/src/data/api.generated.ts", "export type X = 1;\n")]).len(), 1);
        assert_eq!(check(&[file("web/src/data/api.generated.ts", marked)]), [""; 0]);
    }
}
