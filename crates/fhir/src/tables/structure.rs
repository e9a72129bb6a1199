//! Types and their elements.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::codes::{CodeSet, code_set};
use super::type_code;

/// A resource, a datatype or the type of an element with elements of its own (`Patient.contact`).
#[derive(Debug)]
pub struct TypeDef {
    /// For instance `Patient`, `HumanName`, `Patient.contact`.
    pub name: &'static str,
    /// What it derives from; empty for `Element` and `Resource`.
    pub base: &'static str,
    /// Inherited ones first, at most 64 so that a set of them is one word.
    pub elements: Vec<ElementDef>,
    /// The elements that must be there, by index.
    pub required: u64,
    /// JSON names (`valueQuantity` for `value[x]`), sorted.
    members: Vec<(Box<str>, Member)>,
}

/// What a JSON name stands for: an element and which of its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Index in [`TypeDef::elements`].
    pub element: u8,
    /// Index in [`ElementDef::kinds`].
    pub kind: u8,
}

/// One element of a type.
#[derive(Debug, Clone)]
pub struct ElementDef {
    /// Without `[x]`.
    pub name: &'static str,
    /// Whether it is a `name[x]`, written in JSON with the type's name at its end.
    pub is_choice: bool,
    /// min is 1.
    pub is_required: bool,
    /// max is *: a JSON array.
    pub is_many: bool,
    /// In `_summary=true`.
    pub is_summary: bool,
    /// Changes the meaning of what it stands in.
    pub is_modifier: bool,
    /// The types it may have; one unless it is a choice.
    pub kinds: Vec<Kind>,
    /// The value set its codes must be from.
    pub codes: Option<&'static CodeSet>,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A primitive.
    Primitive(Primitive),
    /// An object of that type.
    Complex(TypeId),
    /// A quantity without a comparator (SimpleQuantity).
    SimpleQuantity(TypeId),
    /// A Reference to one of these resource types; empty: to any.
    Reference(TypeId, Vec<u16>),
    /// Any resource.
    Resource,
}

/// Index of a [`TypeDef`]; not for keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeId(u16);

impl TypeId {
    /// The type.
    #[must_use]
    pub fn def(self) -> &'static TypeDef {
        &STRUCTURES.types[usize::from(self.0)]
    }

    /// As an index from 0 into something that has one item for each of [`structures`].
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

