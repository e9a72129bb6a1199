//! The FHIRPath subset in which R4 writes its search expressions, resolved into JSON paths.

use std::fmt;

use serde_json::Value;

use super::super::package::{items, str};
use super::elements::{Element, Elements};

/// One resolved alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// `a.b(k=v).c`.
    steps: String,
    /// FHIR type of what is found.
    leaf: String,
    /// `where(resolve() is X)`.
    pub(super) only: Option<String>,
    /// What a reference may point at; empty: anything.
    pub(super) targets: Vec<String>,
    /// The code system of a bound code.
    pub(super) system: String,
    /// Whether a resource may have several.
    pub(super) many: bool,
    /// The two sides of a composite.
    sides: Option<(Vec<Path>, Vec<Path>)>,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |paths: &[Path]| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        if let Some((left, right)) = &self.sides {
            return write!(f, "{}${}${}", self.steps, side(left), side(right));
        }
        write!(f, "{}:{}", self.steps, self.leaf)?;
        if let Some(only) = &self.only {
            write!(f, ">{only}")?;
        }
        Ok(())
    }
}

/// Which types of element a parameter of a kind reads.
fn readable(kind: &str, leaf: &str) -> bool {
    let list: &[&str] = match kind {
        "token" => &[
            "code",
            "CodeableConcept",
            "Coding",
            "Identifier",
            "ContactPoint",
            "boolean",
            "string",
            "id",
            "uri",
            "canonical",
        ],
        "string" => &["string", "markdown", "HumanName", "Address"],
        "date" => &["date", "dateTime", "instant", "Period", "Timing"],
        "number" => &["integer", "decimal", "positiveInt", "unsignedInt", "Range"],
        "quantity" => &["Quantity", "Age", "Duration", "Money", "Range"],
        "reference" => &["Reference", "canonical", "uri"],
        "uri" => &["uri", "url", "canonical", "oid", "uuid"],
        _ => &[],
    };
    list.contains(&leaf)
}

/// Where a walk has come to: the JSON steps and the possible types there.
#[derive(Clone)]
struct Place {
    steps: String,
    element: Element,
    many: bool,
}

