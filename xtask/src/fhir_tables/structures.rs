//! `elements.txt`: every type with its elements. `:NAME BASE`, then one line an element: name, cardinality, flags
//! (S summary, M modifier, - none), types and the value set of a required binding, separated by tabs.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::HEAD;
use super::codes;
use super::package::{Package, items, str};

const PREFIX: &str = "http://hl7.org/fhir/StructureDefinition/";

/// A resource or a datatype with everything inside it.
pub(crate) struct Definition {
    /// For instance `Patient` or `HumanName`.
    pub(crate) name: String,
    /// Whether it is a resource (else a datatype).
    pub(crate) is_resource: bool,
    /// Whether it is only there to be derived from.
    pub(crate) is_abstract: bool,
    base: String,
    elements: Vec<Value>,
}

#[cfg(test)]
impl Definition {
    /// One without elements.
    pub(crate) fn of(name: &str, is_resource: bool) -> Self {
        Self { name: name.to_owned(), is_resource, is_abstract: false, base: String::new(), elements: Vec::new() }
    }
}

/// All resources and complex datatypes by name, bases before what is derived from them.
pub(crate) fn definitions(package: &Package) -> Result<Vec<Definition>, String> {
    let mut found = Vec::new();
    for definition in package.resources("StructureDefinition") {
        let definition = definition?;
        let is_resource = definition["kind"] == "resource";
        if definition["derivation"] == "constraint" || !(is_resource || definition["kind"] == "complex-type") {
            continue;
        }
        found.push(Definition {
            name: str(&definition, "name").to_owned(),
            is_resource,
            is_abstract: definition["abstract"] == true,
            base: base(&definition).to_owned(),
            elements: items(&definition["snapshot"], "element").to_vec(),
        });
    }
    let rank = |definition: &Definition| match definition.name.as_str() {
        "Element" | "Resource" => 0,
        "BackboneElement" | "DomainResource" | "Quantity" => 1,
        _ => 2,
    };
    found.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
    Ok(found)
}

fn base(definition: &Value) -> &str {
    str(definition, "baseDefinition").trim_start_matches(PREFIX)
}

/// The value sets that some element must take its code from.
pub(crate) fn required_value_sets(definitions: &[Definition]) -> BTreeSet<String> {
    definitions.iter().flat_map(|definition| &definition.elements).filter_map(required).map(str::to_owned).collect()
}

fn required(element: &Value) -> Option<&str> {
    let binding = &element["binding"];
    (binding["strength"] == "required").then(|| str(binding, "valueSet").split('|').next().unwrap_or_default())
}

/// The table; `listed` are the value sets that `codes.txt` has.
pub(crate) fn table(definitions: &[Definition], listed: &BTreeSet<String>) -> String {
    let mut text = format!("{HEAD}# :type base, then per element: name, cardinality, flags, types, value set.\n");
    let mut inherited: Vec<(String, Vec<String>)> = Vec::new();
    for definition in definitions {
        for (path, base) in nested(definition) {
            let known = inherited.iter().find(|(name, _)| *name == base).map_or(&[][..], |(_, lines)| lines);
            let lines: Vec<String> = children(definition, &path).map(|child| line(child, listed)).collect();
            let _ = writeln!(text, ":{path} {base}");
            for line in lines.iter().filter(|line| !known.contains(line)) {
                let _ = writeln!(text, "{line}");
            }
            inherited.push((path, lines));
        }
    }
    text
}

/// The paths that have elements of their own, the whole first, each with the type it derives from.
fn nested(definition: &Definition) -> Vec<(String, String)> {
    let mut types = vec![(definition.name.clone(), definition.base.clone())];
    for element in &definition.elements {
        let code = str(&element["type"][0], "code");
        if (code == "BackboneElement" || code == "Element")
            && children(definition, str(element, "path")).next().is_some()
        {
            types.push((str(element, "path").to_owned(), code.to_owned()));
        }
    }
    types
}

fn children<'d>(definition: &'d Definition, path: &str) -> impl Iterator<Item = &'d Value> {
    let prefix = format!("{path}.");
    definition
        .elements
        .iter()
        .filter(move |element| str(element, "path").strip_prefix(&prefix).is_some_and(|rest| !rest.contains('.')))
}

