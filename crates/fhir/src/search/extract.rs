//! What a resource is found by. The paths of a type are merged into one tree, so that each member of a resource
//! is looked at once however many parameters read it: an Observation of 1.2 kB takes about 5 µs.

use std::sync::OnceLock;

use super::leaf;
use super::params::{Kind, ParamDef, params};
use super::path::{Keep, Leaf, Path};
use super::value::{Indexed, Target, Value};
use crate::json::{Json, Object};
use crate::resource::Resource;
use crate::tables;

#[derive(Default)]
struct Node {
    children: Vec<(&'static str, Keep, Node)>,
    leaves: Vec<(&'static ParamDef, &'static Path)>,
}

/// The merged paths of a type.
struct Plan {
    root: Node,
    /// Composites of the resource itself.
    composites: Vec<(&'static ParamDef, &'static Path)>,
    deceased: Option<&'static ParamDef>,
    patient: Option<&'static ParamDef>,
}

/// Room for every number that could be appended; the table of types has 146.
static PLANS: [OnceLock<Plan>; 256] = [const { OnceLock::new() }; 256];

fn plan(type_code: u16) -> Option<&'static Plan> {
    let resource_type = tables::type_name(type_code)?;
    Some(PLANS.get(usize::from(type_code))?.get_or_init(|| {
        let mut plan = Plan { root: Node::default(), composites: Vec::new(), deceased: None, patient: None };
        for def in params(resource_type) {
            if def.name == "patient" {
                plan.patient = Some(def);
            }
            // What others hold is not indexed again.
            if def.kept_in != [def.param] || def.split.is_some() {
                continue;
            }
            for path in &def.paths {
                match path.leaf {
                    Leaf::Deceased => plan.deceased = Some(def),
                    Leaf::Composite if path.steps.is_empty() => plan.composites.push((def, path)),
                    _ => plan.root.add(&path.steps, def, path),
                }
            }
        }
        plan
    }))
}

impl Node {
    fn add(&mut self, steps: &'static [super::path::Step], def: &'static ParamDef, path: &'static Path) {
        let Some((step, rest)) = steps.split_first() else {
            self.leaves.push((def, path));
            return;
        };
        let at =
            self.children.iter().position(|(name, keep, _)| *name == step.name && *keep == step.keep).unwrap_or_else(
                || {
                    self.children.push((step.name, step.keep.clone(), Self::default()));
                    self.children.len() - 1
                },
            );
        self.children[at].2.add(rest, def, path);
    }

    fn walk(&self, object: &Object, out: &mut Vec<Indexed>) {
        for (name, value) in object.iter() {
            for (child_name, keep, child) in &self.children {
                if *child_name != name {
                    continue;
                }
                for item in value.items().iter().filter(|item| keep.holds(item)) {
                    for (def, path) in &child.leaves {
                        take(def, path, item, out);
                    }
                    if let (false, Some(object)) = (child.children.is_empty(), item.as_object()) {
                        child.walk(object, out);
                    }
                }
            }
        }
    }
}

fn take(def: &'static ParamDef, path: &'static Path, item: &Json, out: &mut Vec<Indexed>) {
    if path.leaf == Leaf::Composite {
        if let Some(object) = item.as_object() {
            composite(def, path, object, out);
        }
        return;
    }
    leaf::values(def, path, item, &mut |value| push(def, value, out));
}

/// The same value twice is one.
fn push(def: &ParamDef, value: Value, out: &mut Vec<Indexed>) {
    let indexed = Indexed { param: def.param, value };
    if !out.contains(&indexed) {
        out.push(indexed);
    }
}

/// Every pair of a left and a right value of the same element.
fn composite(def: &'static ParamDef, path: &'static Path, object: &Object, out: &mut Vec<Indexed>) {
    let Some(sides) = &path.sides else { return };
    let [left, right] = sides.each_ref().map(|side| {
        let mut values = Vec::new();
        for path in side {
            path.visit(object, &mut |item| leaf::values(part(def, path), path, item, &mut |value| values.push(value)));
        }
        values
    });
    for left in left.iter().filter(|value| !matches!(value, Value::Label(_))) {
        for right in right.iter().filter(|value| !matches!(value, Value::Label(_))) {
            push(def, Value::Composite(Box::new([left.clone(), right.clone()])), out);
        }
    }
}

/// A side of a composite is read like a parameter of the kind that its type has by nature.
fn part(def: &'static ParamDef, path: &Path) -> &'static ParamDef {
    if !matches!(path.leaf, Leaf::Text) {
        return def;
    }
    static STRING: OnceLock<ParamDef> = OnceLock::new();
    STRING.get_or_init(|| ParamDef {
        param: def.param,
        resource_type: "",
        name: "",
        kind: Kind::String,
        many: true,
        kept_in: Vec::new(),
        narrowed: false,
        targets: Vec::new(),
        system: "",
        split: None,
        paths: Vec::new(),
    })
}

/// The values a resource is found by: pure, so that the rows of a former version can be worked out again.
#[must_use]
pub fn extract(resource: &Resource) -> Vec<Indexed> {
    let Some(plan) = plan(resource.type_code()) else { return Vec::new() };
    let object = resource.json();
    let mut out = Vec::with_capacity(32);
    plan.root.walk(object, &mut out);
    for (def, path) in &plan.composites {
        composite(def, path, object, &mut out);
    }
    if let Some(def) = plan.deceased {
        let dead =
            object.get("deceasedBoolean").and_then(Json::as_bool) == Some(true) || object.contains("deceasedDateTime");
        let code = if dead { "true" } else { "false" }.to_owned();
        out.push(Indexed { param: def.param, value: Value::Token { system: String::new(), code } });
    }
    out
}

/// The logical id of the patient whose compartment this belongs to: the one it is about. None when it is about
/// nobody or about several, for then it belongs to no single chart. A Patient is its own.
#[must_use]
pub fn patient_of(resource: &Resource) -> Option<String> {
    if resource.resource_type() == "Patient" {
        return resource.id().map(str::to_owned);
    }
    if resource.resource_type() == "Binary" {
        // The standard has no search parameter for it: whose it is says its security context (binary.html).
        let reference = resource.json().get("securityContext")?.get("reference")?.as_str()?;
        let id = reference.strip_prefix("Patient/")?;
        return crate::is_id(id).then(|| id.to_owned());
    }
    let def = plan(resource.type_code())?.patient?;
    let mut patients: Vec<String> = Vec::new();
    for path in &def.paths {
        path.visit(resource.json(), &mut |item| {
            let target = item.get("reference").and_then(Json::as_str).and_then(leaf::target);
            if let Some(Target::Local { resource_type, id }) = target
                && resource_type == "Patient"
                && !patients.contains(&id)
            {
                patients.push(id);
            }
        });
    }
    if patients.len() == 1 { patients.pop() } else { None }
}

#[cfg(test)]
#[path = "extract_tests.rs"]
mod tests;
