//! Conditions: a parameter with its modifier, chains, `_has`.

use super::super::error::{Problem, SearchError, nearest};
use super::super::params::{Kind, ParamDef, find};
use super::super::query::{Filter, Match, Prefix};
use super::value;
use super::{CONTAINS_MAX, DEPTH_MAX, UNSUPPORTED, VALUES_MAX, unknown, with_hint};
use crate::tables;

/// Where a condition stands.
pub(super) struct Scope<'s> {
    /// The type it is held by.
    pub(super) resource_type: &'s str,
    /// For `ap`.
    pub(super) now_ms: i64,
    /// How many chains and `_has` it stands in.
    pub(super) depth: usize,
    /// The whole name as sent, for errors.
    pub(super) sent: &'s str,
}

impl Scope<'_> {
    fn error(&self, what: Problem) -> SearchError {
        SearchError::new(self.sent, what)
    }

    fn inner<'i>(&'i self, resource_type: &'i str) -> Result<Scope<'i>, SearchError> {
        if self.depth == DEPTH_MAX {
            return Err(self.error(Problem::TooDeep(DEPTH_MAX)));
        }
        Ok(Scope { resource_type, depth: self.depth + 1, ..*self })
    }
}

/// One condition.
pub(super) fn read(scope: &Scope<'_>, name: &str, text: &str) -> Result<Filter, SearchError> {
    if let Some(rest) = name.strip_prefix("_has:") {
        return has(scope, rest, text);
    }
    if let Some((head, rest)) = name.split_once('.') {
        return chain(scope, head, rest, text);
    }
    let (plain, modifier) = name.split_once(':').map_or((name, None), |(plain, modifier)| (plain, Some(modifier)));
    match plain {
        "_id" => id(scope, modifier, text),
        "_lastUpdated" => last_updated(scope, modifier, text),
        _ => {
            let def = lookup(scope, plain)?;
            param(scope, def, modifier, text)
        }
    }
}

