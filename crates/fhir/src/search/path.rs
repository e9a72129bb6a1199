//! A path of the parameter table: where in the JSON of a resource a value is.

use crate::json::{Json, Object};

/// One alternative of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// From the resource down; arrays are entered without being named.
    pub(crate) steps: Vec<Step>,
    /// What is found there.
    pub(crate) leaf: Leaf,
    /// Only references to this type.
    pub(crate) only: Option<&'static str>,
    /// The sides of a composite, relative to where `steps` lead.
    pub(crate) sides: Option<[Vec<Path>; 2]>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Member to enter.
    pub(crate) name: &'static str,
    /// Which items are kept.
    pub(crate) keep: Keep,
}

/// A condition on items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keep {
    /// All.
    All,
    /// Those whose member is this text.
    Where(&'static str, &'static str),
    /// Those that have the extension.
    Extension(&'static str),
}

impl Keep {
    pub(crate) fn holds(&self, item: &Json) -> bool {
        match self {
            Self::All => true,
            Self::Where(member, value) => item.get(member).and_then(Json::as_str) == Some(value),
            Self::Extension(url) => {
                let extensions = item.get("extension").map_or(&[][..], Json::items);
                extensions.iter().any(|extension| extension.get("url").and_then(Json::as_str) == Some(url))
            }
        }
    }
}

/// The FHIR type at the end of a path, as far as conversion differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Leaf {
    Code,
    Boolean,
    Deceased,
    CodeableConcept,
    Coding,
    Identifier,
    ContactPoint,
    Text,
    HumanName,
    Address,
    Date,
    Period,
    Timing,
    Number,
    Quantity,
    Money,
    Range,
    Reference,
    Canonical,
    Uri,
    Composite,
}

impl Path {
    /// Reads the text form; None if it is not one.
    pub(crate) fn read(text: &'static str) -> Option<Self> {
        if let Some((steps, sides)) = text.split_once('$') {
            let (left, right) = sides.split_once('$')?;
            let side = |text: &'static str| text.split(',').map(Self::read).collect::<Option<Vec<_>>>();
            return Some(Self {
                steps: read_steps(steps)?,
                leaf: Leaf::Composite,
                only: None,
                sides: Some([side(left)?, side(right)?]),
            });
        }
        let (steps, leaf) = text.rsplit_once(':')?;
        let (leaf, only) = leaf.split_once('>').map_or((leaf, None), |(leaf, only)| (leaf, Some(only)));
        Some(Self { steps: read_steps(steps)?, leaf: read_leaf(leaf)?, only, sides: None })
    }

    /// Hands each value at the end of the path to `found`. For the few uses outside the plan of a type.
    pub(crate) fn visit<'j>(&self, object: &'j Object, found: &mut dyn FnMut(&'j Json)) {
        visit(&self.steps, object, found);
    }
}

fn visit<'j>(steps: &[Step], object: &'j Object, found: &mut dyn FnMut(&'j Json)) {
    let Some((step, rest)) = steps.split_first() else { return };
    let Some(value) = object.get(step.name) else { return };
    for item in value.items().iter().filter(|item| step.keep.holds(item)) {
        if rest.is_empty() {
            found(item);
        } else if let Some(object) = item.as_object() {
            visit(rest, object, found);
        }
    }
}

fn read_steps(text: &'static str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let name_end = rest.find(['.', '(']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        let (keep, after) = match after.strip_prefix('(') {
            Some(inside) => {
                let (condition, after) = inside.split_once(')')?;
                let (member, value) = condition.split_once('=')?;
                (if member == "ext" { Keep::Extension(value) } else { Keep::Where(member, value) }, after)
            }
            None => (Keep::All, after),
        };
        steps.push(Step { name, keep });
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    Some(steps)
}

fn read_leaf(text: &str) -> Option<Leaf> {
    Some(match text {
        "code" | "id" => Leaf::Code,
        "boolean" => Leaf::Boolean,
        "Deceased" => Leaf::Deceased,
        "CodeableConcept" => Leaf::CodeableConcept,
        "Coding" => Leaf::Coding,
        "Identifier" => Leaf::Identifier,
        "ContactPoint" => Leaf::ContactPoint,
        "string" | "markdown" => Leaf::Text,
        "HumanName" => Leaf::HumanName,
        "Address" => Leaf::Address,
        "date" | "dateTime" | "instant" => Leaf::Date,
        "Period" => Leaf::Period,
        "Timing" => Leaf::Timing,
        "integer" | "decimal" | "positiveInt" | "unsignedInt" => Leaf::Number,
        "Quantity" | "Age" | "Duration" => Leaf::Quantity,
        "Money" => Leaf::Money,
        "Range" => Leaf::Range,
        "Reference" => Leaf::Reference,
        "canonical" => Leaf::Canonical,
        "uri" | "url" | "oid" | "uuid" => Leaf::Uri,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let path = Path::read("telecom(system=phone):ContactPoint").unwrap();
        assert_eq!(path.steps, [Step { name: "telecom", keep: Keep::Where("system", "phone") }]);
        let path = Path::read("extension(url=http://a.b/c).valueString:string").unwrap();
        assert_eq!(path.steps.len(), 2);
        let path = Path::read("subject:Reference>Patient").unwrap();
        assert_eq!((path.leaf, path.only), (Leaf::Reference, Some("Patient")));
        let path = Path::read("component$code:CodeableConcept$valueDateTime:dateTime,valuePeriod:Period").unwrap();
        assert_eq!(path.sides.map(|[left, right]| (left.len(), right.len())), Some((1, 2)));
        assert_eq!((Path::read("a.b"), Path::read("a:Unheard")), (None, None));
    }
}
