//! The standard's own rules (invariants) that a table of elements cannot say, written by hand.
//!
//! Left out: rules on the definition resources of the standard itself (StructureDefinition, TestScript …), which no
//! clinic writes, and dom-6 (a resource should have narrative), which would warn about every resource.

mod bundle;
mod clinical;
mod datatypes;
mod forms;
mod management;

use std::sync::LazyLock;

use super::path::Path;
use super::time;
use super::walk::Walk;
use crate::json::{Json, Object};
use crate::outcome::{IssueType, Severity};
use crate::search::time::span;
use crate::tables::{self, TypeId};

/// One rule.
struct Rule {
    /// The standard's key.
    key: &'static str,
    /// The type it is on.
    on: &'static str,
    /// What must hold.
    says: &'static str,
    /// Whether it does.
    holds: fn(&Object) -> bool,
    /// Whether breaking it is only worth a warning.
    is_advice: bool,
}

const fn rule(key: &'static str, on: &'static str, says: &'static str, holds: fn(&Object) -> bool) -> Rule {
    Rule { key, on, says, holds, is_advice: false }
}

const fn advice(key: &'static str, on: &'static str, says: &'static str, holds: fn(&Object) -> bool) -> Rule {
    Rule { key, on, says, holds, is_advice: true }
}

/// All rules.
fn all() -> impl Iterator<Item = &'static Rule> {
    let lists = [datatypes::RULES, clinical::RULES, management::RULES, forms::RULES, bundle::RULES];
    lists.into_iter().flatten()
}

/// The rules of each type, by [`TypeId::index`].
static BY_TYPE: LazyLock<Vec<Vec<&'static Rule>>> = LazyLock::new(|| {
    tables::structures().iter().map(|def| all().filter(|rule| rule.on == def.name).collect()).collect()
});

/// Checks the rules on one object.
pub(super) fn check(walk: &mut Walk<'_>, id: TypeId, object: &Object, path: &Path<'_>) {
    for rule in BY_TYPE[id.index()].iter().filter(|rule| !(rule.holds)(object)) {
        let text = format!("{} ({})", rule.says, rule.key);
        if rule.is_advice {
            walk.report(Severity::Warning, IssueType::Invariant, path, text);
        } else {
            walk.content(IssueType::Invariant, path, text);
        }
    }
}

/// Whether the element has a value or extensions (FHIRPath `exists()`).
pub(super) fn has(object: &Object, name: &str) -> bool {
    object.iter().any(|(own, _)| own.strip_prefix('_').unwrap_or(own) == name)
}

/// Whether one of the types of `name[x]` is there.
fn has_choice(object: &Object, name: &str) -> bool {
    let is_choice = |own: &str| {
        let rest = own.strip_prefix('_').unwrap_or(own).strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
    };
    object.iter().any(|(own, _)| is_choice(own))
}

/// The values of an element that is one or many; none when it is not there.
pub(super) fn items<'o>(object: &'o Object, name: &str) -> impl Iterator<Item = &'o Json> {
    object.get(name).map(Json::items).unwrap_or_default().iter()
}

/// The objects among [`items`].
pub(super) fn objects<'o>(object: &'o Object, name: &str) -> impl Iterator<Item = &'o Object> {
    items(object, name).filter_map(Json::as_object)
}

/// Whether a CodeableConcept has one of these codes of the system.
pub(super) fn is_coded(object: &Object, name: &str, system: &str, codes: &[&str]) -> bool {
    objects(object, name).flat_map(|concept| objects(concept, "coding")).any(|coding| {
        coding.str("system") == Some(system) && coding.str("code").is_some_and(|code| codes.contains(&code))
    })
}

/// Whether a `code` is one of these.
fn is_one_of(object: &Object, name: &str, codes: &[&str]) -> bool {
    object.str(name).is_some_and(|code| codes.contains(&code))
}

/// A decimal for comparing; what is no number has been reported already.
fn number(object: &Object, name: &str) -> Option<f64> {
    object.get(name)?.as_number()?.parse().ok()
}

/// False only when both are there and the first is certainly after the second.
fn is_in_order(object: &Object, first: &str, second: &str) -> bool {
    let (Some(first), Some(second)) = (object.str(first), object.str(second)) else { return true };
    if time::is_date(first) && time::is_date(second) {
        // Both in the same unknown zone: as far as both are written, the texts are in the order of the days.
        let len = first.len().min(second.len());
        return first[..len] <= second[..len];
    }
    // A day beside a moment: the day's zone is not known, so that it may begin and end up to a day elsewhere.
    let slack_ms = if time::is_date(first) || time::is_date(second) { 86_400_000 } else { 0 };
    match (span(first), span(second)) {
        (Some((first_low, _)), Some((_, second_high))) => first_low < second_high.saturating_add(slack_ms),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