fn lookup(scope: &Scope<'_>, name: &str) -> Result<&'static ParamDef, SearchError> {
    find(scope.resource_type, name).ok_or_else(|| {
        if UNSUPPORTED.contains(&name) {
            scope.error(Problem::Unsupported)
        } else {
            unknown(scope.sent, scope.resource_type, name)
        }
    })
}

fn id(scope: &Scope<'_>, modifier: Option<&str>, text: &str) -> Result<Filter, SearchError> {
    if let Some(modifier) = modifier {
        return Err(scope.error(Problem::Modifier(modifier.to_owned())));
    }
    let ids: Vec<String> = text.split(',').map(str::to_owned).collect();
    if ids.iter().any(String::is_empty) {
        return Err(scope.error(Problem::Empty));
    }
    if ids.len() > VALUES_MAX {
        return Err(scope.error(Problem::TooMany(VALUES_MAX)));
    }
    match ids.iter().all(|id| crate::is_id(id)) {
        true => Ok(Filter::Id(ids)),
        false => Err(scope.error(Problem::Malformed(Kind::Token))),
    }
}

fn last_updated(scope: &Scope<'_>, modifier: Option<&str>, text: &str) -> Result<Filter, SearchError> {
    if let Some(modifier) = modifier {
        return Err(scope.error(Problem::Modifier(modifier.to_owned())));
    }
    value::date(text, scope.now_ms).map(Filter::LastUpdated).ok_or_else(|| scope.error(Problem::Malformed(Kind::Date)))
}

fn param(scope: &Scope<'_>, def: &'static ParamDef, modifier: Option<&str>, text: &str) -> Result<Filter, SearchError> {
    if modifier == Some("missing") {
        return match text {
            "true" | "false" => Ok(Filter::Missing { param: def.param, missing: text == "true" }),
            _ => Err(scope.error(Problem::NotOneOf(&["true", "false"]))),
        };
    }
    let allowed: &[&str] = match def.kind {
        Kind::Token if def.has_labels() => &["missing", "not", "text"],
        Kind::Token if def.paths.iter().any(|path| path.leaf == super::super::path::Leaf::Identifier) => {
            &["missing", "not", "of-type"]
        }
        Kind::Token => &["missing", "not"],
        Kind::String => &["missing", "exact", "contains"],
        Kind::Reference => &["missing", "identifier"],
        Kind::Uri => &["missing", "above", "below"],
        _ => &["missing"],
    };
    let mut of_type = None;
    match modifier {
        Some(modifier) if def.kind == Kind::Reference && tables::type_code(modifier).is_some() => {
            if !def.targets.is_empty() && !def.targets.contains(&modifier) {
                return Err(scope.error(Problem::Target(modifier.to_owned())));
            }
            of_type = Some(modifier);
        }
        Some(modifier) if !allowed.contains(&modifier) => {
            let error = scope.error(Problem::Modifier(modifier.to_owned()));
            return Err(with_hint(
                error,
                nearest(modifier, allowed.iter().copied()).map(|near| format!("{}:{near}", def.name)),
            ));
        }
        _ => {}
    }
    let alternatives = value::split(text, ',');
    // Each `:contains` looks through every text of the parameter.
    let max = if modifier == Some("contains") { CONTAINS_MAX } else { VALUES_MAX };
    if alternatives.len() > max {
        return Err(scope.error(Problem::TooMany(max)));
    }
    let reader =
        value::Reader { def, modifier: if of_type.is_some() { None } else { modifier }, of_type, now_ms: scope.now_ms };
    let mut values: Vec<Match> = Vec::new();
    for alternative in alternatives {
        if alternative.is_empty() {
            return Err(scope.error(Problem::Empty));
        }
        values.extend(reader.read(alternative).map_err(|what| {
            let hint = if what == Problem::Malformed(Kind::Date) { value::date_hint(alternative) } else { None };
            with_hint(scope.error(what), hint)
        })?);
    }
    // "Not this or not that" holds of nearly everything; the standard gives `ne` of a list no meaning.
    let many = values.len() > 1;
    if many && values.iter().any(|value| matches!(value, Match::Date(date) if date.prefix == Prefix::Ne)) {
        return Err(scope.error(Problem::Malformed(def.kind)));
    }
    Ok(Filter::Any { param: def.param, values, not: modifier == Some("not") })
}

/// `subject:Patient.name`, `patient.organization.name`.
fn chain(scope: &Scope<'_>, head: &str, rest: &str, text: &str) -> Result<Filter, SearchError> {
    let (name, of_type) = head.split_once(':').map_or((head, None), |(name, of_type)| (name, Some(of_type)));
    let def = lookup(scope, name)?;
    if def.kind != Kind::Reference {
        return Err(scope.error(Problem::Modifier(rest.to_owned())));
    }
    if let Some(of_type) = of_type {
        if tables::type_code(of_type).is_none() {
            return Err(scope.error(Problem::UnknownType(of_type.to_owned())));
        }
        if !def.targets.is_empty() && !def.targets.contains(&of_type) {
            return Err(scope.error(Problem::Target(of_type.to_owned())));
        }
        let inner = read(&scope.inner(of_type)?, rest, text)?;
        return Ok(Filter::Chain { param: def.param, types: vec![of_type.to_owned()], inner: vec![inner] });
    }
    if def.targets.is_empty() {
        return Err(scope.error(Problem::Target("*".to_owned())).hint(format!("{name}:Patient.{rest}")));
    }
    // The standard: follow to every type that has the parameter; wrong everywhere is wrong.
    let (mut types, mut inner, mut first_error) = (Vec::new(), Vec::new(), None);
    for target in &def.targets {
        match read(&scope.inner(target)?, rest, text) {
            Ok(filter) => {
                types.push((*target).to_owned());
                inner.push(filter);
            }
            // Of several errors the one about the value tells more than "no such parameter".
            Err(error)
                if first_error
                    .as_ref()
                    .is_none_or(|first: &SearchError| matches!(first.what, Problem::UnknownParam(_))) =>
            {
                first_error = Some(error);
            }
            Err(_) => {}
        }
    }
    match first_error {
        Some(error) if types.is_empty() => Err(error),
        _ => Ok(Filter::Chain { param: def.param, types, inner }),
    }
}

/// `_has:Observation:patient:code`, the part after `_has:`.
fn has(scope: &Scope<'_>, rest: &str, text: &str) -> Result<Filter, SearchError> {
    let form = || scope.error(Problem::Malformed(Kind::Reference)).hint("_has:Observation:patient:code");
    let (resource_type, rest) = rest.split_once(':').ok_or_else(form)?;
    let (name, rest) = rest.split_once(':').ok_or_else(form)?;
    if tables::type_code(resource_type).is_none() {
        return Err(scope.error(Problem::UnknownType(resource_type.to_owned())));
    }
    let inner_scope = scope.inner(resource_type)?;
    let def = lookup(&inner_scope, name)?;
    if def.kind != Kind::Reference {
        return Err(form());
    }
    if !def.targets.is_empty() && !def.targets.contains(&scope.resource_type) {
        return Err(scope.error(Problem::Target(scope.resource_type.to_owned())));
    }
    let inner = read(&inner_scope, rest, text)?;
    Ok(Filter::Has { resource_type: resource_type.to_owned(), param: def.param, inner: Box::new(inner) })
}
