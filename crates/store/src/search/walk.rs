//! Walks: an index read in the very order in which its rows are shown, and left when the page is full.
//!
//! A page that is in the order of one index is taken in stages, each of which comes after all of the one before, so
//! it costs what is on it and not what matches. Everything else is one stage: gathered, then sorted.

use std::cmp::Ordering;

use fhir::search::value::Param;

use super::bind::Bind;
use super::cond::{Cond, Dates, params_in};
use super::cursor::{Cursor, Key};
use super::near::{self, Near, Range};
use super::order::{By, Order, Walked};
use super::plan::Plan;
use crate::error::DbError;
use crate::snapshot::Snapshot;

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
            (&[(By::Rank, _), (By::Near, _)], Some(Cond::Text { values, .. })) if plan.driver() == plan.ranked() => {
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
                    // Every row that such a condition finds has a date.
                    Some(driver) if driver.is_single_date(param) && is_past_dates => Vec::new(),
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

    /// The next `limit` rows.
    pub(super) fn rows(
        self,
        snapshot: &mut Snapshot<'_>,
        plan: &Plan,
        order: &Order,
        from: Option<&Cursor>,
        limit: usize,
        new: &Bind,
    ) -> Result<Vec<Cursor>, DbError> {
        let mut found = Vec::new();
        let texts = self.statements(plan, order, from, limit, new);
        let is_several = texts.len() > 1;
        for (text, bind) in texts {
            found.extend(snapshot.db.all(&text, &bind.values(), |row| order.read(row))?);
        }
        if is_several {
            // Each is in the order of the stage; who is found twice stands in one place both times.
            found.sort_by(|a, b| a.text().cmp(b.text()).then(b.id.cmp(&a.id)));
            found.dedup_by_key(|row| row.id);
            found.truncate(limit);
        }
        Ok(found)
    }

    /// Statements that together have the next `limit` rows, none of them more.
    pub(super) fn statements(
        self,
        plan: &Plan,
        order: &Order,
        from: Option<&Cursor>,
        limit: usize,
        new: &Bind,
    ) -> Vec<(String, Bind)> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        if let (Self::Near(rank), Some(Cond::Text { params, values })) = (self, plan.driver()) {
            return Range::all(rank, values)
                .filter_map(|range| {
                    let (from, mut bind) = (Resume::in_texts(from, &range)?, new.clone());
                    let text = format!("x.{}", range.column());
                    let condition = Near::of(values, &mut bind).rows(params, &range, &mut bind);
                    let columns = vec![format!("CAST({rank} AS BIGINT)"), text.clone()];
                    let key = range.text().is_none().then_some(text);
                    let walk = Walk { table: "ix_text", condition, columns, key, descending: false };
                    Some((walk.statement(plan, &from, limit, &mut bind), bind))
                })
                .collect();
        }
        let mut bind = new.clone();
        let text = match self {
            Self::Gathered => Some(order.statement(plan, from, limit, &mut bind)),
            Self::Undated { param } => Some(undated(param, plan, from, limit, &mut bind)),
            Self::Dated { param, dates, descending } => {
                dated(plan, param, dates, &mut bind).map(|(table, condition)| {
                    let columns = vec!["x.low".to_owned()];
                    let walk = Walk { table, condition, key: columns.last().cloned(), columns, descending };
                    walk.statement(plan, &Resume { high: from.map(|from| from.high), last: from }, limit, &mut bind)
                })
            }
            Self::Near(_) => None,
        };
        text.map(|text| (text, bind)).into_iter().collect()
    }
}

/// The table and the condition of rows with a date; None where there can be none.
fn dated(plan: &Plan, param: Param, dates: Dates, bind: &mut Bind) -> Option<(&'static str, String)> {
    match plan.driver() {
        Some(Cond::Date { values, .. }) => dates.rows(&[param], values.first()?, bind),
        _ => Some(("ix_date", params_in(&[param], bind))),
    }
}

/// Where in a walk a page starts.
struct Resume<'c> {
    high: Option<i64>,
    /// The last row of the page before, if it is of this walk.
    last: Option<&'c Cursor>,
}

impl<'c> Resume<'c> {
    /// None if the page starts after all of the range.
    fn in_texts(cursor: Option<&'c Cursor>, range: &Range<'_>) -> Option<Self> {
        let high = cursor.map(|cursor| cursor.high);
        let last = cursor.filter(|cursor| cursor.keys.first() == Some(&Key::Int(range.rank)));
        let order = last.zip(range.text()).map(|(last, text)| text.as_ref().cmp(last.text()));
        match order {
            Some(Ordering::Less) => None,
            Some(Ordering::Greater) => Some(Self { high, last: None }),
            Some(Ordering::Equal) | None => Some(Self { high, last }),
        }
    }
}

impl Walk {
    fn statement(&self, plan: &Plan, from: &Resume<'_>, limit: i64, bind: &mut Bind) -> String {
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
