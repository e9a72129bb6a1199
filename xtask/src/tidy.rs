//! `cargo xtask tidy`: properties of the source tree that no compiler checks.
//!
//! Each check takes what it looks at as a value and gives complaints, one line each with the place
//! first; nothing here repairs anything.

mod advisories;
mod edges;
mod files;
mod generated;
mod licences;
mod manifests;
mod packages;
mod purity;
mod sizes;
mod words;

use crate::run::Done;

/// Runs every check and prints all complaints at once.
pub(crate) fn tidy() -> Done {
    let files = files::read()?;
    let packages = packages::read()?;
    let manifests = manifests::read(&files)?;
    let mut complaints = Vec::new();
    complaints.extend(edges::check(&files, &packages));
    complaints.extend(manifests::check(&manifests, &files));
    complaints.extend(purity::check(&files));
    complaints.extend(sizes::check(&files));
    complaints.extend(words::check(&files));
    complaints.extend(generated::check(&files));
    complaints.extend(licences::check(&packages));
    complaints.extend(licences::check_page(&files));
    complaints.extend(advisories::check(&files, &packages));
    if complaints.is_empty() {
        println!("tidy: {} files, {} packages, nothing to say", files.len(), packages.len());
        return Ok(());
    }
    complaints.sort();
    Err(format!("{}\ntidy: {} complaints", complaints.join("\n"), complaints.len()))
}
