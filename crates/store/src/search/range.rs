//! Comparisons of dates and numbers (search.html#prefix), as conditions on the bounds of an index row.

use fhir::search::query::{DateMatch, Prefix, QuantityMatch};

use super::bind::{Bind, Bound};
use crate::index::{LONG_MS, ms};

/// Whether the columns hold milliseconds or, in composites, the same as numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Int,
    Real,
}

/// The condition on `x.low` and `x.high`.
pub(super) fn date(found: &DateMatch, column: Column, bind: &mut Bind) -> String {
    let mut mark = |time: i64| {
        bind.mark(match column {
            Column::Int => Bound::Int(time),
            Column::Real => Bound::Real(ms(time)),
        })
    };
    // Only what stands in the text is bound: PostgreSQL refuses a parameter that it never sees.
    match found.prefix {
        Prefix::Eq => format!("(x.low >= {} AND x.high <= {})", mark(found.low), mark(found.high)),
        Prefix::Ne => format!("NOT (x.low >= {} AND x.high <= {})", mark(found.low), mark(found.high)),
        Prefix::Gt => format!("x.high > {}", mark(found.high)),
        Prefix::Lt => format!("x.low < {}", mark(found.low)),
        Prefix::Ge => format!("(x.low >= {} OR x.high > {})", mark(found.low), mark(found.high)),
        Prefix::Le => format!("(x.high <= {} OR x.low < {})", mark(found.high), mark(found.low)),
        Prefix::Sa => format!("x.low >= {}", mark(found.high)),
        Prefix::Eb => format!("x.high <= {}", mark(found.low)),
        Prefix::Ap => format!("(x.low < {} AND x.high > {})", mark(found.high), mark(found.low)),
    }
}

/// Where rows that match can begin, [from, to), if they span a day at most; and from which end on the
/// longer ones can.
pub(super) struct Window {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) long_after: Option<i64>,
}

/// The window of rows that match all of `found`.
pub(super) fn window(found: &[DateMatch]) -> Window {
    let mut all = Window { from: i64::MIN, to: i64::MAX, long_after: None };
    for one in found {
        let (from, to, long) = match one.prefix {
            Prefix::Eq => (one.low, one.high, None),
            Prefix::Ne => (i64::MIN, i64::MAX, None),
            Prefix::Gt => (one.high.saturating_sub(LONG_MS), i64::MAX, Some(one.high)),
            Prefix::Ge => (one.low.min(one.high.saturating_sub(LONG_MS)), i64::MAX, Some(one.high)),
            Prefix::Lt | Prefix::Eb => (i64::MIN, one.low, None),
            Prefix::Le => (i64::MIN, one.high, None),
            Prefix::Sa => (one.high, i64::MAX, None),
            Prefix::Ap => (one.low.saturating_sub(LONG_MS), one.high, Some(one.low)),
        };
        all.from = all.from.max(from);
        all.to = all.to.min(to);
        // A long row outside the window is kept out by the `from` of one of these, so it ends after that one's.
        all.long_after = match (all.long_after, long) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    all
}

/// The condition on `x.low` and `x.high`.
pub(super) fn quantity(found: &QuantityMatch, bind: &mut Bind) -> String {
    let mut marks = || (bind.real(found.low.0), bind.real(found.high.0));
    match found.prefix {
        Prefix::Eq | Prefix::Ne => {
            let (low, high) = marks();
            let not = if found.prefix == Prefix::Ne { "NOT " } else { "" };
            format!("{not}(x.low >= {low} AND x.low < {high} AND x.high <= {high})")
        }
        Prefix::Ap => {
            let (low, high) = marks();
            format!("(x.low <= {high} AND x.high >= {low})")
        }
        Prefix::Gt => format!("x.high > {}", bind.real(found.exact.0)),
        Prefix::Lt => format!("x.low < {}", bind.real(found.exact.0)),
        Prefix::Ge => format!("x.high >= {}", bind.real(found.exact.0)),
        Prefix::Le => format!("x.low <= {}", bind.real(found.exact.0)),
        Prefix::Sa => format!("x.low > {}", bind.real(found.exact.0)),
        Prefix::Eb => format!("x.high < {}", bind.real(found.exact.0)),
    }
}