macro_rules! primitives {
    ($($name:ident = $code:literal,)+) => {
        /// The primitive types of R4 (datatypes.html#primitive).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the standard's own names")]
        pub enum Primitive { $($name,)+ }

        impl Primitive {
            /// The standard's name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            fn named(name: &str) -> Option<Self> {
                match name { $($code => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

primitives! {
    Base64Binary = "base64Binary", Boolean = "boolean", Canonical = "canonical", Code = "code", Date = "date",
    DateTime = "dateTime", Decimal = "decimal", Id = "id", Instant = "instant", Integer = "integer",
    Markdown = "markdown", Oid = "oid", PositiveInt = "positiveInt", String = "string", Time = "time",
    UnsignedInt = "unsignedInt", Uri = "uri", Url = "url", Uuid = "uuid", Xhtml = "xhtml",
}

impl TypeDef {
    /// Whether objects of this type have a `resourceType`.
    #[must_use]
    pub fn is_resource(&self) -> bool {
        matches!(self.base, "Resource" | "DomainResource")
    }

    /// What a JSON name (without a leading `_`) stands for here.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Member> {
        let at = self.members.binary_search_by(|(own, _)| (**own).cmp(name)).ok()?;
        Some(self.members[at].1)
    }

    /// The element of that name, `[x]` left out.
    #[must_use]
    pub fn element(&self, name: &str) -> Option<&ElementDef> {
        self.elements.iter().find(|element| element.name == name)
    }
}

struct Structures {
    types: Vec<TypeDef>,
    by_name: HashMap<&'static str, TypeId>,
    /// By the number of the resource type.
    resources: Vec<TypeId>,
}

const TABLE: &str = include_str!("elements.txt");

/// Name and base of each type: elements name types that come later in the table.
static HEADS: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| super::rows(TABLE).filter_map(|row| row.strip_prefix(':')?.split_once(' ')).collect());

static STRUCTURES: LazyLock<Structures> = LazyLock::new(|| {
    let by_name: HashMap<&str, TypeId> = (0..).zip(HEADS.iter()).map(|(id, (name, _))| (*name, TypeId(id))).collect();
    let mut types: Vec<TypeDef> = Vec::with_capacity(by_name.len());
    for row in super::rows(TABLE) {
        if let Some((name, base)) = row.strip_prefix(':').and_then(|head| head.split_once(' ')) {
            // Bases stand before what derives from them.
            let inherited = by_name.get(base).map_or_else(Vec::new, |id| types[id.index()].elements.clone());
            types.push(TypeDef { name, base, elements: inherited, required: 0, members: Vec::new() });
        } else if let Some(def) = types.last_mut() {
            let element = element(row, &by_name);
            match def.elements.iter_mut().find(|own| own.name == element.name) {
                Some(inherited) => *inherited = element,
                None => def.elements.push(element),
            }
        }
    }
    types.iter_mut().for_each(name_members);
    let resources = super::types().map(|name| by_name.get(name).copied().unwrap_or(TypeId(0))).collect();
    Structures { types, by_name, resources }
});

fn element(row: &'static str, by_name: &HashMap<&'static str, TypeId>) -> ElementDef {
    let mut columns = row.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    let (name, cardinality, flags, kinds, codes) = (next(), next(), next(), next(), next());
    ElementDef {
        name: name.trim_end_matches("[x]"),
        is_choice: name.ends_with("[x]"),
        is_required: cardinality.starts_with('1'),
        is_many: cardinality.ends_with('*'),
        is_summary: flags.contains('S'),
        is_modifier: flags.contains('M'),
        kinds: kinds.split('|').filter_map(|text| kind(text, by_name)).collect(),
        codes: code_set(codes),
    }
}

fn kind(text: &str, by_name: &HashMap<&'static str, TypeId>) -> Option<Kind> {
    let (name, rest) = text.trim_end_matches(')').split_once('(').unwrap_or((text, ""));
    if name == "Resource" {
        return Some(Kind::Resource);
    }
    if let Some(primitive) = Primitive::named(name) {
        return Some(Kind::Primitive(primitive));
    }
    let id = *by_name.get(name)?;
    Some(match (name, rest) {
        ("Reference", targets) => Kind::Reference(id, targets.split(',').filter_map(type_code).collect()),
        (_, "simple") => Kind::SimpleQuantity(id),
        _ => Kind::Complex(id),
    })
}

fn name_members(def: &mut TypeDef) {
    let mut members = Vec::new();
    for (index, element) in (0..).zip(&def.elements) {
        if element.is_required {
            def.required |= 1 << index;
        }
        for (kind, of) in (0..).zip(&element.kinds) {
            let name = if element.is_choice { choice_name(element.name, of) } else { element.name.into() };
            members.push((name, Member { element: index, kind }));
        }
    }
    members.sort_by(|a, b| a.0.cmp(&b.0));
    def.members = members;
}

/// `value` and Quantity make `valueQuantity`.
fn choice_name(element: &str, kind: &Kind) -> Box<str> {
    let name = kind.name();
    let (first, rest) = name.split_at(1);
    format!("{element}{}{rest}", first.to_ascii_uppercase()).into()
}

impl Kind {
    /// The name of the type, for instance `dateTime`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Primitive(primitive) => primitive.as_str(),
            Self::Complex(id) | Self::SimpleQuantity(id) | Self::Reference(id, _) => id.name(),
            Self::Resource => "Resource",
        }
    }
}

impl TypeId {
    fn name(self) -> &'static str {
        HEADS[self.index()].0
    }
}

/// All types, by [`TypeId::index`].
#[must_use]
pub fn structures() -> &'static [TypeDef] {
    &STRUCTURES.types
}

/// The type of that name.
#[must_use]
pub fn structure(name: &str) -> Option<TypeId> {
    STRUCTURES.by_name.get(name).copied()
}