/// The alternatives of an expression that begin at `base`.
pub(super) fn resolve(expression: &str, base: &str, kind: &str, elements: &Elements) -> Result<Vec<Path>, String> {
    if elements.is_empty() {
        return Err("the tables of elements and codes are empty".to_owned());
    }
    // The one expression that is a condition; its values are made by `fhir::search::extract`.
    if expression.contains("deceased.exists()") {
        return Ok(vec![leaf(
            "deceased",
            "Deceased",
            &Element { types: Vec::new(), system: String::new(), is_choice: true, many: false },
        )]);
    }
    let mut paths = Vec::new();
    for alternative in expression.split(" | ") {
        // `(X as T).text` and `X as T`: the brackets only group.
        let alternative =
            alternative.trim().replacen('(', if alternative.trim().starts_with('(') { "" } else { "(" }, 1);
        let alternative =
            if alternative.contains(" as ") { alternative.replacen(" as ", ".as(", 1) } else { alternative };
        let Some(rest) = alternative.strip_prefix(base).and_then(|rest| rest.strip_prefix('.')) else { continue };
        for path in walk(rest, base, kind, elements)? {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}

fn walk(expression: &str, base: &str, kind: &str, elements: &Elements) -> Result<Vec<Path>, String> {
    let mut at = Place {
        steps: String::new(),
        element: Element {
            types: vec![(base.to_owned(), Vec::new())],
            system: String::new(),
            is_choice: false,
            many: false,
        },
        many: false,
    };
    let mut only = None;
    let mut chosen: Option<String> = None;
    for step in split(expression) {
        let (name, argument) =
            step.split_once('(').map_or((step.as_str(), None), |(name, rest)| (name, Some(rest.trim_end_matches(')'))));
        match (name, argument) {
            ("as" | "ofType", Some(leaf)) => {
                // R4 writes one type in the wrong case.
                chosen = Some(if leaf == "DateTime" { "dateTime".to_owned() } else { leaf.to_owned() });
            }
            ("where", Some(condition)) => {
                if let Some(target) = condition.strip_prefix("resolve() is ") {
                    only = Some(target.to_owned());
                } else if let Some(url) = condition.strip_prefix("hasExtension('") {
                    at.steps = format!("{}(ext={})", at.steps, url.trim_end_matches("')").trim_end_matches('\''));
                } else {
                    let (member, value) = condition.split_once('=').ok_or_else(|| format!("condition {condition}"))?;
                    at.steps = format!("{}({member}={})", at.steps, value.trim_matches('\''));
                }
            }
            ("extension", Some(url)) => {
                at.steps = join(&at.steps, &format!("extension(url={})", url.trim_matches('\'')));
                at.element = elements.get("Extension", "value").ok_or("Extension.value")?.clone();
                at.many = true;
                at.steps.push_str(".value");
            }
            (_, None) => {
                at = narrow(at, chosen.take());
                let of = at.element.types.first().map(|(t, _)| t.clone()).unwrap_or_default();
                let Some(element) = elements.get(&of, name) else { return Err(format!("{of} has no {name}")) };
                at = Place { steps: join(&at.steps, name), many: at.many || element.many, element: element.clone() };
            }
            _ => return Err(format!("step {step}")),
        }
    }
    let at = if chosen.is_some() { narrow(at, chosen) } else { at };
    Ok(spread(&at, kind).into_iter().map(|path| Path { only: only.clone(), ..path }).collect())
}

/// `value as Quantity` is `valueQuantity`; of another element it only names the type it has.
fn narrow(at: Place, chosen: Option<String>) -> Place {
    let Some(chosen) = chosen else { return at };
    let mut element = at.element.clone();
    element.types.retain(|(name, _)| *name == chosen);
    if !at.element.is_choice {
        return Place { element, ..at };
    }
    element.is_choice = false;
    Place { many: at.many, steps: format!("{}{}", at.steps, capital(&chosen)), element }
}

/// One path per readable type.
fn spread(at: &Place, kind: &str) -> Vec<Path> {
    let steps =
        |name: &str| if at.element.is_choice { format!("{}{}", at.steps, capital(name)) } else { at.steps.clone() };
    at.element
        .types
        .iter()
        .filter(|(name, _)| readable(kind, name))
        // Of an extension only the natural type is read, not every one that could be.
        .filter(|(name, _)| !at.steps.contains("extension(url") || natural(kind).contains(&name.as_str()))
        .map(|(name, targets)| Path {
            targets: targets.clone(),
            many: at.many,
            ..leaf(&steps(name), name, &at.element)
        })
        .collect()
}

fn natural(kind: &str) -> &'static [&'static str] {
    match kind {
        "token" => &["code", "CodeableConcept", "Coding", "Identifier", "boolean", "string"],
        "string" => &["string"],
        "reference" => &["Reference"],
        _ => &[],
    }
}

fn leaf(steps: &str, leaf: &str, element: &Element) -> Path {
    let system = if leaf == "code" { element.system.clone() } else { String::new() };
    Path {
        steps: steps.to_owned(),
        leaf: leaf.to_owned(),
        only: None,
        targets: Vec::new(),
        system,
        many: false,
        sides: None,
    }
}

/// A composite of two components; three are left out.
pub(super) fn composite(
    definition: &Value,
    base: &str,
    elements: &Elements,
    all: &[Value],
) -> Result<Vec<Path>, String> {
    let components = items(definition, "component");
    let [left, right] = components else { return Ok(Vec::new()) };
    let kind = |component: &Value| {
        all.iter()
            .find(|other| str(other, "url") == str(component, "definition"))
            .map(|other| str(other, "type"))
            .ok_or_else(|| format!("no definition of {component}"))
    };
    let (left_kind, right_kind) = (kind(left)?, kind(right)?);
    let mut paths = Vec::new();
    for whole in str(definition, "expression").split(" | ").map(str::trim) {
        let (steps, of) = match whole.split_once('.') {
            Some((t, steps)) if t == base => (steps, format!("{base}.{steps}")),
            None if whole == base => ("", base.to_owned()),
            _ => continue,
        };
        // A datatype (UsageContext) has elements of its own; a backbone element is named by its path.
        let of = elements.get(base, steps).map_or(of, |element| element.types[0].0.clone());
        // DocumentReference.relationship names its two definitions the wrong way round.
        let side = |component: &Value, kinds: [&str; 2]| -> Result<Vec<Path>, String> {
            for kind in kinds {
                let mut found = Vec::new();
                for alternative in str(component, "expression").split(" | ") {
                    found.extend(walk(alternative.trim(), &of, kind, elements)?);
                }
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            Err(format!("{base} composite: nothing to read in {component}"))
        };
        let sides = (side(left, [left_kind, right_kind])?, side(right, [right_kind, left_kind])?);
        paths.push(Path {
            sides: Some(sides),
            many: true,
            ..leaf(steps, "", &Element { types: Vec::new(), system: String::new(), is_choice: false, many: true })
        });
    }
    Ok(paths)
}

/// Steps at dots outside brackets.
fn split(expression: &str) -> Vec<String> {
    let (mut steps, mut depth) = (vec![String::new()], 0);
    for c in expression.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match (c, steps.last_mut()) {
            ('.', _) if depth == 0 => steps.push(String::new()),
            (_, Some(step)) => step.push(c),
            (_, None) => {}
        }
    }
    steps
}

fn join(steps: &str, name: &str) -> String {
    if steps.is_empty() { name.to_owned() } else { format!("{steps}.{name}") }
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_inside_brackets_do_not_split() {
        assert_eq!(split("a.where(url='http://x.y').b"), ["a", "where(url='http://x.y')", "b"]);
    }
}
