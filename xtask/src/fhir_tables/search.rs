//! `search.txt`: the search parameters, their FHIRPath resolved against the elements into plain JSON paths.
//!
//! One line a parameter, separated by tabs: number, type (`Resource` for all), name, kind (`*` when a resource may
//! have several values), where its values are
//! kept (numbers of other parameters; empty: its own), types it may point at, the code system that a plain `code`
//! stands in, and the paths. A path is `a.b.c:Type`; `a(k=v)` keeps the items whose member is so, `a(ext=url)` those
//! with the extension; alternatives stand between ` | `. A composite is `base$left$right`, alternatives of a
//! side between commas. Lines are only ever appended: stores keep the numbers.

mod elements;
mod path;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::HEAD;
use super::package::{Package, items, str};
use elements::Elements;
use path::Path;

/// Without an expression, or of a form that nothing here evaluates.
const LEFT_OUT: [&str; 9] =
    ["_id", "_lastUpdated", "_query", "_filter", "_content", "_text", "near", "composition", "message"];

/// Definitions of the package that are examples of how to write a definition.
const EXAMPLES: [&str; 3] = ["example", "example-extension", "example-reference"];

/// A parameter before it has its number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Param {
    kind: String,
    targets: Vec<String>,
    system: String,
    paths: Vec<Path>,
}

type Key = (String, String);

/// The table; `old` is the one that is there, whose numbers stay.
pub(super) fn table(package: &Package, elements: &str, codes: &str, old: &str) -> Result<String, String> {
    let elements = Elements::read(elements, codes);
    let params = collect(package, &elements)?;
    let numbers = number(old, params.keys());
    let mut lines: BTreeMap<u16, String> = BTreeMap::new();
    for line in old.lines().filter(|line| !line.starts_with('#')) {
        let number = line.split('\t').next().and_then(|n| n.parse().ok()).ok_or("a line without a number")?;
        lines.insert(number, line.to_owned());
    }
    for ((resource_type, name), param) in &params {
        let kept: Vec<String> = kept_in(&params, resource_type, name, param)
            .iter()
            .map(|other| numbers[&(resource_type.clone(), (*other).clone())].to_string())
            .collect();
        let number = numbers[&(resource_type.clone(), name.clone())];
        let paths: Vec<String> = param.paths.iter().map(ToString::to_string).collect();
        let several = if param.paths.len() > 1 && param.kind != "date" || param.paths.iter().any(|path| path.many) {
            "*"
        } else {
            ""
        };
        let kind = format!("{}{several}", param.kind);
        let line = [
            number.to_string().as_str(),
            resource_type,
            name,
            &kind,
            &kept.join(","),
            &param.targets.join(","),
            &param.system,
            &paths.join(" | "),
        ]
        .join("\t");
        lines.insert(number, line);
    }
    let mut text = format!("{HEAD}# Append only: stores keep the numbers. Form: xtask/src/fhir_tables/search.rs.\n");
    for line in lines.values() {
        let _ = writeln!(text, "{line}");
    }
    Ok(text)
}

/// Old numbers stay; new parameters follow in order.
fn number<'k>(old: &str, keys: impl Iterator<Item = &'k Key>) -> BTreeMap<Key, u16> {
    let mut numbers = BTreeMap::new();
    for line in old.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        if let (Some(Ok(number)), Some(resource_type), Some(name)) =
            (columns.next().map(str::parse), columns.next(), columns.next())
        {
            numbers.insert((resource_type.to_owned(), name.to_owned()), number);
        }
    }
    let mut next = numbers.values().max().map_or(0, |last| last + 1);
    for key in keys {
        numbers.entry(key.clone()).or_insert_with(|| {
            next += 1;
            next - 1
        });
    }
    numbers
}

