//! The proof that an actor may do something, made by [`crate::decide`] alone.

use std::marker::PhantomData;

use crate::{Action, Actor};

mod sealed {
    pub trait Sealed {
        const WRITES: bool;
    }
}

/// What a permit is for: [`Read`] or [`Write`].
pub trait Right: sealed::Sealed {}

/// May read, search, and see history.
#[derive(Debug, Clone, Copy)]
pub enum Read {}
/// May append versions.
#[derive(Debug, Clone, Copy)]
pub enum Write {}

impl sealed::Sealed for Read {
    const WRITES: bool = false;
}
impl sealed::Sealed for Write {
    const WRITES: bool = true;
}
impl Right for Read {}
impl Right for Write {}

pub(crate) fn writes<R: Right>() -> bool {
    R::WRITES
}

/// The proof that `actor` may do `action` with resources of some types. Cannot be built outside this crate.
#[derive(Debug, Clone)]
pub struct Permit<R: Right> {
    actor: Actor,
    action: Action,
    /// Sorted.
    types: Vec<&'static str>,
    right: PhantomData<R>,
}

impl<R: Right> Permit<R> {
    pub(crate) fn new(actor: Actor, action: Action, mut types: Vec<&'static str>) -> Self {
        types.sort_unstable();
        Self { actor, action, types, right: PhantomData }
    }

    /// Who.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What for; the word that stands in the audit line.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// Whether resources of this type are covered. Rows of other types must not be shown, counted,
    /// joined through, or sorted by.
    #[must_use]
    pub fn covers(&self, resource_type: &str) -> bool {
        self.types.binary_search(&resource_type).is_ok()
    }

    /// The types covered, sorted.
    #[must_use]
    pub fn types(&self) -> &[&'static str] {
        &self.types
    }
}

/// Refused, with the sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{actor} may not {action} {resource_type}")]
pub struct Denied {
    /// Actor id.
    pub actor: String,
    /// What was asked.
    pub action: &'static str,
    /// On what.
    pub resource_type: String,
}
