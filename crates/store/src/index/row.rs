//! Index rows: one value of one parameter in the form its table keeps.

use std::sync::LazyLock;

use clinic::ClinicId;
use fhir::search::value::{Decimal, Indexed, Param, Target, Value};

use super::term;
use crate::db::{Db, Dialect, Val};
use crate::error::DbError;
use crate::origin::Counters;
use crate::resource;

/// Longer spans stand in `ix_date_long` too.
pub(crate) const LONG_MS: i64 = 86_400_000;

/// Gives out the integers that stand for terms and resources.
pub(super) struct Keys<'k> {
    pub(super) db: &'k mut dyn Db,
    pub(super) counters: &'k mut Counters,
    pub(super) clinic: ClinicId,
}

impl Keys<'_> {
    fn term(&mut self, system: &str, code: &str) -> Result<i64, DbError> {
        term::ensure(self.db, self.counters, self.clinic, system, code)
    }

    fn target(&mut self, target: &Target) -> Result<i64, DbError> {
        Ok(match target {
            Target::Local { resource_type, id } => {
                let code = fhir::tables::type_code(resource_type).unwrap_or_default();
                resource::ensure(self.db, self.counters, self.clinic, code, id)?
            }
            Target::Url(url) => -self.term(term::URL, url)?,
            Target::Identifier { system, value } => -self.term(&identifier_system(system), value)?,
        })
    }

    fn unit(&mut self, unit: &str, converted: bool) -> Result<i64, DbError> {
        let id = self.term(term::UNIT, unit)?;
        Ok(if converted { -id } else { id })
    }
}

/// The system under which an identifier in a reference is a term.
pub(crate) fn identifier_system(system: &str) -> String {
    format!("{}{system}", term::IDENTIFIER)
}

/// A row but for clinic, resource and patient.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    Token { param: Param, term: i64 },
    Text { param: Param, folded: String, raw: String },
    Reference { param: Param, target: i64 },
    Date { param: Param, low: i64, high: i64 },
    DateLong { param: Param, low: i64, high: i64 },
    Quantity { param: Param, unit: i64, low: f64, high: f64 },
    Composite { param: Param, term: i64, term2: i64, low: f64, high: f64 },
}

impl Row {
    /// The rows of a value: one, or two for a long span of time.
    pub(super) fn of(indexed: &Indexed, keys: &mut Keys<'_>) -> Result<impl Iterator<Item = Self>, DbError> {
        let param = indexed.param;
        let mut second = None;
        let first = match &indexed.value {
            Value::Token { system, code } => Self::Token { param, term: keys.term(system, code)? },
            Value::Label(folded) => Self::Token { param, term: keys.term(term::LABEL, folded)? },
            Value::Uri(uri) => Self::Token { param, term: keys.term(term::URI, uri)? },
            Value::Text { folded, raw } => {
                let raw = if raw == folded { String::new() } else { term::storable(raw).into_owned() };
                Self::Text { param, folded: term::storable(folded).into_owned(), raw }
            }
            Value::Reference(target) => Self::Reference { param, target: keys.target(target)? },
            &Value::Date { low, high } => {
                second = (high.saturating_sub(low) > LONG_MS).then_some(Self::DateLong { param, low, high });
                Self::Date { param, low, high }
            }
            Value::Quantity { unit, converted, low: Decimal(low), high: Decimal(high) } => {
                Self::Quantity { param, unit: keys.unit(unit, *converted)?, low: *low, high: *high }
            }
            Value::Composite(sides) => {
                let [left, right] = sides.as_ref();
                let (term, _, _) = part(left, keys)?;
                let (term2, low, high) = part(right, keys)?;
                Self::Composite { param, term, term2, low, high }
            }
        };
        Ok(std::iter::once(first).chain(second))
    }
}

/// A side of a composite: its term or unit, and its range.
fn part(value: &Value, keys: &mut Keys<'_>) -> Result<(i64, f64, f64), DbError> {
    Ok(match value {
        Value::Token { system, code } => (keys.term(system, code)?, 0.0, 0.0),
        Value::Label(text) | Value::Uri(text) => (keys.term(term::PART, text)?, 0.0, 0.0),
        Value::Text { folded, .. } => (keys.term(term::PART, folded)?, 0.0, 0.0),
        Value::Reference(Target::Local { resource_type, id }) => {
            (keys.term(term::PART, &format!("{resource_type}/{id}"))?, 0.0, 0.0)
        }
        Value::Reference(Target::Url(url)) => (keys.term(term::PART, url)?, 0.0, 0.0),
        Value::Reference(Target::Identifier { system, value }) => {
            (keys.term(&identifier_system(system), value)?, 0.0, 0.0)
        }
        Value::Date { low, high } => (0, ms(*low), ms(*high)),
        Value::Quantity { unit, converted, low, high } => (keys.unit(unit, *converted)?, low.0, high.0),
        // No composite of the standard has a composite inside.
        Value::Composite(_) => (0, 0.0, 0.0),
    })
}

/// Times in a column of numbers: exact for 285,000 years, infinite for an open end.
pub(crate) fn ms(time: i64) -> f64 {
    match time {
        i64::MIN => f64::NEG_INFINITY,
        i64::MAX => f64::INFINITY,
        _ => time as f64,
    }
}