fn collect(package: &Package, elements: &Elements) -> Result<BTreeMap<Key, Param>, String> {
    let definitions: Vec<Value> = package.resources("SearchParameter").collect::<Result<_, _>>()?;
    let mut params = BTreeMap::new();
    for definition in &definitions {
        let name = str(definition, "code");
        if LEFT_OUT.contains(&name) || EXAMPLES.contains(&str(definition, "id")) || definition["expression"].is_null() {
            continue;
        }
        for base in items(definition, "base").iter().filter_map(Value::as_str) {
            let Some(param) = param(definition, base, elements, &definitions)? else { continue };
            params.insert((base.to_owned(), name.to_owned()), param);
        }
    }
    Ok(params)
}

fn param(definition: &Value, base: &str, elements: &Elements, all: &[Value]) -> Result<Option<Param>, String> {
    let kind = str(definition, "type");
    let id = str(definition, "id");
    let expression = str(definition, "expression");
    let paths = if kind == "composite" {
        path::composite(definition, base, elements, all)?
    } else {
        path::resolve(expression, base, kind, elements).map_err(|why| format!("{id} {base}: {why}"))?
    };
    if paths.is_empty() {
        return Ok(None);
    }
    let mut targets = BTreeSet::new();
    if kind == "reference" {
        for path in &paths {
            match &path.only {
                Some(only) => targets.insert(only.clone()),
                None if path.targets.is_empty() => targets.insert(String::new()),
                None => {
                    targets.extend(path.targets.iter().cloned());
                    false
                }
            };
        }
        // One path that may point anywhere makes the list useless.
        if targets.contains("") {
            targets.clear();
        }
    }
    let systems: BTreeSet<&str> = paths.iter().map(|path| path.system.as_str()).collect();
    let system = if kind == "token" && systems.len() == 1 {
        systems.first().copied().unwrap_or_default().to_owned()
    } else {
        String::new()
    };
    Ok(Some(Param { kind: kind.to_owned(), targets: targets.into_iter().collect(), system, paths }))
}

/// The parameters of the same type that already hold the values of this one, so that nothing is kept twice:
/// `patient` is `subject` narrowed to patients, `combo-code` is `code` and `component-code`.
fn kept_in<'p>(params: &'p BTreeMap<Key, Param>, resource_type: &str, name: &str, param: &Param) -> Vec<&'p String> {
    // These read their elements in a way of their own (`fhir::search::extract`).
    const OWN: [&str; 3] = ["phonetic", "phone", "deceased"];
    if OWN.contains(&name) {
        return Vec::new();
    }
    let siblings: Vec<(&String, &Param)> = params
        .iter()
        .filter(|((t, n), other)| {
            t == resource_type && n != name && !OWN.contains(&n.as_str()) && other.kind == param.kind
        })
        .map(|((_, n), other)| (n, other))
        .collect();
    let whole = |path: &Path| {
        let mut path = path.clone();
        path.only = None;
        path
    };
    let is_narrowed = param.paths.iter().any(|path| path.only.is_some());
    if is_narrowed {
        let wanted: Vec<Path> = param.paths.iter().map(whole).collect();
        return siblings.iter().filter(|(_, other)| same(&other.paths, &wanted)).map(|(n, _)| *n).take(1).collect();
    }
    // Of two that are equal the first keeps the values.
    if let Some((n, _)) = siblings.iter().find(|(n, other)| n.as_str() < name && same(&other.paths, &param.paths)) {
        return vec![*n];
    }
    let parts: Vec<&(&String, &Param)> = siblings
        .iter()
        .filter(|(_, other)| {
            other.paths.len() < param.paths.len() && other.paths.iter().all(|path| param.paths.contains(path))
        })
        .filter(|(n, other)| kept_in(params, resource_type, n, other).is_empty())
        .collect();
    let held: Vec<Path> = parts.iter().flat_map(|(_, other)| other.paths.iter().cloned()).collect();
    if same(&held, &param.paths) { parts.iter().map(|(n, _)| *n).collect() } else { Vec::new() }
}

fn same(a: &[Path], b: &[Path]) -> bool {
    a.iter().all(|path| b.contains(path)) && b.iter().all(|path| a.contains(path))
}