/// The structure of the resource type of that number.
#[must_use]
pub fn resource_structure(type_code: u16) -> Option<TypeId> {
    STRUCTURES.resources.get(usize::from(type_code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn def(name: &str) -> &'static TypeDef {
        structure(name).unwrap().def()
    }

    fn names(kinds: &[Kind]) -> Vec<&'static str> {
        kinds.iter().map(Kind::name).collect()
    }

    #[test]
    fn every_row_is_understood() {
        for def in structures() {
            assert!(def.elements.len() <= 64, "{} has more elements than a word has bits", def.name);
            assert!(def.base.is_empty() || structure(def.base).is_some(), "{}: {}", def.name, def.base);
            for element in &def.elements {
                assert!(!element.kinds.is_empty(), "{}.{} has no type", def.name, element.name);
                assert!(element.is_choice || element.kinds.len() == 1, "{}.{}", def.name, element.name);
            }
            assert!(def.members.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}: a name means two things", def.name);
        }
        for code in 0..146 {
            assert_eq!(resource_structure(code).unwrap().def().name, super::super::type_name(code).unwrap());
        }
    }

    #[test]
    fn an_observation_is_as_in_the_standard() {
        let observation = def("Observation");
        let required: Vec<&str> =
            observation.elements.iter().filter(|element| element.is_required).map(|element| element.name).collect();
        assert_eq!(required, ["status", "code"]);
        let status = observation.element("status").unwrap();
        assert!(status.is_modifier && status.is_summary && !status.is_many);
        assert_eq!(status.codes.unwrap().name, "observation-status");
        let member = observation.member("valueQuantity").unwrap();
        let value = &observation.elements[usize::from(member.element)];
        assert_eq!((value.name, value.kinds[usize::from(member.kind)].name()), ("value", "Quantity"));
        assert_eq!(
            names(&observation.element("effective").unwrap().kinds),
            ["dateTime", "Period", "Timing", "instant"]
        );
        assert_eq!(observation.member("value"), None);
        assert_eq!(observation.member("valueMoney"), None);
        let Kind::Reference(_, targets) = &observation.element("subject").unwrap().kinds[0] else { panic!() };
        let targets: Vec<_> = targets.iter().map(|code| super::super::type_name(*code).unwrap()).collect();
        assert_eq!(targets, ["Patient", "Group", "Device", "Location"]);
        assert_eq!(
            names(&def("Observation.component").element("referenceRange").unwrap().kinds),
            ["Observation.referenceRange"]
        );
        assert_eq!(def("Patient").element("id").unwrap().kinds, [Kind::Primitive(Primitive::Id)]);
        assert_eq!(def("Range").element("low").unwrap().kinds, [Kind::SimpleQuantity(structure("Quantity").unwrap())]);
        assert_eq!(def("Bundle.entry").element("resource").unwrap().kinds, [Kind::Resource]);
    }

    #[test]
    fn what_all_have_is_inherited() {
        for code in 0..146 {
            let def = resource_structure(code).unwrap().def();
            assert!(def.is_resource() && def.element("id").is_some() && def.element("meta").is_some(), "{}", def.name);
            let is_bare = matches!(def.name, "Bundle" | "Binary" | "Parameters");
            assert_eq!(def.element("contained").is_none(), is_bare, "{}", def.name);
            assert_eq!(def.base == "Resource", is_bare, "{}", def.name);
        }
        for def in structures().iter().filter(|def| !def.is_resource()) {
            let is_abstract_resource = matches!(def.name, "Resource" | "DomainResource");
            assert_eq!(def.element("extension").is_some(), def.name != "Resource", "{}", def.name);
            assert!(is_abstract_resource || !def.element("id").unwrap().is_required, "{}", def.name);
        }
        let patient = def("Patient");
        assert!(
            patient.element("modifierExtension").unwrap().is_modifier && !patient.element("text").unwrap().is_summary
        );
        assert!(def("Patient.contact").element("modifierExtension").is_some());
        assert!(def("HumanName").element("modifierExtension").is_none());
    }

    #[test]
    fn every_choice_has_a_name_for_each_of_its_types() {
        for def in structures() {
            for (index, element) in def.elements.iter().enumerate() {
                for (kind_index, kind) in element.kinds.iter().enumerate() {
                    let suffix = kind.name();
                    let name = match element.is_choice {
                        true => format!("{}{}{}", element.name, suffix[..1].to_uppercase(), &suffix[1..]),
                        false => element.name.to_owned(),
                    };
                    let member = def.member(&name).unwrap();
                    assert_eq!(
                        (usize::from(member.element), usize::from(member.kind)),
                        (index, kind_index),
                        "{}.{name}",
                        def.name
                    );
                }
                assert!(!element.is_choice || def.member(element.name).is_none(), "{}.{}", def.name, element.name);
            }
        }
    }

    #[test]
    fn only_codes_and_concepts_are_bound() {
        let mut bound = 0;
        for def in structures() {
            for element in def.elements.iter().filter(|element| element.codes.is_some()) {
                assert!(matches!(element.kinds[0].name(), "code" | "CodeableConcept"), "{}.{}", def.name, element.name);
                bound += 1;
            }
        }
        assert!(bound > 300, "{bound}");
    }
}
