//! Values bound to a statement. Its text holds numbers of placeholders and nothing else that came from outside.

use clinic::ClinicId;

use crate::db::{Dialect, Val};

/// Values in the order of their numbers; `?1` is the clinic.
#[derive(Clone)]
pub(super) struct Bind {
    values: Vec<Bound>,
    pub(super) dialect: Dialect,
}

/// A value that outlives the making of its statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    Int(i64),
    Real(f64),
    Text(String),
}

impl Bind {
    pub(super) fn new(clinic: ClinicId, dialect: Dialect) -> Self {
        Self { values: vec![Bound::Int(i64::from(clinic.0))], dialect }
    }

    /// The placeholder of a value.
    pub(super) fn mark(&mut self, value: Bound) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    pub(super) fn int(&mut self, value: i64) -> String {
        self.mark(Bound::Int(value))
    }

    pub(super) fn real(&mut self, value: f64) -> String {
        self.mark(Bound::Real(value))
    }

    pub(super) fn text(&mut self, value: &str) -> String {
        self.mark(Bound::Text(crate::index::term::storable(value).into_owned()))
    }

    pub(super) fn values(&self) -> Vec<Val<'_>> {
        self.values
            .iter()
            .map(|value| match value {
                Bound::Int(value) => Val::Int(*value),
                Bound::Real(value) => Val::Real(*value),
                Bound::Text(value) => Val::Text(value),
            })
            .collect()
    }
}

/// Placeholders of a list, with commas.
fn marks(bind: &mut Bind, values: &[i64]) -> String {
    let marks: Vec<String> = values.iter().map(|value| bind.int(*value)).collect();
    marks.join(", ")
}

/// A list as rows `k.column1`, to be joined. In a condition `IN` a long list looks to SQLite like more work than
/// walking all of a clinic; joined from here, each is looked up by itself.
pub(super) fn listed(bind: &mut Bind, values: &[i64]) -> String {
    let rows: Vec<String> = values.iter().map(|value| format!("(CAST({} AS BIGINT))", bind.int(*value))).collect();
    format!("(VALUES {}) k", rows.join(", "))
}

/// `column = ?` or `column IN (?, …)`.
pub(super) fn among(bind: &mut Bind, column: &str, values: &[i64]) -> String {
    match values {
        [one] => format!("{column} = {}", bind.int(*one)),
        many => format!("{column} IN ({})", marks(bind, many)),
    }
}

/// Parts of a list in a few lengths only, the last filled up by repeating a value: every length is a
/// statement to be prepared and kept.
pub(super) fn chunks(values: &[i64]) -> impl Iterator<Item = Vec<i64>> {
    const LENGTHS: [usize; 4] = [1, 8, 32, 128];
    values.chunks(LENGTHS[3]).map(|chunk| {
        let mut chunk = chunk.to_vec();
        let length = LENGTHS.into_iter().find(|&length| length >= chunk.len()).unwrap_or(chunk.len());
        if let Some(&last) = chunk.last() {
            chunk.resize(length, last);
        }
        chunk
    })
}