fn line(element: &Value, listed: &BTreeSet<String>) -> String {
    let path = str(element, "path");
    let name = path.rsplit('.').next().unwrap_or(path);
    let mut flags = String::new();
    if element["isSummary"] == true {
        flags.push('S');
    }
    if element["isModifier"] == true {
        flags.push('M');
    }
    if flags.is_empty() {
        flags.push('-');
    }
    let min = &element["min"];
    let mut line = format!("{name}\t{min}..{}\t{flags}\t{}", str(element, "max"), types(element, path));
    if let Some(url) = required(element).filter(|url| listed.contains(*url)) {
        let _ = write!(line, "\t{}", codes::name(url));
    }
    line
}

fn types(element: &Value, path: &str) -> String {
    if let Some(other) = element["contentReference"].as_str() {
        return other.trim_start_matches('#').to_owned();
    }
    let mut types = Vec::new();
    for kind in items(element, "type") {
        let mut code = str(kind, "code");
        if code == "BackboneElement" || code == "Element" {
            code = path;
        }
        if code.starts_with("http://hl7.org/fhirpath/") {
            // R4 says string for the logical id too; its own text and regular expression say id.
            code = if element["base"]["path"] == "Resource.id" { "id" } else { fhir_type(kind) };
        }
        let mut text = code.to_owned();
        let targets: Vec<&str> = items(kind, "targetProfile")
            .iter()
            .filter_map(Value::as_str)
            .map(|url| url.trim_start_matches(PREFIX))
            .collect();
        if !targets.is_empty() && !targets.contains(&"Resource") {
            let _ = write!(text, "({})", targets.join(","));
        }
        // The one profile that the base definitions name: a quantity without a comparator.
        if items(kind, "profile").iter().any(|profile| profile.as_str() == Some(&format!("{PREFIX}SimpleQuantity"))) {
            text.push_str("(simple)");
        }
        types.push(text);
    }
    types.join("|")
}

/// Ids and URLs are typed as System.String; an extension says which FHIR type is meant.
fn fhir_type(kind: &Value) -> &str {
    let extension = items(kind, "extension").iter().find(|extension| str(extension, "url").ends_with("-fhir-type"));
    match extension.map(|extension| str(extension, "valueUrl")) {
        Some("") | None => "string",
        Some(name) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(element: &str, expected: &str) {
        let listed = BTreeSet::from(["http://hl7.org/fhir/ValueSet/name-use".to_owned()]);
        assert_eq!(line(&serde_json::from_str(element).unwrap(), &listed), expected);
    }

    #[test]
    fn an_element_is_a_line() {
        check(
            r#"{"path":"HumanName.use","min":0,"max":"1","isModifier":true,"isSummary":true,"type":[{"code":"code"}],
            "binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/name-use|4.0.1"}}"#,
            "use\t0..1\tSM\tcode\tname-use",
        );
        check(
            r#"{"path":"X.lang","min":1,"max":"*","type":[{"code":"code"}],"binding":{"strength":"preferred","valueSet":"http://hl7.org/fhir/ValueSet/name-use"}}"#,
            "lang\t1..*\t-\tcode",
        );
        check(
            r#"{"path":"X.y.value[x]","min":0,"max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Patient",
            "http://hl7.org/fhir/StructureDefinition/Group"]},{"code":"Quantity","profile":["http://hl7.org/fhir/StructureDefinition/SimpleQuantity"]},
            {"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Resource"]}]}"#,
            "value[x]\t0..1\t-\tReference(Patient,Group)|Quantity(simple)|Reference",
        );
        check(r##"{"path":"Q.item.item","min":0,"max":"*","contentReference":"#Q.item"}"##, "item\t0..*\t-\tQ.item");
        check(
            r#"{"path":"P.contact","min":0,"max":"*","type":[{"code":"BackboneElement"}]}"#,
            "contact\t0..*\t-\tP.contact",
        );
        check(
            r#"{"path":"P.id","base":{"path":"Resource.id"},"min":0,"max":"1","type":[{"code":"http://hl7.org/fhirpath/System.String"}]}"#,
            "id\t0..1\t-\tid",
        );
    }
}
