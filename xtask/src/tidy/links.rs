//! A document points at what is there.

use super::files::File;
use crate::run::root;

pub(super) fn check(files: &[File]) -> Vec<String> {
    check_with(files, |path| root().join(path).exists())
}

fn check_with(files: &[File], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.has_extension(&["md"])) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in file.text.lines().enumerate() {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
                let path = target.split('#').next().unwrap_or_default();
                let path = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
                if !exists(&path) {
                    complaints.push(format!("{}:{}: there is no {path}", file.path, number + 1));
                }
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
    fn links_lead_somewhere() {
        let there = |path: &str| ["docs/a.md", "README.md", "docs/screens/x.png"].contains(&path);
        let check = |path: &str, text: &str| check_with(&[file(path, text)], there);
        assert_eq!(
            check("README.md", "[a](docs/a.md#part) ![x](docs/screens/x.png) [w](https://x) [p](#part)"),
            [""; 0]
        );
        assert_eq!(check("docs/a.md", "[x](screens/x.png)\n[b](b.md)"), ["docs/a.md:2: there is no docs/b.md"]);
        assert_eq!(check("docs/a.rs", "[b](b.md)"), [""; 0]);
    }
}
