//! The search parameters of R4, from the table that `cargo xtask fhir-tables` makes.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::path::{Leaf, Path};
use super::value::Param;

/// The type of a search parameter (search.html#ptypes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the standard's own names")]
pub enum Kind {
    Token,
    String,
    Reference,
    Date,
    Number,
    Quantity,
    Uri,
    Composite,
}

impl Kind {
    /// As the standard writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::String => "string",
            Self::Reference => "reference",
            Self::Date => "date",
            Self::Number => "number",
            Self::Quantity => "quantity",
            Self::Uri => "uri",
            Self::Composite => "composite",
        }
    }
}

/// One search parameter of one resource type.
#[derive(Debug)]
pub struct ParamDef {
    /// Its number.
    pub param: Param,
    /// `Resource` when it is one of all types.
    pub resource_type: &'static str,
    /// For instance `birthdate`.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether one resource may have several values.
    pub many: bool,
    /// Under which parameters its values are indexed: itself, or others that hold the same
    /// (`patient` is kept in `subject`, `combo-code` in `code` and `component-code`).
    pub kept_in: Vec<Param>,
    /// Whether only references to `targets` count, out of those indexed.
    pub narrowed: bool,
    /// Types a reference may point at; empty: any.
    pub targets: Vec<&'static str>,
    /// The code system that a bound `code` stands in.
    pub system: &'static str,
    /// A composite of two single elements of the resource itself is no more than both conditions together, so
    /// nothing is indexed for it: the two parameters.
    pub split: Option<[Param; 2]>,
    /// Where the values are.
    pub(crate) paths: Vec<Path>,
}

impl ParamDef {
    /// Whether display and text are indexed for `:text`. Each costs an index row, so only where people search by
    /// words: what was found, given or complained of.
    #[must_use]
    pub fn has_labels(&self) -> bool {
        self.kind == Kind::Token
            && matches!(self.name, "code" | "combo-code" | "component-code" | "reason-code" | "vaccine-code")
    }

    /// Whether all values are bare codes, with no system of their own in the resource.
    #[must_use]
    pub(crate) fn is_plain(&self) -> bool {
        self.paths
            .iter()
            .all(|path| matches!(path.leaf, Leaf::Code | Leaf::Boolean | Leaf::Deceased | Leaf::Text | Leaf::Uri))
    }

    /// Whether values are telephone numbers, mail addresses and the like.
    #[must_use]
    pub(crate) fn is_contact(&self) -> bool {
        self.paths.iter().any(|path| path.leaf == Leaf::ContactPoint)
    }

    /// Whether this is a key of sound rather than a text.
    #[must_use]
    pub(crate) fn is_phonetic(&self) -> bool {
        self.name == "phonetic"
    }

    /// Whether its values are names of persons, for which Latin letters are also read as kana.
    #[must_use]
    pub(crate) fn is_person_name(&self) -> bool {
        matches!(self.resource_type, "Patient" | "Practitioner" | "Person" | "RelatedPerson")
            && matches!(self.name, "name" | "family" | "given")
    }
}

/// The type under which parameters of every type stand.
pub(crate) const EVERY_TYPE: &str = "Resource";

struct Table {
    /// By number.
    params: Vec<ParamDef>,
    by_type: HashMap<&'static str, Vec<usize>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut params: Vec<ParamDef> =
        include_str!("../tables/search.txt").lines().filter(|line| !line.starts_with('#')).filter_map(read).collect();
    let mut by_type: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (at, def) in params.iter().enumerate() {
        by_type.entry(def.resource_type).or_default().push(at);
    }
    for at in 0..params.len() {
        params[at].split = split(&params[at], &params);
    }
    Table { params, by_type }
});

fn split(def: &ParamDef, params: &[ParamDef]) -> Option<[Param; 2]> {
    let [Path { steps, sides: Some(sides), .. }] = def.paths.as_slice() else { return None };
    if !steps.is_empty() {
        return None;
    }
    let same = |side: &Vec<Path>| {
        let is_same = |other: &&ParamDef| {
            other.resource_type == def.resource_type
                && !other.many
                && other.paths == *side
                && other.kept_in == [other.param]
        };
        params.iter().find(is_same).map(|other| other.param)
    };
    Some([same(&sides[0])?, same(&sides[1])?])
}

