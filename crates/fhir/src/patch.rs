//! Patches: JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396), on values, all or nothing.

mod equal;
mod merge;
mod pointer;

pub use equal::equal;
pub use merge::merge_patch;

use crate::json::{Json, MAX_DEPTH, Object};
use pointer::{Pointer, Step};

/// A patch of more operations than this is no edit of a chart.
const OPERATIONS_MAX: usize = 10_000;

/// Bytes that `copy` may add in all: copying the whole into itself doubles it each time.
const COPIED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Why a patch was not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", operation.map(|index| format!("operation {index}: ")).unwrap_or_default())]
pub struct PatchError {
    /// Which operation, from 0; none when the patch as a whole is wrong.
    pub operation: Option<usize>,
    /// What is wrong.
    pub kind: PatchErrorKind,
}

/// What is wrong with a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatchErrorKind {
    /// Not an array of operations.
    #[error("a JSON Patch is an array of operations")]
    NotAPatch,
    /// A member is missing or of the wrong kind.
    #[error("needs the member {0:?}")]
    Member(&'static str),
    /// Not one of the six.
    #[error("the op is one of add, remove, replace, move, copy and test")]
    Op,
    /// Not a JSON Pointer (RFC 6901).
    #[error("{0} is not a JSON Pointer")]
    Pointer(&'static str),
    /// Nothing is there.
    #[error("nothing is at {0}")]
    NotFound(&'static str),
    /// `test` found another value.
    #[error("the value is not the one tested for")]
    TestFailed,
    /// A value cannot be moved into itself.
    #[error("a value cannot be moved into itself")]
    IntoItself,
    /// The whole document cannot be removed.
    #[error("the whole document cannot be removed")]
    RemovesAll,
    /// The result would be too deep or too large.
    #[error("the result would be too large")]
    TooLarge,
}

impl PatchErrorKind {
    /// Whether the document, not the patch, stands against it: another patch or a newer one may fit (HTTP 409/422
    /// rather than 400).
    #[must_use]
    pub fn is_about_the_document(self) -> bool {
        matches!(self, Self::NotFound(_) | Self::TestFailed)
    }
}

/// The document after all operations.
///
/// # Errors
/// The first operation that cannot be done, and why; nothing has been changed then.
pub fn json_patch(document: &Json, operations: &Json) -> Result<Json, PatchError> {
    let whole = |kind| PatchError { operation: None, kind };
    let operations = operations.as_array().ok_or_else(|| whole(PatchErrorKind::NotAPatch))?;
    if operations.len() > OPERATIONS_MAX {
        return Err(whole(PatchErrorKind::TooLarge));
    }
    let mut patched = Patched { document: document.clone(), copied_bytes: 0 };
    for (index, operation) in operations.iter().enumerate() {
        patched.apply(operation).map_err(|kind| PatchError { operation: Some(index), kind })?;
    }
    Ok(patched.document)
}

type Done<T = ()> = Result<T, PatchErrorKind>;

struct Patched {
    document: Json,
    copied_bytes: usize,
}

impl Patched {
    fn apply(&mut self, operation: &Json) -> Done {
        let operation = operation.as_object().ok_or(PatchErrorKind::NotAPatch)?;
        let op = operation.str("op").ok_or(PatchErrorKind::Member("op"))?;
        let path = pointer(operation, "path")?;
        match op {
            "add" => self.add(&path, value(operation)?.clone()),
            "remove" => self.remove(&path, "path").map(drop),
            "replace" => self.replace(&path, value(operation)?.clone()),
            "move" => {
                let from = pointer(operation, "from")?;
                if from.holds(&path) {
                    return Err(PatchErrorKind::IntoItself);
                }
                if from == path {
                    return from.find(&self.document).map(|_| ()).ok_or(PatchErrorKind::NotFound("from"));
                }
                let moved = self.remove(&from, "from")?;
                self.add(&path, moved)
            }
            "copy" => {
                let from = pointer(operation, "from")?;
                let found = from.find(&self.document).ok_or(PatchErrorKind::NotFound("from"))?;
                self.copied_bytes += bytes(found);
                if self.copied_bytes > COPIED_BYTES_MAX {
                    return Err(PatchErrorKind::TooLarge);
                }
                let copied = found.clone();
                self.add(&path, copied)
            }
            "test" => {
                let found = path.find(&self.document).ok_or(PatchErrorKind::NotFound("path"))?;
                if equal(found, value(operation)?) { Ok(()) } else { Err(PatchErrorKind::TestFailed) }
            }
            _ => Err(PatchErrorKind::Op),
        }
    }

    fn add(&mut self, path: &Pointer<'_>, value: Json) -> Done {
        if path.len() + depth(&value) > MAX_DEPTH {
            return Err(PatchErrorKind::TooLarge);
        }
        let Some((parent, last)) = path.split_last() else {
            self.document = value;
            return Ok(());
        };
        match parent.find_mut(&mut self.document) {
            Some(Json::Object(object)) => drop(object.insert(last.name(), value)),
            Some(Json::Array(items)) => match last {
                Step::End => items.push(value),
                _ => match last.index().filter(|index| *index <= items.len()) {
                    Some(index) => items.insert(index, value),
                    None => return Err(PatchErrorKind::NotFound("path")),
                },
            },
            _ => return Err(PatchErrorKind::NotFound("path")),
        }
        Ok(())
    }

    fn remove(&mut self, path: &Pointer<'_>, member: &'static str) -> Done<Json> {
        let Some((parent, last)) = path.split_last() else { return Err(PatchErrorKind::RemovesAll) };
        let removed = match parent.find_mut(&mut self.document) {
            Some(Json::Object(object)) => object.remove(&last.name()),
            Some(Json::Array(items)) => {
                last.index().filter(|index| *index < items.len()).map(|index| items.remove(index))
            }
            _ => None,
        };
        removed.ok_or(PatchErrorKind::NotFound(member))
    }

    fn replace(&mut self, path: &Pointer<'_>, value: Json) -> Done {
        if path.len() + depth(&value) > MAX_DEPTH {
            return Err(PatchErrorKind::TooLarge);
        }
        let target = path.find_mut(&mut self.document).ok_or(PatchErrorKind::NotFound("path"))?;
        *target = value;
        Ok(())
    }
}

fn pointer<'o>(operation: &'o Object, member: &'static str) -> Done<Pointer<'o>> {
    let text = operation.str(member).ok_or(PatchErrorKind::Member(member))?;
    Pointer::parse(text).ok_or(PatchErrorKind::Pointer(member))
}

fn value(operation: &Object) -> Done<&Json> {
    operation.get("value").ok_or(PatchErrorKind::Member("value"))
}

/// About how much memory a value takes.
fn bytes(value: &Json) -> usize {
    let inside = match value {
        Json::Array(items) => items.iter().map(bytes).sum(),
        Json::Object(object) => object.iter().map(|(name, value)| name.len() + bytes(value)).sum(),
        Json::String(text) => text.len(),
        Json::Number(digits) => digits.len(),
        Json::Null | Json::Bool(_) => 0,
    };
    size_of::<Json>() + inside
}

/// Levels of arrays and objects.
fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(object) => 1 + object.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
