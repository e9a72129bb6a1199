//! Values bound to a statement. Its text holds numbers of placeholders and nothing else that came from outside.

use std::sync::Arc;

use access::Cut;
use clinic::ClinicId;
use fhir::search::{Kind, def, params};
use fhir::tables;

use crate::db::{Dialect, Val};

/// Values in the order of their numbers; `?1` is the clinic.
#[derive(Clone)]
pub(crate) struct Bind {
    values: Vec<Bound>,
    pub(super) dialect: Dialect,
    cut: Arc<Cut>,
    /// Placeholders of the closed charts, once they are bound.
    closed: Option<String>,
}

/// A value that outlives the making of its statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    Int(i64),
    Real(f64),
    Text(String),
}

impl Bind {
    pub(crate) fn new(clinic: ClinicId, dialect: Dialect, cut: &Arc<Cut>) -> Self {
        Self { values: vec![Bound::Int(i64::from(clinic.0))], dialect, cut: Arc::clone(cut), closed: None }
    }

    /// The condition that the resource `row` is in no chart that is closed to whoever asks. None: nothing is closed.
    /// What is in nobody's chart, or in several, must not speak of a closed one either; what a Bundle speaks of is not
    /// indexed, so that one in nobody's chart is not shown at all.
    pub(crate) fn seen(&mut self, row: &str, type_code: u16) -> Option<String> {
        if self.cut.is_inside_out() {
            return Some(match self.closed_marks() {
                Some(closed) => format!("{row}.patient IN ({closed})"),
                None => "1 = 0".to_owned(),
            });
        }
        let closed = self.closed_marks()?;
        let own = format!("{row}.patient NOT IN ({closed})");
        let name = tables::type_name(type_code).unwrap_or_default();
        if name == "Bundle" {
            return Some(format!("{own} AND {row}.patient > 0"));
        }
        let kept = params(name).filter(|param| param.kind == Kind::Reference).filter_map(|param| def(param.param));
        let mut kept: Vec<i64> = kept.flat_map(|def| &def.kept_in).map(|param| i64::from(param.0)).collect();
        kept.sort_unstable();
        kept.dedup();
        if kept.is_empty() {
            return Some(own);
        }
        let speaks_of = format!(
            "EXISTS (SELECT 1 FROM ix_reference y CROSS JOIN resource z WHERE y.clinic = ?1 AND {} AND y.resource = {row}.id AND z.clinic = ?1 AND z.id = y.target AND (z.patient IN ({closed}) OR z.id IN ({closed})))",
            among(self, "y.param", &kept)
        );
        Some(format!("{own} AND ({row}.patient > 0 OR NOT {speaks_of})"))
    }

    /// Placeholders of the closed charts; None: nothing is closed.
    pub(crate) fn closed_marks(&mut self) -> Option<String> {
        if self.closed.is_none() {
            let cut = Arc::clone(&self.cut);
            let closed = filled_up(cut.closed(), &LENGTHS_CLOSED);
            self.closed = (!closed.is_empty()).then(|| marks(self, &closed));
        }
        self.closed.clone()
    }

    /// The placeholder of a value.
    pub(super) fn mark(&mut self, value: Bound) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    pub(crate) fn int(&mut self, value: i64) -> String {
        self.mark(Bound::Int(value))
    }

    pub(super) fn real(&mut self, value: f64) -> String {
        self.mark(Bound::Real(value))
    }

    pub(crate) fn text(&mut self, value: &str) -> String {
        self.mark(Bound::Text(crate::index::term::storable(value).into_owned()))
    }

    pub(crate) fn values(&self) -> Vec<Val<'_>> {
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
    values.chunks(LENGTHS[3]).map(|chunk| filled_up(chunk, &LENGTHS))
}

/// Closed charts come in few lengths for the same reason.
const LENGTHS_CLOSED: [usize; 6] = [1, 8, 32, 128, 512, crate::GUARDS_MAX];

fn filled_up(values: &[i64], lengths: &[usize]) -> Vec<i64> {
    let mut values = values.to_vec();
    let length = lengths.iter().copied().find(|&length| length >= values.len()).unwrap_or(values.len());
    if let Some(&last) = values.last() {
        values.resize(length, last);
    }
    values
}