fn read(line: &'static str) -> Option<ParamDef> {
    let mut columns = line.split('\t');
    let param = Param(columns.next()?.parse().ok()?);
    let (resource_type, name) = (columns.next()?, columns.next()?);
    let kind_text = columns.next()?;
    let kind = match kind_text.trim_end_matches('*') {
        "token" => Kind::Token,
        "string" => Kind::String,
        "reference" => Kind::Reference,
        "date" => Kind::Date,
        "number" => Kind::Number,
        "quantity" => Kind::Quantity,
        "uri" => Kind::Uri,
        "composite" => Kind::Composite,
        _ => return None,
    };
    let kept: Vec<Param> = list(columns.next()?).map(|n| n.parse().map(Param)).collect::<Result<_, _>>().ok()?;
    let targets = list(columns.next()?).collect();
    let system = columns.next()?;
    let paths: Vec<Path> = columns.next()?.split(" | ").map(Path::read).collect::<Option<_>>()?;
    let narrowed = paths.iter().any(|path| path.only.is_some());
    let kept_in = if kept.is_empty() { vec![param] } else { kept };
    Some(ParamDef {
        param,
        resource_type,
        name,
        kind,
        many: kind_text.ends_with('*'),
        kept_in,
        narrowed,
        targets,
        system,
        split: None,
        paths,
    })
}

fn list(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(',').filter(|item| !item.is_empty())
}

/// The parameters of a resource type, those of every type last.
pub fn params(resource_type: &str) -> impl Iterator<Item = &'static ParamDef> {
    let of = |name: &str| TABLE.by_type.get(name).map_or(&[][..], Vec::as_slice);
    of(resource_type).iter().chain(of(EVERY_TYPE)).map(|&at| &TABLE.params[at])
}

/// A parameter by name.
#[must_use]
pub fn find(resource_type: &str, name: &str) -> Option<&'static ParamDef> {
    params(resource_type).find(|def| def.name == name)
}

/// A parameter by number.
#[must_use]
pub fn def(param: Param) -> Option<&'static ParamDef> {
    // Numbers are contiguous in the table as it is; a gap would only make this slower, not wrong.
    TABLE
        .params
        .get(usize::from(param.0))
        .filter(|def| def.param == param)
        .or_else(|| TABLE.params.iter().find(|def| def.param == param))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = include_str!("../tables/search.txt").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.params.len(), lines);
        for (at, param) in TABLE.params.iter().enumerate() {
            assert_eq!(def(param.param).map(|d| (d.resource_type, d.name)), Some((param.resource_type, param.name)));
            assert_eq!(usize::from(param.param.0), at);
            assert!(
                crate::tables::type_code(param.resource_type).is_some() || param.resource_type == EVERY_TYPE,
                "{}",
                param.resource_type
            );
            for target in &param.targets {
                assert!(crate::tables::type_code(target).is_some(), "{target}");
            }
        }
    }

    #[test]
    fn values_are_kept_once() {
        for (resource_type, name, kept, narrowed) in [
            ("Observation", "patient", &["subject"][..], true),
            ("Observation", "combo-code", &["code", "component-code"], false),
            ("Appointment", "practitioner", &["actor"], true),
            ("Patient", "birthdate", &["birthdate"], false),
            ("Patient", "phone", &["phone"], false),
            ("Patient", "phonetic", &["phonetic"], false),
        ] {
            let found = find(resource_type, name).unwrap();
            let names: Vec<&str> = found.kept_in.iter().map(|&p| def(p).unwrap().name).collect();
            assert_eq!((names.as_slice(), found.narrowed), (kept, narrowed), "{resource_type} {name}");
            for &other in &found.kept_in {
                assert_eq!(def(other).unwrap().kept_in, [other], "what holds for others holds for itself");
            }
        }
    }

    #[test]
    fn a_composite_of_single_elements_is_two_conditions() {
        let names =
            |name: &str| find("Observation", name).unwrap().split.map(|both| both.map(|p| def(p).unwrap().name));
        assert_eq!(names("code-value-quantity"), Some(["code", "value-quantity"]));
        assert_eq!(names("code-value-concept"), Some(["code", "value-concept"]));
        // The text of a concept is a value-string too, but not part of the composite.
        assert_eq!((names("code-value-string"), names("component-code-value-quantity")), (None, None));
    }

    #[test]
    fn numbers_are_for_good() {
        for (number, resource_type, name) in [
            (0, "Account", "identifier"),
            (1102, "Observation", "code"),
            (1198, "Patient", "birthdate"),
            (1457, "Resource", "_tag"),
        ] {
            assert_eq!(find(resource_type, name).map(|d| d.param), Some(Param(number)), "{resource_type} {name}");
        }
        assert!(find("Patient", "nonsense").is_none() && find("Patient", "_tag").is_some());
    }
}
