//! The order of rows, and where in it a page starts.

use fhir::search::query::{Query, Sort, SortBy};
use fhir::search::value::Param;
use fhir::search::{Kind, def};

use super::bind::Bind;
use super::cond::params_in;
use super::cursor::{Cursor, Key};
use super::near::Nearest;
use super::plan::Plan;
use crate::db::Row;
use crate::error::DbError;

/// Sort keys, most significant first; the row key, newest first, decides between equals.
pub(super) struct Order {
    keys: Vec<(By, bool)>,
}

/// A sort key by how it is found.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum By {
    /// Nearness of spelling.
    Rank,
    /// The text that is so near.
    Near,
    LogicalId,
    Updated,
    Param(Param, Kind),
}

/// An order that an index keeps.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Walked {
    /// Newest made first.
    Newest,
    /// By a date, of which a resource has one value at most.
    Date(Param),
}

impl Order {
    /// The order asked for; else by nearness if a text is searched, else newest made first.
    pub(super) fn of(query: &Query) -> Self {
        let asked = query.sort.iter().filter_map(|Sort { by, descending }| {
            let by = match by {
                SortBy::Id => By::LogicalId,
                SortBy::LastUpdated => By::Updated,
                SortBy::Param(param) => By::Param(*param, def(*param)?.kind),
            };
            Some((by, *descending))
        });
        let mut keys: Vec<(By, bool)> = asked.collect();
        let is_ranked = query.filters.iter().any(|filter| {
            use fhir::search::query::{Filter, Match};
            matches!(filter, Filter::Any { param, values, .. } if def(*param).is_some_and(|def| def.kind == Kind::String) && values.iter().any(|value| matches!(value, Match::Starts { .. })))
        });
        if keys.is_empty() && is_ranked {
            keys.extend([(By::Rank, false), (By::Near, false)]);
        }
        Self { keys }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn keys(&self) -> &[(By, bool)] {
        &self.keys
    }

    /// What all resources of a type can be walked by, so that a page that is soon full costs little.
    pub(super) fn walk(&self) -> Option<Walked> {
        let is_single = |param| def(param).is_some_and(|def| !def.many && def.kept_in == [param]);
        match self.keys[..] {
            [] => Some(Walked::Newest),
            [(By::Param(param, Kind::Date), _)] if is_single(param) => Some(Walked::Date(param)),
            _ => None,
        }
    }

    /// Whether keys are of the kinds that this order compares.
    pub(super) fn fits(&self, keys: &[Key]) -> bool {
        self.keys.iter().zip(keys).all(|((by, _), key)| match by {
            By::Rank => matches!(key, Key::Int(_)),
            By::Updated | By::Param(_, Kind::Date) => matches!(key, Key::Int(_) | Key::None),
            By::Param(_, Kind::Number | Kind::Quantity) => matches!(key, Key::Real(_) | Key::None),
            By::Near => matches!(key, Key::Text(_)),
            By::LogicalId | By::Param(..) => matches!(key, Key::Text(_) | Key::None),
        })
    }

    /// The statement of a page: `limit` rows after `from`.
    pub(super) fn statement(&self, plan: &Plan, from: Option<&Cursor>, limit: i64, bind: &mut Bind) -> String {
        let body = plan.body(bind);
        let newest = from.map(|cursor| format!(" AND {} <= {}", plan.id(), bind.int(cursor.high))).unwrap_or_default();
        if self.keys.is_empty() {
            let after = from.map(|cursor| format!(" AND {} < {}", plan.id(), bind.int(cursor.id))).unwrap_or_default();
            return format!(
                "SELECT {id} AS id {body}{newest}{after} ORDER BY {id} DESC LIMIT {}",
                bind.int(limit),
                id = plan.id()
            );
        }
        let columns: Vec<String> =
            self.keys.iter().enumerate().map(|(at, key)| format!(", {} AS k{at}", column(key, plan, bind))).collect();
        let after = from.map(|cursor| format!(" WHERE {}", self.after(cursor, bind))).unwrap_or_default();
        let keys: Vec<String> = self
            .keys
            .iter()
            .enumerate()
            .map(|(at, (_, descending))| format!("k{at} {} NULLS LAST", if *descending { "DESC" } else { "ASC" }))
            .collect();
        format!(
            "SELECT * FROM (SELECT {} AS id{} {body}{newest}) p{after} ORDER BY {}, id DESC LIMIT {}",
            plan.id(),
            columns.concat(),
            keys.join(", "),
            bind.int(limit)
        )
    }

    /// Rows strictly after the cursor: after in some key and equal in all before it, or equal in all and older.
    /// What has no value comes last either way.
    fn after(&self, cursor: &Cursor, bind: &mut Bind) -> String {
        let (mut alternatives, mut equal) = (Vec::new(), String::new());
        for (at, ((_, descending), key)) in self.keys.iter().zip(&cursor.keys).enumerate() {
            let mark = key.mark(bind);
            if let Some(mark) = &mark {
                let sign = if *descending { "<" } else { ">" };
                alternatives.push(format!("({equal}(k{at} {sign} {mark} OR k{at} IS NULL))"));
            }
            equal.push_str(&match mark {
                Some(mark) => format!("k{at} = {mark} AND "),
                None => format!("k{at} IS NULL AND "),
            });
        }
        alternatives.push(format!("({equal}id < {})", bind.int(cursor.id)));
        alternatives.join(" OR ")
    }

    /// The sort keys of a row.
    pub(super) fn read(&self, row: &Row<'_>) -> Result<Cursor, DbError> {
        let mut keys = Vec::with_capacity(self.keys.len());
        for (at, (by, _)) in self.keys.iter().enumerate() {
            keys.push(match by {
                By::Rank | By::Updated | By::Param(_, Kind::Date) => row.opt_int(at + 1)?.map_or(Key::None, Key::Int),
                By::Param(_, Kind::Number | Kind::Quantity) => row.opt_real(at + 1)?.map_or(Key::None, Key::Real),
                By::Near | By::LogicalId | By::Param(..) => row.opt_text(at + 1)?.map_or(Key::None, Key::Text),
            });
        }
        Ok(Cursor { high: 0, id: row.int(0)?, keys })
    }
}

/// The expression of a sort key. Of several values the one that comes first in the order counts
/// (search.html#sort).
fn column((by, descending): &(By, bool), plan: &Plan, bind: &mut Bind) -> String {
    let row = plan.row();
    let pick = if *descending { "max" } else { "min" };
    let (param, kind) = match by {
        By::Rank => return plan.nearest(Nearest::Rank, bind),
        By::Near => return plan.nearest(Nearest::Text, bind),
        By::LogicalId => return format!("{row}.logical_id"),
        By::Updated => return format!("{row}.updated"),
        By::Param(param, kind) => (*param, *kind),
    };
    let kept = def(param).map_or_else(|| vec![param], |def| def.kept_in.clone());
    let params = params_in(&kept, bind);
    let of_row = |table: &str, column: &str| {
        format!("(SELECT {pick}(x.{column}) FROM {table} x WHERE {params} AND x.resource = {row}.id)")
    };
    match kind {
        Kind::Date => of_row("ix_date", "low"),
        Kind::String => of_row("ix_text", "folded"),
        Kind::Number | Kind::Quantity => {
            format!("(SELECT {pick}(x.low) FROM ix_quantity x WHERE {params} AND x.resource = {row}.id AND x.unit > 0)")
        }
        Kind::Reference => format!(
            "(SELECT {pick}(t.logical_id) FROM ix_reference x CROSS JOIN resource t WHERE {params} AND x.resource = {row}.id AND t.clinic = ?1 AND t.id = x.target)"
        ),
        // No index leads from a resource to its terms, and none is kept for the rare order by code: all terms of
        // the parameter are gathered once.
        Kind::Token | Kind::Uri | Kind::Composite => format!(
            "(SELECT s.k FROM (SELECT x.resource AS id, {pick}(t.code) AS k FROM ix_token x CROSS JOIN term t WHERE {params} AND t.clinic = ?1 AND t.id = x.term AND NOT (t.system >= {} AND t.system < {}) GROUP BY x.resource) s WHERE s.id = {row}.id)",
            bind.text("\u{1}"),
            bind.text("\u{3}")
        ),
    }
}
