//! Whether a resource is what the standard says: structure, cardinality, values, required codes, references,
//! invariants, narrative, and the JP Core profiles it claims.
//!
//! One walk over the JSON along the tables of [`crate::tables`]; it allocates only where it finds something.

mod narrative;
mod path;
mod primitive;
mod profile;
mod rules;
mod time;
mod walk;

use crate::outcome::Issue;
use crate::resource::Resource;

/// How strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What R4 calls an error is one.
    Strict,
    /// Errors of content are warnings, for what comes from elsewhere and must not be lost. What no reader could
    /// make sense of (another shape of JSON) or what could run in a page stays an error.
    Warn,
}

/// More findings than this in one resource help nobody.
const ISSUES_MAX: usize = 100;

/// Everything found, in the order of the resource. No [`Issue::is_error`] among them: it may be stored.
#[must_use]
pub fn validate(resource: &Resource, mode: Mode) -> Vec<Issue> {
    walk::Walk::new(mode, resource).run(resource)
}

#[cfg(test)]
mod tests;