/// Rows written by one statement at most. The text of a statement follows from their number, so few texts are
/// prepared, and a hub answers once for several rows.
const CHUNK: usize = 8;

/// The tables, each with its columns after the clinic in the order of [`Row::values`]. Together they are its key.
const TABLES: [(&str, &[&str]); 7] = [
    ("ix_token", &["param", "term", "patient", "resource"]),
    ("ix_text", &["param", "folded", "resource", "raw"]),
    ("ix_reference", &["param", "target", "resource"]),
    ("ix_date", &["param", "low", "high", "resource"]),
    ("ix_date_long", &["param", "high", "low", "resource"]),
    ("ix_quantity", &["param", "unit", "low", "high", "resource"]),
    ("ix_composite", &["param", "term", "patient", "term2", "low", "high", "resource"]),
];

/// All tables whose rows follow from current versions; `term` is only a dictionary of what they say.
pub(crate) fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}

/// What is said about a table.
struct Texts {
    /// Adds so many rows and one.
    insert: Vec<String>,
    /// Removes one.
    delete: String,
}

static TEXTS: LazyLock<Vec<Texts>> =
    LazyLock::new(|| TABLES.iter().map(|(name, columns)| Texts::of(name, columns)).collect());

impl Texts {
    fn of(table: &str, columns: &[&str]) -> Self {
        let row = |at: usize| {
            let marks: Vec<String> =
                (1..=columns.len() + 1).map(|column| format!("?{}", at * (columns.len() + 1) + column)).collect();
            format!("({})", marks.join(", "))
        };
        let insert = |rows: usize| {
            let rows: Vec<String> = (0..rows).map(row).collect();
            let columns = columns.join(", ");
            format!("INSERT INTO {table} (clinic, {columns}) VALUES {} ON CONFLICT DO NOTHING", rows.join(", "))
        };
        let same: String = (2..).zip(columns).map(|(at, column)| format!(" AND {column} = ?{at}")).collect();
        Self {
            insert: (1..=CHUNK).map(insert).collect(),
            delete: format!("DELETE FROM {table} WHERE clinic = ?1{same}"),
        }
    }
}

impl Row {
    fn table(&self) -> usize {
        match self {
            Self::Token { .. } => 0,
            Self::Text { .. } => 1,
            Self::Reference { .. } => 2,
            Self::Date { .. } => 3,
            Self::DateLong { .. } => 4,
            Self::Quantity { .. } => 5,
            Self::Composite { .. } => 6,
        }
    }

    fn values<'r>(&'r self, clinic: ClinicId, resource: i64, patient: i64, out: &mut Vec<Val<'r>>) {
        let (param, resource, patient) =
            (|param: &Param| Val::Int(i64::from(param.0)), Val::Int(resource), Val::Int(patient));
        out.push(clinic.into());
        match self {
            Self::Token { param: p, term } => out.extend([param(p), Val::Int(*term), patient, resource]),
            Self::Text { param: p, folded, raw } => out.extend([param(p), Val::Text(folded), resource, Val::Text(raw)]),
            Self::Reference { param: p, target } => out.extend([param(p), Val::Int(*target), resource]),
            Self::Date { param: p, low, high } => out.extend([param(p), Val::Int(*low), Val::Int(*high), resource]),
            Self::DateLong { param: p, low, high } => out.extend([param(p), Val::Int(*high), Val::Int(*low), resource]),
            Self::Quantity { param: p, unit, low, high } => {
                out.extend([param(p), Val::Int(*unit), Val::Real(*low), Val::Real(*high), resource])
            }
            Self::Composite { param: p, term, term2, low, high } => {
                out.extend([
                    param(p),
                    Val::Int(*term),
                    patient,
                    Val::Int(*term2),
                    Val::Real(*low),
                    Val::Real(*high),
                    resource,
                ]);
            }
        }
    }
}

/// Adds rows; one that is there already stays.
pub(super) fn insert(
    db: &mut dyn Db,
    clinic: ClinicId,
    resource: i64,
    patient: i64,
    rows: &[Row],
) -> Result<(), DbError> {
    let chunk = match db.dialect() {
        // SQLite opens a savepoint for a statement of several rows and, when it ends, walks all that the job's own
        // savepoint holds: a quarter of the writer's time in a large transaction.
        Dialect::Sqlite => 1,
        Dialect::Postgres => CHUNK,
    };
    for (at, texts) in TEXTS.iter().enumerate() {
        let of_table: Vec<&Row> = rows.iter().filter(|row| row.table() == at).collect();
        for chunk in of_table.chunks(chunk) {
            let mut values = Vec::new();
            for row in chunk {
                row.values(clinic, resource, patient, &mut values);
            }
            db.execute(&texts.insert[chunk.len() - 1], &values)?;
        }
    }
    Ok(())
}

/// Removes rows.
pub(super) fn delete(
    db: &mut dyn Db,
    clinic: ClinicId,
    resource: i64,
    patient: i64,
    rows: &[Row],
) -> Result<(), DbError> {
    let mut values = Vec::new();
    for row in rows {
        values.clear();
        row.values(clinic, resource, patient, &mut values);
        db.execute(&TEXTS[row.table()].delete, &values)?;
    }
    Ok(())
}
