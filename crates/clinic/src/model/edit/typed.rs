//! What somebody typed into a form, read as if it stood in the file.

use toml_edit::{Array, Value};

use super::super::ids::{DeviceId, FlowId, ZoneId};
use super::super::read::read;
use super::fields::Written;
use super::splice::Source;
use super::{EditError, Edited, Fields, Part, PartId, finish, put};

/// What kind of part a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PartKind {
    Zone,
    Device,
    Flow,
}

/// The value of one key as it was typed. Nothing typed is nothing written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A text.
    Text(String),
    /// Texts.
    List(Vec<String>),
    /// A number or a day, which stand without quotes.
    Bare(String),
    /// Yes or no.
    Bool(bool),
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// For what.
    pub kind: PartKind,
    /// The part it changes; none for a new one.
    pub of: Option<String>,
    /// Keys with what was typed; among them `id`.
    pub fields: Vec<(&'static str, Typed)>,
}

impl PartKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Device => "device",
            Self::Flow => "flow",
        }
    }

    /// The part of an id, if the text can be one.
    #[must_use]
    pub fn part(self, id: &str) -> Option<PartId> {
        match self {
            Self::Zone => ZoneId::new(id).map(PartId::Zone),
            Self::Device => DeviceId::new(id).map(PartId::Device),
            Self::Flow => FlowId::new(id).map(PartId::Flow),
        }
    }
}

impl Typed {
    fn written(&self) -> Written {
        let quoted = |text: &str| Written::Value(Value::from(text).to_string());
        match self {
            Self::Text(text) | Self::Bare(text) if text.trim().is_empty() => Written::Nothing,
            Self::Text(text) => quoted(text.trim()),
            Self::Bare(text) => match text.trim().parse::<Value>() {
                Ok(value) if value.is_integer() || value.is_datetime() => Written::Value(value.to_string()),
                _ => quoted(text.trim()),
            },
            Self::List(texts) => {
                let texts: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
                if texts.is_empty() {
                    return Written::Nothing;
                }
                Written::Value(Value::Array(texts.into_iter().collect::<Array>()).to_string())
            }
            Self::Bool(yes) => Written::Value(yes.to_string()),
        }
    }
}

/// Makes the change a form asks for. The form is read by the one reader of the file, so a form and a hand in the
/// file are told the same; then the part is put as [`put`] does, beside which every other line stays.
///
/// # Errors
///
/// [`EditError`]; lines in `After` are those of a draft nobody sees, the keys are those of the form.
pub fn put_typed(text: &str, form: &Form) -> Result<Edited, EditError> {
    let clinic = read(text).map_err(EditError::Before)?;
    let mut draft = text.to_owned();
    if let Some(of) = &form.of {
        let part = form.kind.part(of);
        let Some(id) = part.filter(|id| Part::of(&clinic, id).is_some()) else {
            return Err(EditError::NoSuchId { kind: form.kind.word(), id: of.clone() });
        };
        let mut source = Source::parse(&draft)?;
        source.remove(form.kind.word(), id.words().1)?;
        draft = source.finish();
    }
    let fields: Fields = form.fields.iter().map(|(key, typed)| (*key, typed.written())).collect();
    let mut source = Source::parse(&draft)?;
    source.add(form.kind.word(), &fields)?;
    let read = finish(&source.finish())?.clinic;
    let typed = form.fields.iter().find_map(|(key, typed)| match typed {
        Typed::Text(id) if *key == "id" => Some(id.trim()),
        _ => None,
    });
    let id = typed.unwrap_or_default();
    let part = form.kind.part(id).and_then(|id| Part::of(&read, &id));
    let part = part.ok_or_else(|| EditError::NoSuchId { kind: form.kind.word(), id: id.to_owned() })?;
    // Another id than before is another part: what refers to it would refer to nothing.
    if form.of.as_deref().is_some_and(|of| of != id) {
        return Err(EditError::NoSuchId { kind: form.kind.word(), id: id.to_owned() });
    }
    put(text, &part)
}
