//! Conditions in the terms of the index tables, each as a set and as a probe.
//!
//! In the texts `x` is the index row, `r0`, `r1` … the resource at each level of chains.

use fhir::search::query::{DateMatch, QuantityMatch};
use fhir::search::value::Param;

use super::bind::{Bind, among, listed};
use super::near::TextMatch;
use super::plan::Plan;
use super::range::{self, Column};
use super::term::Terms;

/// A condition with everything looked up that can be looked up beforehand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cond {
    /// Holds for nothing.
    Never,
    /// Row keys.
    Ids(Vec<i64>),
    /// `resource.updated` in [from, to) (or outside).
    Updated { from: i64, to: i64, outside: bool },
    /// `resource.patient`.
    Compartment(i64),
    /// A row of `ix_token`.
    Token { params: Vec<Param>, terms: Vec<Terms>, not: bool, rank: u8 },
    /// A row of `ix_text`.
    Text { params: Vec<Param>, values: Vec<TextMatch> },
    /// A row of `ix_reference`. `own`: the reference that puts a resource into this patient's compartment.
    Reference { params: Vec<Param>, targets: Vec<i64>, own: Option<i64> },
    /// A row of `ix_date`; alternatives of which all must hold for one and the same row.
    Date { params: Vec<Param>, values: Vec<Vec<DateMatch>>, many: bool },
    /// A row of `ix_quantity`.
    Quantity { params: Vec<Param>, values: Vec<(Units, QuantityMatch)> },
    /// A row of `ix_composite`.
    Composite { params: Vec<Param>, values: Vec<(Terms, Second)> },
    /// No row, or any row, of the table.
    Missing { table: &'static str, params: Vec<Param>, types: Vec<u16>, missing: bool },
    /// A reference to a resource of one of these plans.
    Chain { params: Vec<Param>, targets: Vec<Plan> },
    /// A resource of this plan refers here.
    Has { params: Vec<Param>, by: Box<Plan> },
    /// All hold.
    All(Vec<Cond>),
    /// One holds.
    Some(Vec<Cond>),
}

/// In which units a number may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Units {
    /// Any, as written.
    Any,
    /// These terms, as written or converted.
    Either(Vec<i64>),
    /// These, as written.
    Written(Vec<i64>),
}

/// The second side of a composite.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Second {
    Terms(Terms),
    Date(DateMatch),
    Quantity(Units, QuantityMatch),
}

impl Units {
    fn condition(&self, column: &str, bind: &mut Bind) -> String {
        match self {
            Self::Any => format!("{column} > 0"),
            Self::Written(ids) => among(bind, column, ids),
            Self::Either(ids) => {
                let both: Vec<i64> = ids.iter().flat_map(|&id| [id, -id]).collect();
                among(bind, column, &both)
            }
        }
    }
}

pub(super) fn params_in(params: &[Param], bind: &mut Bind) -> String {
    let numbers: Vec<i64> = params.iter().map(|param| i64::from(param.0)).collect();
    format!("x.clinic = ?1 AND {}", among(bind, "x.param", &numbers))
}

impl Second {
    fn condition(&self, bind: &mut Bind) -> String {
        match self {
            Self::Terms(terms) => terms.condition("x.term2", bind),
            Self::Date(found) => range::date(found, Column::Real, bind),
            Self::Quantity(units, found) => {
                format!("{} AND {}", units.condition("x.term2", bind), range::quantity(found, bind))
            }
        }
    }
}

pub(super) fn any(conditions: Vec<String>) -> String {
    match conditions.len() {
        1 => conditions.into_iter().next().unwrap_or_default(),
        _ => format!("({})", conditions.join(" OR ")),
    }
}

