//! Walks: an index read in the very order in which its rows are shown, and left when the page is full.
//!
//! A page that is in the order of one index is taken in stages, each of which comes after all of the one before, so
//! it costs what is on it and not what matches. Everything else is one stage: gathered, then sorted.

use fhir::search::value::Param;

use super::bind::Bind;
use super::cond::{Cond, Dates, params_in};
use super::cursor::{Cursor, Key};
use super::near::{self, Near};
use super::order::{By, Order, Walked};
use super::plan::Plan;

/// A part of the result that lies before or after other parts as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stage {
    /// All of it.
    Gathered,
    /// Texts of this rank.
    Near(i64),
    /// Rows with a date, from this of the places in which they can lie.
    Dated { param: Param, dates: Dates, descending: bool },
    /// Rows without one.
    Undated { param: Param },
}

/// Rows of an index table `x`, and what they are ordered by.
struct Walk {
    table: &'static str,
    condition: String,
    /// The sort keys.
    columns: Vec<String>,
    /// The one of them that the index is in order of; None if all have one value.
    key: Option<String>,
    descending: bool,
}

impl Stage {
    /// The stages of a search from the cursor's on.
    pub(super) fn all(plan: &Plan, order: &Order, from: Option<&Cursor>) -> Vec<Self> {
        match (order.keys(), plan.driver()) {
            (&[(By::Rank, _), (By::Near, _)], Some(Cond::Text { values, .. }))
                if near::is_one(values) && plan.driver() == plan.ranked() =>
            {
                let first = from.and_then(|cursor| cursor.keys.first());
                let is_left = |rank: &i64| !matches!(first, Some(Key::Int(reached)) if rank < reached);
                near::ranks(values).into_iter().filter(is_left).map(Stage::Near).collect()
            }
            (&[(By::Param(param, _), descending)], driver) if order.walk() == Some(Walked::Date(param)) => {
                let dated = |dates| Self::Dated { param, dates, descending };
                let is_past_dates = from.is_some_and(|cursor| cursor.keys.contains(&Key::None));
                match driver {
                    None if is_past_dates => vec![Self::Undated { param }],
                    None => vec![dated(Dates::Near), Self::Undated { param }],
                    Some(_) if is_past_dates => Vec::new(),
                    // What began before the range comes first, or last.
                    Some(driver) if driver.is_single_date(param) => match descending {
                        true => vec![dated(Dates::Near), dated(Dates::Long)],
                        false => vec![dated(Dates::Long), dated(Dates::Near)],
                    },
                    Some(_) => vec![Self::Gathered],
                }
            }
            _ => vec![Self::Gathered],
        }
    }

    /// The statement of the next `limit` rows; None where there can be none.
    pub(super) fn statement(
        self,
        plan: &Plan,
        order: &Order,
        from: Option<&Cursor>,
        limit: i64,
        bind: &mut Bind,
    ) -> Option<String> {
        match self {
            Self::Gathered => Some(order.statement(plan, from, limit, bind)),
            Self::Undated { param } => Some(undated(param, plan, from, limit, bind)),
            Self::Near(rank) => {
                let Some(Cond::Text { params, values }) = plan.driver() else { return None };
                let near = Near::of(values, bind);
                let text = format!("x.{}", near::text_of(rank));
                let columns = vec![format!("CAST({rank} AS BIGINT)"), text.clone()];
                let key = (!near::is_one_text(rank)).then_some(text);
                let condition = near.rows(params, rank, bind);
                let from = Resume::of(from, |keys| matches!(keys.first(), Some(Key::Int(at)) if *at == rank));
                let walk = Walk { table: "ix_text", condition, columns, key, descending: false };
                Some(walk.statement(plan, from, limit, bind))
            }
            Self::Dated { param, dates, descending } => {
                let (table, condition) = match plan.driver() {
                    Some(Cond::Date { values, .. }) => dates.rows(&[param], values.first()?, bind)?,
                    _ => ("ix_date", params_in(&[param], bind)),
                };
                let from = Resume::of(from, |_| true);
                let columns = vec!["x.low".to_owned()];
                let walk = Walk { table, condition, key: columns.last().cloned(), columns, descending };
                Some(walk.statement(plan, from, limit, bind))
            }
        }
    }
}

/// Where in a walk a page starts.
struct Resume<'c> {
    high: Option<i64>,
    /// The last row of the page before, if it is of this walk.
    last: Option<&'c Cursor>,
}

impl<'c> Resume<'c> {
    fn of(cursor: Option<&'c Cursor>, is_here: impl Fn(&[Key]) -> bool) -> Self {
        Self { high: cursor.map(|cursor| cursor.high), last: cursor.filter(|cursor| is_here(&cursor.keys)) }
    }
}

impl Walk {
    fn statement(&self, plan: &Plan, from: Resume<'_>, limit: i64, bind: &mut Bind) -> String {
        let Self { table, condition, columns, key, descending } = self;
        let (direction, sign) = if *descending { ("DESC", "<") } else { ("ASC", ">") };
        let mut more = String::new();
        if let Some(high) = from.high {
            more.push_str(&format!(" AND x.resource <= {}", bind.int(high)));
        }
        if let Some(cursor) = from.last {
            let id = bind.int(cursor.id);
            let range = key.as_ref().and_then(|key| Some((key, cursor.keys.last()?.mark(bind)?)));
            more.push_str(&match range {
                // The first half is the same once more, as a range.
                Some((key, reached)) => {
                    format!(" AND {key} {sign}= {reached} AND ({key} {sign} {reached} OR x.resource < {id})")
                }
                None => format!(" AND x.resource < {id}"),
            });
        }
        let columns: String = columns.iter().enumerate().map(|(at, column)| format!(", {column} AS k{at}")).collect();
        let order = key.as_ref().map(|key| format!("{key} {direction}, ")).unwrap_or_default();
        // No join, and an offset: else PostgreSQL would begin where it pleases and sort.
        format!(
            "SELECT x.resource AS id{columns} FROM {table} x WHERE {condition}{more} AND EXISTS (SELECT 1 FROM resource {} WHERE {} LIMIT 1 OFFSET 0) ORDER BY {order}x.resource DESC LIMIT {}",
            plan.row(),
            plan.of_row("x.resource", bind),
            bind.int(limit)
        )
    }
}

/// Resources without a date, newest made first.
fn undated(param: Param, plan: &Plan, from: Option<&Cursor>, limit: i64, bind: &mut Bind) -> String {
    let (body, id) = (plan.body(bind), plan.id());
    let params = params_in(&[param], bind);
    let mut more = String::new();
    if let Some(cursor) = from {
        more.push_str(&format!(" AND {id} <= {}", bind.int(cursor.high)));
        if cursor.keys.contains(&Key::None) {
            more.push_str(&format!(" AND {id} < {}", bind.int(cursor.id)));
        }
    }
    format!(
        "SELECT {id} AS id, CAST(NULL AS BIGINT) AS k0 {body} AND NOT EXISTS (SELECT 1 FROM ix_date x WHERE {params} AND x.resource = {id}){more} ORDER BY {id} DESC LIMIT {}",
        bind.int(limit)
    )
}
