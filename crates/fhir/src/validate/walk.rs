//! The walk along the tables.

use std::collections::HashMap;

use super::path::Path;
use super::primitive::{self, Wrong};
use super::{ISSUES_MAX, Mode, narrative, profile, rules, time};
use crate::json::{Json, MAX_DEPTH, Object};
use crate::outcome::{Issue, IssueType, Severity};
use crate::references::Literal;
use crate::resource::{Resource, is_id};
use crate::tables::{self, ElementDef, Kind, Primitive, TypeDef, TypeId};

/// The state of one validation.
pub(super) struct Walk<'r> {
    mode: Mode,
    issues: Vec<Issue>,
    depth: usize,
    /// What the resource being walked contains.
    contained: Vec<Contained<'r>>,
    /// Which of `contained` is being walked.
    inside: Option<usize>,
    /// Types of the entries by fullUrl, when a Bundle is walked: references may name them.
    entries: HashMap<&'r str, u16>,
}

struct Contained<'r> {
    id: &'r str,
    type_code: Option<u16>,
    /// Referred to from elsewhere, or refers to what contains it (dom-3).
    is_used: bool,
}

impl<'r> Walk<'r> {
    pub(super) fn new(mode: Mode, resource: &'r Resource) -> Self {
        let is_bundle = resource.resource_type() == "Bundle";
        let entries = if is_bundle { entry_types(resource.json()) } else { HashMap::new() };
        Self { mode, issues: Vec::new(), depth: 0, contained: Vec::new(), inside: None, entries }
    }

    pub(super) fn run(mut self, resource: &'r Resource) -> Vec<Issue> {
        self.resource(resource.type_code(), resource.json(), &Path::root(resource.resource_type()));
        self.issues
    }

    /// Reports a breach that makes no sense to any reader.
    fn structure(&mut self, path: &Path<'_>, text: impl Into<String>) {
        self.report(Severity::Error, IssueType::Structure, path, text.into());
    }

    /// Reports a breach of content: an error, or a warning in [`Mode::Warn`].
    pub(super) fn content(&mut self, code: IssueType, path: &Path<'_>, text: impl Into<String>) {
        let severity = if self.mode == Mode::Strict { Severity::Error } else { Severity::Warning };
        self.report(severity, code, path, text.into());
    }

    pub(super) fn report(&mut self, severity: Severity, code: IssueType, path: &Path<'_>, text: String) {
        if self.issues.len() < ISSUES_MAX {
            self.issues.push(Issue { severity, code, diagnostics: text, expression: path.to_string() });
        }
    }

    /// A resource that stands for itself: the whole, or one inside a Bundle or Parameters.
    fn resource(&mut self, type_code: u16, object: &'r Object, path: &Path<'_>) {
        let outer_contained = std::mem::replace(&mut self.contained, contained_in(object));
        let outer_inside = self.inside.take();
        self.body(type_code, object, path);
        for index in 0..self.contained.len() {
            if !self.contained[index].is_used {
                let at = path.element("contained").item(index);
                self.content(
                    IssueType::Invariant,
                    &at,
                    "a contained resource must be referred to from the resource, or refer to it (dom-3)",
                );
            }
        }
        self.contained = outer_contained;
        self.inside = outer_inside;
    }

    fn body(&mut self, type_code: u16, object: &'r Object, path: &Path<'_>) {
        if let Some(id) = tables::resource_structure(type_code) {
            self.object(id, object, path);
            profile::check(self, id.def().name, object, path);
        }
    }

    fn inner_resource(&mut self, value: &'r Json, path: &Path<'_>) {
        let Some(object) = value.as_object() else { return self.structure(path, "must be a resource: a JSON object") };
        match object.str("resourceType").map(|name| (name, tables::type_code(name))) {
            Some((_, Some(type_code))) if path.is_contained() => self.contained_resource(type_code, object, path),
            Some((_, Some(type_code))) => self.resource(type_code, object, path),
            Some((_, None)) => self.structure(path, "has a resourceType that is not in R4"),
            None => self.structure(path, "has no resourceType"),
        }
    }

    /// The rules on contained resources: dom-2, dom-4, dom-5, and that it can be referred to.
    fn contained_resource(&mut self, type_code: u16, object: &'r Object, path: &Path<'_>) {
        if self.inside.is_some() || object.contains("contained") {
            return self.content(IssueType::Invariant, path, "a contained resource must contain none itself (dom-2)");
        }
        let meta = object.get("meta").and_then(Json::as_object);
        if meta.is_some_and(|meta| meta.contains("versionId") || meta.contains("lastUpdated")) {
            self.content(
                IssueType::Invariant,
                path,
                "a contained resource must have no version and no time of its own (dom-4)",
            );
        }
        if meta.is_some_and(|meta| meta.contains("security")) {
            self.content(
                IssueType::Invariant,
                path,
                "a contained resource must have no security label of its own (dom-5)",
            );
        }
        if !object.contains("id") {
            self.content(
                IssueType::Required,
                path,
                "a contained resource must have an id, without which nothing can refer to it",
            );
        }
        self.inside = path.index();
        self.body(type_code, object, path);
        self.inside = None;
    }

