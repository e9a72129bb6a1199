//! Files made by a program say so, and it is known which command makes them again.

use super::files::File;

/// Where generated files stand, how they end, and the command that makes them.
const MADE: [(&str, &str, &str); 4] = [
    ("Cargo.lock", "", "cargo"),
    ("crates/fhir/src/tables/", ".txt", "cargo xtask fhir-tables"),
    ("web/src/data/api.generated.ts", "", "cargo xtask openapi"),
    ("web/openapi.json", "", "cargo xtask openapi"),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    files.iter().filter_map(complaint).collect()
}

fn complaint(file: &File) -> Option<String> {
    let made = MADE.iter().find(|(path, end, _)| file.path.starts_with(path) && file.path.ends_with(end));
    match made {
        None if file.is_generated() => {
            Some(format!("{}: marked as generated, but tidy knows no command that makes it", file.path))
        }
        // JSON has no place for a mark.
        Some((_, _, command)) if !file.is_generated() && !file.has_extension(&["json"]) => {
            Some(format!("{}: made by `{command}` but not marked as generated", file.path))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    #[test]
    fn marks_and_commands_go_together() {
        let marked = "// Made by `cargo xtask something`\n";
        assert_eq!(check(&[file("crates/fhir/src/tables/types.txt", marked)]), [""; 0]);
        assert_eq!(check(&[file("crates/fhir/src/tables/types.rs", "fn x() {}")]), [""; 0]);
        assert_eq!(check(&[file("crates/store/src/made.rs", marked)]).len(), 1);
        assert_eq!(check(&[file("web/src/data/api.generated.ts", "export type X = 1;\n")]).len(), 1);
        assert_eq!(check(&[file("web/src/data/api.generated.ts", marked)]), [""; 0]);
    }
}
