//! The proof that an actor may do something, made by [`crate::decide`] alone.

use std::marker::PhantomData;

use crate::{Action, Actor};

mod sealed {
    pub trait Sealed {}
}

/// What a permit is for: [`Read`] or [`Write`].
pub trait Right: sealed::Sealed {}

/// May read, search, and see history.
#[derive(Debug, Clone, Copy)]
pub enum Read {}
/// May append versions.
#[derive(Debug, Clone, Copy)]
pub enum Write {}

impl sealed::Sealed for Read {}
impl sealed::Sealed for Write {}
impl Right for Read {}
impl Right for Write {}

/// The proof that `actor` may do `action` with resources of some types. Cannot be built outside this crate.
#[derive(Debug, Clone)]
pub struct Permit<R: Right> {
    actor: Actor,
    action: Action,
    types: Types,
    right: PhantomData<R>,
}

#[derive(Debug, Clone)]
pub(crate) enum Types {
    All,
    Only(Vec<String>),
}

impl<R: Right> Permit<R> {
    pub(crate) fn new(actor: Actor, action: Action, types: Types) -> Self {
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
        match &self.types {
            Types::All => true,
            Types::Only(types) => types.iter().any(|t| t == resource_type),
        }
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