impl Cond {
    /// How many rows it promises: 0 is one or none, 100 never drives a statement. `patient`: the plan knows whose
    /// chart is searched.
    pub(super) fn rank(&self, patient: Option<i64>) -> u8 {
        match self {
            Self::Never | Self::Ids(_) => 0,
            Self::Token { not: true, .. } | Self::Missing { .. } | Self::Updated { outside: true, .. } => 100,
            Self::Token { terms, rank, .. } => match (patient, terms.iter().all(Terms::is_few)) {
                (Some(_), true) => 1 + *rank / 8,
                (_, true) => *rank,
                (_, false) => 40,
            },
            Self::Composite { .. } => {
                if patient.is_some() {
                    1
                } else {
                    12
                }
            }
            Self::Compartment(_) => 4,
            Self::Reference { own, .. } => {
                if own.is_some() {
                    4
                } else {
                    5
                }
            }
            Self::Text { values, .. } => {
                if values.iter().any(|value| matches!(value, TextMatch::Contains(_))) {
                    60
                } else {
                    6
                }
            }
            Self::Chain { .. } => 8,
            Self::Has { .. } => 10,
            Self::Date { values, .. } => {
                let bounded = values.iter().all(|all| {
                    let window = range::window(all);
                    window.from > i64::MIN && window.to < i64::MAX
                });
                if bounded { 7 } else { 20 }
            }
            Self::Updated { from, .. } => {
                if *from > i64::MIN {
                    21
                } else {
                    90
                }
            }
            Self::Quantity { .. } => 50,
            Self::All(all) => all.iter().map(|cond| cond.rank(patient)).min().unwrap_or(100),
            Self::Some(some) => some.iter().map(|cond| cond.rank(patient)).max().unwrap_or(100),
        }
    }

    /// Whether it is a range of this date, of which a resource has one value at most.
    pub(super) fn is_single_date(&self, param: Param) -> bool {
        matches!(self, Self::Date { params, values, many: false } if params == &[param] && values.len() == 1)
    }

    /// A SELECT of row keys, named `id`, none of them twice. None if it can only be probed.
    pub(super) fn set(&self, type_code: u16, patient: Option<i64>, bind: &mut Bind) -> Option<String> {
        // What one patient has lies together; what is nobody's chart may be about them too.
        let of_patient = |bind: &mut Bind| {
            patient.map(|patient| format!(" AND x.patient IN ({}, 0)", bind.int(patient))).unwrap_or_default()
        };
        Some(match self {
            Self::Never => "SELECT id FROM resource WHERE 1 = 0".to_owned(),
            Self::Ids(ids) => format!("SELECT k.column1 AS id FROM {}", listed(bind, ids)),
            Self::Updated { from, to, outside: false } => {
                format!(
                    "SELECT id FROM resource WHERE clinic = ?1 AND type = {} AND updated >= {} AND updated < {}",
                    bind.int(type_code.into()),
                    bind.int(*from),
                    bind.int(*to)
                )
            }
            Self::Compartment(patient) => format!(
                "SELECT id FROM resource WHERE clinic = ?1 AND patient = {} AND type = {}",
                bind.int(*patient),
                bind.int(type_code.into())
            ),
            Self::Token { params, terms, not: false, .. } => {
                let single = params.len() == 1 && matches!(terms.as_slice(), [Terms::Ids(ids)] if ids.len() == 1);
                let params = params_in(params, bind);
                let terms = any(terms.iter().map(|terms| terms.condition("x.term", bind)).collect());
                let distinct = if single { "" } else { "DISTINCT " };
                format!(
                    "SELECT {distinct}x.resource AS id FROM ix_token x WHERE {params} AND {terms}{}",
                    of_patient(bind)
                )
            }
            Self::Chain { params, targets } => {
                let params = params_in(params, bind);
                let sets: Vec<String> =
                    targets.iter().map(|plan| format!("SELECT x.resource AS id FROM (SELECT {} AS id {}) s CROSS JOIN ix_reference x WHERE {params} AND x.target = s.id", plan.id(), plan.body(bind))).collect();
                union(sets, true)
            }
            Self::Has { params, by } => {
                let params = params_in(params, bind);
                format!(
                    "SELECT DISTINCT x.target AS id FROM (SELECT {} AS id {}) s CROSS JOIN ix_reference x WHERE {params} AND x.resource = s.id",
                    by.id(),
                    by.body(bind)
                )
            }
            Self::Some(some) => {
                let sets: Vec<String> =
                    some.iter().map(|cond| cond.set(type_code, patient, bind)).collect::<Option<_>>()?;
                union(sets.iter().map(|set| format!("SELECT id FROM ({set}) w")).collect(), true)
            }
            Self::All(all) => {
                let best = (0..all.len()).min_by_key(|&at| all[at].rank(patient))?;
                let set = all[best].set(type_code, patient, bind)?;
                let rest: String = (0..all.len())
                    .filter(|&at| at != best)
                    .map(|at| format!(" AND {}", all[at].probe("q", bind)))
                    .collect();
                format!("SELECT q.id FROM ({set}) s CROSS JOIN resource q WHERE q.clinic = ?1 AND q.id = s.id{rest}")
            }
            Self::Date { params, values, many } => date_set(params, values, *many, bind),
            _ => {
                let Alternatives { table, params, conditions, has_patient } = self.one_row(bind)?;
                let patient = if has_patient { of_patient(bind) } else { String::new() };
                let sets = conditions.iter().map(|condition| {
                    format!("SELECT x.resource AS id FROM {table} x WHERE {params} AND {condition}{patient}")
                });
                union(sets.collect(), true)
            }
        })
    }

