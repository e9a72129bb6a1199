//! Every third party has its reason beside it, and is used.

use super::files::File;

/// One line that declares a dependency.
struct Declared {
    path: String,
    line: usize,
    name: String,
    reason: bool,
    ours: bool,
}

/// Every declaration of the tree.
fn read(files: &[File]) -> Vec<Declared> {
    let ours: Vec<&str> =
        files.iter().filter_map(|file| file.path.strip_suffix("/Cargo.toml")?.rsplit('/').next()).collect();
    files.iter().filter(|file| file.path.ends_with("Cargo.toml")).flat_map(|file| declared(file, &ours)).collect()
}

fn declared(file: &File, ours: &[&str]) -> Vec<Declared> {
    let mut inside = false;
    let mut above = "";
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies");
        } else if inside && !line.starts_with('#') && line.contains('=') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default().trim_matches('"').to_owned();
            let reason = line.contains("# ") || above.starts_with("# ");
            found.push(Declared {
                path: file.path.clone(),
                line: index + 1,
                ours: ours.contains(&&*name),
                reason,
                name,
            });
        }
        above = line;
    }
    found
}

pub(super) fn check(files: &[File]) -> Vec<String> {
    let declared = read(files);
    let mut complaints = Vec::new();
    for dependency in &declared {
        let place = format!("{}:{}: {}", dependency.path, dependency.line, dependency.name);
        if dependency.path == "Cargo.toml" {
            let used = |other: &Declared| other.path != "Cargo.toml" && other.name == dependency.name;
            if !declared.iter().any(used) {
                complaints.push(format!("{place}: declared for all, used by none"));
            }
            continue;
        }
        if !dependency.ours && !dependency.reason {
            complaints.push(format!("{place}: why is it there? say so beside it"));
        }
        let folder = dependency.path.trim_end_matches("Cargo.toml");
        let name = dependency.name.replace('-', "_");
        if !files
            .iter()
            .any(|file| file.path.starts_with(folder) && file.has_extension(&["rs"]) && names(&file.text, &name))
        {
            complaints.push(format!("{place}: declared but never named in the crate"));
        }
    }
    complaints
}

/// True where `name` stands as a whole word.
fn names(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(word) && !text[at + name.len()..].chars().next().is_some_and(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    fn check_one(manifest: &str, source: &str) -> Vec<String> {
        let files = [
            file("crates/a/Cargo.toml", &format!("[package]\nname = \"a\"\n[dependencies]\n{manifest}\n")),
            file("crates/b/Cargo.toml", "[package]\n"),
            file("crates/a/src/lib.rs", source),
        ];
        check(&files)
    }

    #[test]
    fn a_reason_stands_beside_or_above() {
        assert_eq!(check_one("serde.workspace = true # talks", "use serde::X;"), [""; 0]);
        assert_eq!(check_one("# talks\nserde = \"1\"", "use serde::X;"), [""; 0]);
        assert_eq!(check_one("serde = \"1\"", "use serde::X;").len(), 1);
    }

    #[test]
    fn our_own_need_no_reason_but_must_be_used() {
        assert_eq!(check_one("b.workspace = true", "use b::X;"), [""; 0]);
        assert_eq!(check_one("b.workspace = true", "use bb::X;").len(), 1);
    }

    #[test]
    fn dashes_are_underscores_in_source() {
        assert_eq!(check_one("tower-http = \"1\" # limits", "tower_http::limit"), [""; 0]);
    }

    #[test]
    fn what_the_workspace_declares_somebody_uses() {
        let files = [file("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n"), file("crates/a/Cargo.toml", "")];
        assert_eq!(check(&files), ["Cargo.toml:2: serde: declared for all, used by none"]);
    }
}
