//! The parameters that say what to do with what is found (search.html#Summary).

use super::super::error::{Problem, SearchError};
use super::super::params::{Kind, def, find};
use super::super::query::{Include, Query, Sort, SortBy, Total, View};
use super::{COUNT_DEFAULT, COUNT_MAX, with_hint};
use crate::search::params;
use crate::tables;

/// Their names, for hints.
pub(super) const NAMES: [&str; 14] = [
    "_id",
    "_lastUpdated",
    "_has",
    "_sort",
    "_count",
    "_total",
    "_summary",
    "_elements",
    "_include",
    "_revinclude",
    "_format",
    "_pretty",
    "_cursor",
    "_tag",
];

/// How many `_include` and `_revinclude` there may be.
const INCLUDES_MAX: usize = 16;
/// How many keys `_sort` may have.
const SORTS_MAX: usize = 4;

/// A query as far as it is read.
pub(super) struct Reading {
    pub(super) query: Query,
    seen: Vec<&'static str>,
}

impl Reading {
    pub(super) fn new(resource_type: &str) -> Self {
        let query = Query {
            resource_type: resource_type.to_owned(),
            filters: Vec::new(),
            sort: Vec::new(),
            count: COUNT_DEFAULT,
            cursor: None,
            total: Total::None,
            include: Vec::new(),
            revinclude: Vec::new(),
            view: View::Whole,
        };
        Self { query, seen: Vec::new() }
    }

    /// Takes a result parameter; false if it is none.
    pub(super) fn take(&mut self, name: &str, value: &str, _now_ms: i64) -> Result<bool, SearchError> {
        let error = |what| SearchError::new(name, what);
        let plain = name.split(':').next().unwrap_or(name);
        if let "_include" | "_revinclude" = plain {
            self.include(name, plain, value)?;
            return Ok(true);
        }
        let Some(&known) = ["_sort", "_count", "_total", "_summary", "_elements", "_format", "_pretty", "_cursor"]
            .iter()
            .find(|known| **known == plain)
        else {
            return Ok(false);
        };
        if let Some((_, modifier)) = name.split_once(':') {
            return Err(error(Problem::Modifier(modifier.to_owned())));
        }
        if self.seen.contains(&known) {
            return Err(error(Problem::Twice));
        }
        self.seen.push(known);
        let one_of = |values: &'static [&'static str]| {
            values.iter().position(|v| *v == value).ok_or_else(|| error(Problem::NotOneOf(values)))
        };
        match known {
            "_sort" => self.query.sort = sort(&self.query.resource_type, value)?,
            "_count" => {
                let digits = value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit());
                let count: u32 =
                    value.parse().ok().filter(|_| digits).ok_or_else(|| error(Problem::Malformed(Kind::Number)))?;
                self.query.count = count.min(COUNT_MAX);
            }
            "_total" => {
                self.query.total =
                    if one_of(&["none", "estimate", "accurate"])? == 0 { Total::None } else { Total::Accurate }
            }
            "_summary" => {
                self.query.view = [View::Summary, View::Text, View::Data, View::Count, View::Whole]
                    [one_of(&["true", "text", "data", "count", "false"])?]
                .clone()
            }
            "_elements" => {
                let names: Vec<String> = value.split(',').map(str::to_owned).collect();
                if names.iter().any(|name| name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric())) {
                    return Err(error(Problem::Malformed(Kind::String)));
                }
                self.query.view = View::Elements(names);
            }
            "_format" => drop(one_of(&["json", "application/json", "application/fhir+json", "text/json"])?),
            "_pretty" => drop(one_of(&["true", "false"])?),
            _ => self.query.cursor = Some(value.to_owned()),
        }
        Ok(true)
    }

    pub(super) fn finish(mut self) -> Result<Query, SearchError> {
        if self.seen.contains(&"_summary") && self.seen.contains(&"_elements") {
            return Err(SearchError::new("_elements", Problem::Modifier("_summary".to_owned())));
        }
        if self.query.count == 0 || self.query.view == View::Count {
            self.query.count = 0;
            self.query.total = Total::Accurate;
        }
        Ok(self.query)
    }

    /// `_include=Observation:subject:Patient`, `Observation:*`, `*`.
    fn include(&mut self, sent: &str, plain: &str, value: &str) -> Result<(), SearchError> {
        let error = |what| SearchError::new(sent, what);
        let iterate = match sent.split_once(':').map(|(_, modifier)| modifier) {
            None => false,
            // `:recurse` is what STU3 called it.
            Some("iterate" | "recurse") => true,
            Some(other) => return Err(error(Problem::Modifier(other.to_owned())).hint("iterate")),
        };
        let parts: Vec<&str> = value.split(':').collect();
        let (source, name, target) = match (plain, parts.as_slice()) {
            ("_include", ["*"]) => (self.query.resource_type.as_str(), "*", None),
            (_, [source, name]) => (*source, *name, None),
            (_, [source, name, target]) => (*source, *name, Some(*target)),
            _ => return Err(error(Problem::Malformed(Kind::Reference)).hint("Observation:subject")),
        };
        for resource_type in std::iter::once(source).chain(target) {
            if tables::type_code(resource_type).is_none() {
                return Err(error(Problem::UnknownType(resource_type.to_owned())));
            }
        }
        let param = if name == "*" {
            None
        } else {
            let found = find(source, name)
                .filter(|found| found.kind == Kind::Reference)
                .ok_or_else(|| super::unknown(sent, source, name))?;
            if let Some(target) = target.filter(|target| !found.targets.is_empty() && !found.targets.contains(target)) {
                return Err(error(Problem::Target(target.to_owned())));
            }
            Some(found)
        };
        // A parameter that points at one type says as much as naming the type does.
        let only = param.filter(|found| found.targets.len() == 1).map(|found| found.targets[0]);
        let include = Include {
            source: source.to_owned(),
            param: param.map(|found| found.param),
            target: target.or(only).map(str::to_owned),
            iterate,
        };
        let list = if plain == "_include" { &mut self.query.include } else { &mut self.query.revinclude };
        if !list.contains(&include) {
            list.push(include);
        }
        if list.len() > INCLUDES_MAX { Err(error(Problem::TooMany(INCLUDES_MAX))) } else { Ok(()) }
    }
}

fn sort(resource_type: &str, value: &str) -> Result<Vec<Sort>, SearchError> {
    let keys: Vec<&str> = value.split(',').collect();
    if keys.len() > SORTS_MAX {
        return Err(SearchError::new("_sort", Problem::TooMany(SORTS_MAX)));
    }
    keys.into_iter()
        .map(|key| {
            let (name, descending) = key.strip_prefix('-').map_or((key, false), |name| (name, true));
            let by = match name {
                "" => return Err(SearchError::new("_sort", Problem::Empty)),
                "_id" => SortBy::Id,
                "_lastUpdated" => SortBy::LastUpdated,
                _ => match find(resource_type, name) {
                    Some(found) if found.kind != Kind::Composite => SortBy::Param(found.param),
                    Some(_) => return Err(SearchError::new("_sort", Problem::Unsupported)),
                    None => {
                        let sortable = params(resource_type).map(|found| found.name).chain(["_id", "_lastUpdated"]);
                        let hint = super::nearest(name, sortable);
                        return Err(with_hint(
                            SearchError::new("_sort", Problem::UnknownParam(resource_type.to_owned())),
                            hint,
                        ));
                    }
                },
            };
            debug_assert!(!matches!(by, SortBy::Param(param) if def(param).is_none()));
            Ok(Sort { by, descending })
        })
        .collect()
}