    /// What one row of one table has to be, where that is all.
    fn one_row(&self, bind: &mut Bind) -> Option<Alternatives> {
        let (table, params) = match self {
            Self::Text { params, .. } => ("ix_text", params),
            Self::Reference { params, .. } => ("ix_reference", params),
            Self::Date { params, .. } => ("ix_date", params),
            Self::Quantity { params, .. } => ("ix_quantity", params),
            Self::Composite { params, .. } => ("ix_composite", params),
            _ => return None,
        };
        let params = params_in(params, bind);
        let conditions = match self {
            Self::Text { values, .. } => values.iter().map(|value| value.condition(bind)).collect(),
            Self::Reference { targets, .. } => vec![among(bind, "x.target", targets)],
            Self::Date { values, .. } => values.iter().map(|all| all_of(all, bind)).collect(),
            Self::Quantity { values, .. } => {
                let of = |(units, found): &(Units, _)| {
                    format!("({} AND {})", units.condition("x.unit", bind), range::quantity(found, bind))
                };
                values.iter().map(of).collect()
            }
            Self::Composite { values, .. } => {
                let of = |(first, second): &(Terms, Second)| {
                    format!("({} AND {})", first.condition("x.term", bind), second.condition(bind))
                };
                values.iter().map(of).collect()
            }
            _ => return None,
        };
        Some(Alternatives { table, params, conditions, has_patient: table == "ix_composite" })
    }

    /// A test of the resource `row`.
    pub(super) fn probe(&self, row: &str, bind: &mut Bind) -> String {
        let exists = |table: &str, condition: String| {
            format!("EXISTS (SELECT 1 FROM {table} x WHERE {condition} AND x.resource = {row}.id)")
        };
        match self {
            Self::Never => "1 = 0".to_owned(),
            Self::Ids(ids) => among(bind, &format!("{row}.id"), ids),
            Self::Updated { from, to, outside } => {
                let not = if *outside { "NOT " } else { "" };
                format!("{not}({row}.updated >= {} AND {row}.updated < {})", bind.int(*from), bind.int(*to))
            }
            Self::Compartment(patient) => format!("{row}.patient = {}", bind.int(*patient)),
            Self::Token { params, terms, not, .. } => {
                let not = if *not { "NOT " } else { "" };
                let params = params_in(params, bind);
                let few = terms.iter().all(Terms::is_few);
                let terms = any(terms.iter().map(|terms| terms.condition("x.term", bind)).collect());
                match few {
                    true => format!(
                        "{not}{}",
                        exists("ix_token", format!("{params} AND {terms} AND x.patient = {row}.patient"))
                    ),
                    // Many terms: gathering the resources once beats trying each term for each resource.
                    false => format!("{row}.id {not}IN (SELECT x.resource FROM ix_token x WHERE {params} AND {terms})"),
                }
            }
            Self::Missing { table, params, types, missing } => {
                let not = if *missing { "NOT " } else { "" };
                let params = params_in(params, bind);
                if *table == "ix_token" || *table == "ix_composite" {
                    return format!("{row}.id {not}IN (SELECT x.resource FROM {table} x WHERE {params})");
                }
                if types.is_empty() {
                    return format!("{not}{}", exists(table, params));
                }
                let types: Vec<i64> = types.iter().map(|&code| code.into()).collect();
                format!(
                    "{not}EXISTS (SELECT 1 FROM {table} x CROSS JOIN resource t WHERE {params} AND x.resource = {row}.id AND t.clinic = ?1 AND t.id = x.target AND {})",
                    among(bind, "t.type", &types)
                )
            }
            Self::Chain { params, targets } => {
                let params = params_in(params, bind);
                let tests: Vec<String> = targets.iter().map(|plan| plan.test(bind)).collect();
                let target = targets.first().map(Plan::row).unwrap_or_default();
                format!(
                    "EXISTS (SELECT 1 FROM ix_reference x CROSS JOIN resource {target} WHERE {params} AND x.resource = {row}.id AND {target}.clinic = ?1 AND {target}.id = x.target AND {})",
                    any(tests)
                )
            }
            Self::Has { params, by } => {
                let params = params_in(params, bind);
                let by_row = by.row();
                format!(
                    "EXISTS (SELECT 1 FROM ix_reference x CROSS JOIN resource {by_row} WHERE {params} AND x.target = {row}.id AND {by_row}.clinic = ?1 AND {by_row}.id = x.resource AND {})",
                    by.test(bind)
                )
            }
            Self::All(all) if all.is_empty() => "1 = 1".to_owned(),
            Self::All(all) => {
                format!("({})", all.iter().map(|cond| cond.probe(row, bind)).collect::<Vec<_>>().join(" AND "))
            }
            Self::Some(some) => any(some.iter().map(|cond| cond.probe(row, bind)).collect()),
            Self::Reference { own: Some(patient), .. } => {
                format!("({row}.patient = {} OR {})", bind.int(*patient), self.row_exists(row, bind))
            }
            _ => self.row_exists(row, bind),
        }
    }