    fn object(&mut self, id: TypeId, object: &'r Object, path: &Path<'_>) {
        if self.depth >= MAX_DEPTH {
            return self.structure(path, "is nested too deep");
        }
        self.depth += 1;
        self.members(id.def(), object, path);
        rules::check(self, id, object, path);
        self.depth -= 1;
    }

    fn members(&mut self, def: &'static TypeDef, object: &'r Object, path: &Path<'_>) {
        let mut seen = 0_u64;
        let mut chosen = [0_u8; 64];
        for (name, value) in object.iter() {
            if name == "resourceType" && def.is_resource() {
                continue;
            }
            let plain = name.strip_prefix('_').unwrap_or(name);
            let Some(member) = def.member(plain) else {
                self.structure(&path.element(name), format!("{} has no such element", def.name));
                continue;
            };
            let index = usize::from(member.element);
            let element = &def.elements[index];
            let kind = &element.kinds[usize::from(member.kind)];
            let at = path.element(element.name);
            if seen & (1 << index) != 0 && chosen[index] != member.kind {
                self.structure(&at, "has more than one type: a choice is one of them");
            }
            seen |= 1 << index;
            chosen[index] = member.kind;
            if plain.len() == name.len() {
                self.element(element, kind, object, name, value, &at);
            } else {
                self.primitive_extension(element, kind, object, plain, value, &at);
            }
        }
        let missing = def.required & !seen;
        if missing != 0 {
            for (_, element) in def.elements.iter().enumerate().filter(|(index, _)| missing & (1 << index) != 0) {
                self.content(IssueType::Required, &path.element(element.name), "must be there");
            }
        }
        let only_id = object.len() == usize::from(object.contains("id"));
        if only_id && !def.is_resource() {
            self.structure(path, "must have a value or elements (ele-1): leave an empty one out");
        }
    }

    fn element(
        &mut self,
        element: &'static ElementDef,
        kind: &'static Kind,
        object: &'r Object,
        name: &str,
        value: &'r Json,
        path: &Path<'_>,
    ) {
        if !element.is_many {
            return match value {
                Json::Array(_) => self.structure(path, "must be one, not an array"),
                Json::Null => self.structure(path, "must not be null: leave the element out"),
                value => self.value(element, kind, value, path),
            };
        }
        let Json::Array(items) = value else { return self.structure(path, "must be an array, even of one") };
        if items.is_empty() {
            self.structure(path, "must not be an empty array: leave the element out");
        }
        for (index, item) in items.iter().enumerate() {
            let at = path.item(index);
            if *item != Json::Null {
                self.value(element, kind, item, &at);
            } else if !has_extension(object, name, index) {
                self.structure(&at, "must not be null without an extension in its place");
            }
        }
    }

    fn value(&mut self, element: &'static ElementDef, kind: &'static Kind, value: &'r Json, path: &Path<'_>) {
        let id = match kind {
            Kind::Primitive(primitive) => return self.primitive(element, *primitive, value, path),
            Kind::Resource => return self.inner_resource(value, path),
            Kind::Complex(id) | Kind::SimpleQuantity(id) | Kind::Reference(id, _) => *id,
        };
        let Some(object) = value.as_object() else {
            return self.structure(path, format!("must be {}: a JSON object", kind.name()));
        };
        self.object(id, object, path);
        match kind {
            Kind::Reference(_, targets) => self.reference(targets, object, path),
            Kind::SimpleQuantity(_) if object.contains("comparator") => {
                self.content(IssueType::Invariant, path, "a simple quantity must have no comparator (sqty-1)");
            }
            _ => {}
        }
        if let Some(codes) = element.codes {
            let in_set = |coding: &Object| {
                codes.has_coding(coding.str("system").unwrap_or(""), coding.str("code").unwrap_or(""))
            };
            if !rules::items(object, "coding").filter_map(Json::as_object).any(in_set) {
                self.content(
                    IssueType::CodeInvalid,
                    path,
                    format!("must have a coding of {}{}", codes.name, few(codes)),
                );
            }
        }
    }

    fn primitive(&mut self, element: &'static ElementDef, primitive: Primitive, value: &'r Json, path: &Path<'_>) {
        match primitive::check(primitive, value) {
            Err(Wrong::Shape(says)) => return self.structure(path, format!("{says} ({})", primitive.as_str())),
            Err(Wrong::Value(says)) => return self.content(IssueType::Value, path, says),
            Ok(()) => {}
        }
        let Json::String(text) = value else { return };
        match primitive {
            Primitive::Code => {
                if let Some(codes) = element.codes.filter(|codes| !codes.has(text)) {
                    self.content(
                        IssueType::CodeInvalid,
                        path,
                        format!("must be a code of {}{}", codes.name, few(codes)),
                    );
                }
            }
            Primitive::Xhtml => {
                if let Err(says) = narrative::check(text) {
                    self.report(Severity::Error, IssueType::Security, path, says);
                }
            }
            Primitive::Date | Primitive::DateTime | Primitive::Instant if !time::is_of_our_age(text) => {
                let says = "is a date that nobody now living has seen or will see";
                self.report(Severity::Warning, IssueType::Value, path, says.to_owned());
            }
            // A canonical or URI may refer to a contained resource too.
            Primitive::Canonical | Primitive::Uri | Primitive::Url => {
                if let Some(id) = text.strip_prefix('#') {
                    self.refer_to_contained(id);
                }
            }
            _ => {}
        }
    }

