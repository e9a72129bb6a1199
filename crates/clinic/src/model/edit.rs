//! Changes of the file by a program, beside which every other line stays as a person wrote it.
//!
//! An edit is a splice of the text at the places the parser has found, not a new print of it: what is not named is
//! not touched, to the byte. Afterwards the text is read again as if a person had typed it.

mod fields;
mod splice;
mod typed;

use std::fmt;

use super::Clinic;
use super::device::Device;
use super::flow::Flow;
use super::ids::{DeviceId, FlowId, ZoneId};
use super::line::Line;
use super::problem::NotAClinic;
use super::read::read;
use super::zone::Zone;
use fields::Written;
use splice::Source;
pub use typed::{Form, PartKind, Typed, put_typed};

/// A thing that can be added or changed, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A zone.
    Zone(Zone),
    /// A device.
    Device(Device),
    /// A flow.
    Flow(Flow),
}

/// A thing that can be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartId {
    /// A zone.
    Zone(ZoneId),
    /// A device.
    Device(DeviceId),
    /// A flow.
    Flow(FlowId),
}

/// The text after an edit, and what it says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The text.
    pub text: String,
    /// What it declares.
    pub clinic: Clinic,
}

/// Why an edit was not made. The text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text was no clinic before the edit; a person must mend it.
    #[error("the file cannot be read as it is:\n{0}")]
    Before(#[source] NotAClinic),
    /// It would be none afterwards: something else refers to what is removed, say. Lines are those of the edited text.
    #[error("the file could not be read after the change:\n{0}")]
    After(#[source] NotAClinic),
    /// There is nothing of that id.
    #[error("there is no {0}")]
    NoSuch(PartId),
    /// There is nothing of what was given as an id.
    #[error("there is no {kind} \"{id}\"")]
    NoSuchId {
        /// `zone`, `device` or `flow`.
        kind: &'static str,
        /// As given.
        id: String,
    },
    /// The things of this kind stand in one list of inline tables, which a person must take apart first.
    #[error("line {line}: write each as [[{kind}]]")]
    Inline {
        /// `zone`, `device` or `flow`.
        kind: &'static str,
        /// Where the list begins.
        line: Line,
    },
}

impl fmt::Display for PartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = self.words();
        write!(f, "{kind} \"{id}\"")
    }
}

impl PartId {
    /// The key of its table, and the id.
    fn words(&self) -> (&'static str, &str) {
        match self {
            Self::Zone(id) => ("zone", id.as_str()),
            Self::Device(id) => ("device", id.as_str()),
            Self::Flow(id) => ("flow", id.as_str()),
        }
    }
}

impl Part {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> PartId {
        match self {
            Self::Zone(zone) => PartId::Zone(zone.id.clone()),
            Self::Device(device) => PartId::Device(device.id.clone()),
            Self::Flow(flow) => PartId::Flow(flow.id.clone()),
        }
    }

    /// The part of an id as a clinic has it.
    fn of(clinic: &Clinic, id: &PartId) -> Option<Self> {
        match id {
            PartId::Zone(id) => clinic.zone(id).cloned().map(Self::Zone),
            PartId::Device(id) => clinic.device(id).cloned().map(Self::Device),
            PartId::Flow(id) => clinic.flow(id).cloned().map(Self::Flow),
        }
    }
}

/// Adds a part, or changes the one of its id. Only keys whose value differs are written.
///
/// # Errors
///
/// [`EditError`], all but `NoSuch`.
pub fn put(text: &str, part: &Part) -> Result<Edited, EditError> {
    let clinic = read(text).map_err(EditError::Before)?;
    let mut source = Source::parse(text)?;
    let id = part.id();
    let (kind, word) = id.words();
    let written = fields::written(part);
    match Part::of(&clinic, &id) {
        None => source.add(kind, &written)?,
        Some(old) if old == *part => {}
        Some(old) => source.change(kind, word, &fields::written(&old), &written)?,
    }
    finish(&source.finish())
}

/// Removes a part, with the comment lines that stand directly above it.
///
/// # Errors
///
/// [`EditError`].
pub fn remove(text: &str, id: &PartId) -> Result<Edited, EditError> {
    let clinic = read(text).map_err(EditError::Before)?;
    if Part::of(&clinic, id).is_none() {
        return Err(EditError::NoSuch(id.clone()));
    }
    let mut source = Source::parse(text)?;
    let (kind, word) = id.words();
    source.remove(kind, word)?;
    finish(&source.finish())
}

fn finish(text: &str) -> Result<Edited, EditError> {
    let clinic = read(text).map_err(EditError::After)?;
    Ok(Edited { text: text.to_owned(), clinic })
}

/// A part as keys with values, in the order they are written in.
type Fields = Vec<(&'static str, Written)>;