    /// Whether the resource `row` has the one row.
    fn row_exists(&self, row: &str, bind: &mut Bind) -> String {
        let Some(Alternatives { table, params, conditions, has_patient }) = self.one_row(bind) else {
            return "1 = 0".to_owned();
        };
        let patient = if has_patient { format!(" AND x.patient = {row}.patient") } else { String::new() };
        let conditions = any(conditions);
        format!("EXISTS (SELECT 1 FROM {table} x WHERE {params} AND {conditions}{patient} AND x.resource = {row}.id)")
    }
}

/// Conditions on the index row `x`, of which one has to hold.
struct Alternatives {
    table: &'static str,
    /// The parameters it may stand under.
    params: String,
    conditions: Vec<String>,
    /// Whether the table is by patient.
    has_patient: bool,
}

fn all_of(all: &[DateMatch], bind: &mut Bind) -> String {
    let conditions: Vec<String> = all.iter().map(|found| range::date(found, Column::Int, bind)).collect();
    format!("({})", conditions.join(" AND "))
}

/// Where rows that match all of `all` lie, none of them twice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Dates {
    /// In `ix_date`: those that begin in the range searched, or up to a day before it.
    Near,
    /// In `ix_date_long`: those that began longer ago and reach into it.
    Long,
}

impl Dates {
    /// The table and the condition; None where there can be no such row.
    pub(super) fn rows(self, params: &[Param], all: &[DateMatch], bind: &mut Bind) -> Option<(&'static str, String)> {
        let window = range::window(all);
        let (table, mut conditions) = match self {
            Self::Near => {
                let from = (window.from > i64::MIN).then(|| format!("x.low >= {}", bind.int(window.from)));
                let to = (window.to < i64::MAX).then(|| format!("x.low < {}", bind.int(window.to)));
                ("ix_date", [from, to].into_iter().flatten().collect::<Vec<_>>())
            }
            Self::Long => {
                let after = window.long_after?;
                let conditions =
                    [format!("x.high > {}", bind.int(after)), format!("x.low < {}", bind.int(window.from))];
                ("ix_date_long", conditions.into())
            }
        };
        conditions.extend([params_in(params, bind), all_of(all, bind)]);
        Some((table, conditions.join(" AND ")))
    }
}

fn date_set(params: &[Param], values: &[Vec<DateMatch>], many: bool, bind: &mut Bind) -> String {
    let rows = values.iter().flat_map(|all| [Dates::Near, Dates::Long].map(|dates| (dates, all)));
    let sets: Vec<String> = rows
        .filter_map(|(dates, all)| dates.rows(params, all, bind))
        .map(|(table, condition)| format!("SELECT x.resource AS id FROM {table} x WHERE {condition}"))
        .collect();
    union(sets, many || values.len() > 1 || params.len() > 1)
}

/// Sets of row keys as one; `distinct` where a key may stand in several of them, or in one of them twice.
fn union(sets: Vec<String>, distinct: bool) -> String {
    match (sets.len(), distinct) {
        (_, true) => format!("SELECT DISTINCT id FROM ({}) u", sets.join(" UNION ALL ")),
        _ => sets.join(" UNION ALL "),
    }
}