    /// `_name`: the id and extensions of a primitive.
    fn primitive_extension(
        &mut self,
        element: &'static ElementDef,
        kind: &'static Kind,
        object: &'r Object,
        name: &str,
        value: &'r Json,
        path: &Path<'_>,
    ) {
        if !matches!(kind, Kind::Primitive(_)) {
            return self.structure(path, "is no primitive: its extensions stand inside it, not beside it");
        }
        let items = match (element.is_many, value) {
            (true, Json::Array(items)) => items.as_slice(),
            (false, Json::Object(_)) => std::slice::from_ref(value),
            (true, _) => return self.structure(path, "must have an array of extensions beside it, like itself"),
            (false, _) => return self.structure(path, "must have one object of extensions beside it, like itself"),
        };
        let values = object.get(name).map(Json::items);
        if element.is_many && values.is_some_and(|values| values.len() != items.len()) {
            self.structure(path, "must have as many values as extensions beside them, null where there is none");
        }
        let Some(id) = tables::structure("Element") else { return };
        for (index, item) in items.iter().enumerate() {
            let at = if element.is_many { path.item(index) } else { *path };
            let has_value = values.and_then(|values| values.get(index)).is_some_and(|value| *value != Json::Null);
            match item {
                // Beside a value an id alone is enough; ele-1 is about elements without one.
                Json::Object(extensions) if has_value && extensions.len() == 1 && extensions.str("id").is_some() => {}
                Json::Object(extensions) => self.object(id, extensions, &at),
                Json::Null if has_value => {}
                _ => self.structure(&at, "must have an id and extensions beside it, or null"),
            }
        }
    }

    /// Shape and target of a reference, ref-1.
    fn reference(&mut self, targets: &[u16], object: &'r Object, path: &Path<'_>) {
        let said = object.str("type").and_then(tables::type_code);
        let text = object.str("reference");
        let found = match text.map(Literal::parse) {
            None => None,
            Some(None) => {
                return self.content(IssueType::Value, &path.element("reference"), "must be Type/id, #id or a URL");
            }
            Some(Some(Literal::Contained(""))) => {
                self.refer_to_container();
                None
            }
            Some(Some(Literal::Contained(id))) => match self.refer_to_contained(id) {
                Some(type_code) => type_code,
                None => return self.content(IssueType::Invariant, path, "refers to no contained resource (ref-1)"),
            },
            Some(Some(Literal::Absolute { type_code: None })) => text.and_then(|url| self.entries.get(url)).copied(),
            Some(Some(literal)) => literal.type_code(),
        };
        if let (Some(said), Some(found)) = (said, found)
            && said != found
        {
            self.content(IssueType::Value, &path.element("type"), "is not the type that the reference names");
        }
        if let Some(type_code) = found.or(said)
            && !targets.is_empty()
            && !targets.contains(&type_code)
        {
            let names: Vec<_> = targets.iter().filter_map(|code| tables::type_name(*code)).collect();
            self.content(IssueType::Value, path, format!("must refer to one of {}", names.join(", ")));
        }
    }

    fn refer_to_container(&mut self) {
        if let Some(contained) = self.inside.and_then(|index| self.contained.get_mut(index)) {
            contained.is_used = true;
        }
    }

    /// The type of the contained resource; none when there is no such resource.
    fn refer_to_contained(&mut self, id: &str) -> Option<Option<u16>> {
        let contained = self.contained.iter_mut().find(|contained| contained.id == id)?;
        contained.is_used = true;
        Some(contained.type_code)
    }
}

fn contained_in(object: &Object) -> Vec<Contained<'_>> {
    rules::items(object, "contained")
        .map(|value| Contained {
            id: value.get("id").and_then(Json::as_str).filter(|id| is_id(id)).unwrap_or_default(),
            type_code: value.get("resourceType").and_then(Json::as_str).and_then(tables::type_code),
            is_used: false,
        })
        .collect()
}

fn entry_types(bundle: &Object) -> HashMap<&str, u16> {
    let entries = rules::items(bundle, "entry").filter_map(Json::as_object);
    let known = entries.filter_map(|entry| {
        let resource_type = entry.get("resource")?.get("resourceType")?.as_str()?;
        Some((entry.str("fullUrl")?, tables::type_code(resource_type)?))
    });
    known.collect()
}

fn has_extension(object: &Object, name: &str, index: usize) -> bool {
    let beside = object.get(&format!("_{name}")).map(Json::items);
    beside.and_then(|beside| beside.get(index)).is_some_and(|extension| extension.as_object().is_some())
}

/// The codes, when they are few enough to help.
fn few(codes: &tables::CodeSet) -> String {
    let listed: Vec<_> = codes.codes().take(13).collect();
    if listed.len() > 12 { String::new() } else { format!(": {}", listed.join(", ")) }
}
