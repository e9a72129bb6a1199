//! Texts, and how near a row is to what was asked.
//!
//! | rank | a row that is | in the order of |
//! |--:|---|---|
//! | 0 | spelled the same | newest made |
//! | 1 | the same when folded | newest made |
//! | 2 | spelled so to begin with | spelling, then newest made |
//! | 3 | beginning so when folded | what is folded (kana: 五十音), then newest made |
//!
//! Latin letters read as kana come after all of these, each reading with ranks of its own. A resource stands where
//! its nearest row does. Each rank is one range of one index in the very order in which it is shown, so a page costs
//! what is on it, and not what a family name of two patients in a hundred has in all.

use std::borrow::Cow;

use fhir::search::value::Param;

use super::bind::Bind;
use super::cond::{any, params_in};
use super::term::after;
use crate::db::Dialect;
use crate::index::term::storable;

/// One alternative for a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TextMatch {
    Starts { folded: String, raw: String, far: u8 },
    Contains(String),
    Exact { folded: String, raw: String },
}

/// Ranks of what was typed, and of each reading of it.
const RANKS: i64 = 4;

impl TextMatch {
    /// The condition on the row `x`.
    pub(super) fn condition(&self, bind: &mut Bind) -> String {
        match self {
            Self::Starts { folded, .. } => {
                format!("(x.folded >= {} AND x.folded < {})", bind.text(folded), bind.text(&after(folded)))
            }
            Self::Contains(folded) => match bind.dialect {
                Dialect::Sqlite => format!("instr(x.folded, {}) > 0", bind.text(folded)),
                Dialect::Postgres => format!("strpos(x.folded, {}) > 0", bind.text(folded)),
            },
            Self::Exact { folded, raw } => {
                let raw = if raw == folded { "" } else { raw };
                format!("(x.folded = {} AND x.raw = {})", bind.text(folded), bind.text(raw))
            }
        }
    }
}

/// What is searched, bound to a statement.
pub(super) struct Near {
    values: Vec<Marks>,
    /// All that there are.
    ranks: Vec<i64>,
}

/// Placeholders of one alternative.
struct Marks {
    far: i64,
    folded: String,
    folded_end: String,
    spelled: String,
    spelled_end: String,
}

/// What is asked about the nearest row of a resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Nearest {
    Rank,
    Text,
}

/// One alternative of the kind that has ranks.
struct Starts<'v> {
    folded: &'v str,
    /// As typed, without spaces.
    tight: String,
    far: i64,
}

fn starts(values: &[TextMatch]) -> impl Iterator<Item = Starts<'_>> {
    values.iter().filter_map(|value| match value {
        TextMatch::Starts { folded, raw, far } => {
            let tight = raw.chars().filter(|c| !matches!(c, ' ' | '\u{3000}')).collect();
            Some(Starts { folded, tight, far: i64::from(*far) })
        }
        TextMatch::Contains(_) | TextMatch::Exact { .. } => None,
    })
}

/// What of a rank one alternative finds: a range of an index.
pub(super) struct Range<'v> {
    pub(super) rank: i64,
    /// Which alternative.
    at: usize,
    value: Starts<'v>,
}

impl<'v> Range<'v> {
    /// The ranges of a rank.
    pub(super) fn all(rank: i64, values: &'v [TextMatch]) -> impl Iterator<Item = Self> {
        let of_rank = move |(_, value): &(usize, Starts<'_>)| value.far == rank / RANKS;
        starts(values).enumerate().filter(of_rank).map(move |(at, value)| Self { rank, at, value })
    }

    /// What its rows are in order of.
    pub(super) fn column(&self) -> &'static str {
        if self.rank % 2 == 0 { "spelled" } else { "folded" }
    }

    /// The text of all its rows, where that is one.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        let text = if self.rank % 2 == 0 { &self.value.tight } else { self.value.folded };
        (self.rank % RANKS < 2).then(|| storable(text))
    }
}

/// The ranks there are among `values`, nearest first. A reading has none of the even ones: nothing written in
/// Latin letters folds to kana.
pub(super) fn ranks(values: &[TextMatch]) -> Vec<i64> {
    let of = |value: Starts<'_>| match value.far {
        0 => vec![0, 1, 2, 3],
        far => vec![far * RANKS + 1, far * RANKS + 3],
    };
    let mut ranks: Vec<i64> = starts(values).flat_map(of).collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks
}

impl Marks {
    fn of(value: &Starts<'_>, bind: &mut Bind) -> Self {
        let mut spelling = |text: &str| if value.far == 0 { bind.text(text) } else { String::new() };
        let (spelled, spelled_end) = (spelling(&value.tight), spelling(&after(&value.tight)));
        let (folded, folded_end) = (bind.text(value.folded), bind.text(&after(value.folded)));
        Self { far: value.far, folded, folded_end, spelled, spelled_end }
    }

    /// Whether a row is of a rank, if it is of no nearer one.
    fn condition(&self, rank: i64, row: &str, folded: &str) -> String {
        let Self { folded: from, folded_end: to, spelled: same, spelled_end: end, .. } = self;
        match rank % RANKS {
            0 => format!("({row}.spelled = {same} AND {folded} = {from})"),
            1 => format!("{folded} = {from}"),
            2 => format!(
                "({row}.spelled >= {same} AND {row}.spelled < {end} AND {folded} >= {from} AND {folded} < {to})"
            ),
            _ => format!("({folded} >= {from} AND {folded} < {to})"),
        }
    }
}

impl Near {
    pub(super) fn of(values: &[TextMatch], bind: &mut Bind) -> Self {
        Self { values: starts(values).map(|value| Marks::of(&value, bind)).collect(), ranks: ranks(values) }
    }

    /// The condition on rows `x` of one range, whose resource has no nearer row.
    pub(super) fn rows(&self, params: &[Param], range: &Range<'_>, bind: &mut Bind) -> String {
        let rank = range.rank;
        let params = params_in(params, bind);
        // The offset keeps PostgreSQL from gathering the nearer rows of everybody beforehand.
        let nearer = format!(
            "SELECT 1 FROM (SELECT {} AS rank, y.spelled, y.folded, y.raw, y.param FROM ix_text y WHERE {} AND y.resource = x.resource) n WHERE n.rank < {rank} OR (n.rank = {rank} AND (n.{text}, n.folded, n.raw, n.param) < (x.{text}, x.folded, x.raw, x.param)) LIMIT 1 OFFSET 0",
            self.rank("y"),
            params.replace("x.", "y."),
            text = range.column(),
        );
        // The databases are to look by the text that the rank is in order of, and by nothing else.
        let folded = if rank % 2 == 0 { "(x.folded || '')" } else { "x.folded" };
        let condition = self.values[range.at].condition(rank, "x", folded);
        format!("{params} AND {condition} AND NOT EXISTS ({nearer})")
    }

    /// The rank of a resource, or the text by which it stands there.
    pub(super) fn of_resource(&self, what: Nearest, params: &[Param], resource: &str, bind: &mut Bind) -> String {
        const TEXT: &str = "CASE n.rank % 2 WHEN 0 THEN n.spelled ELSE n.folded END";
        let what = match what {
            Nearest::Rank => "CAST(n.rank AS BIGINT)",
            Nearest::Text => TEXT,
        };
        format!(
            "(SELECT {what} FROM (SELECT {} AS rank, x.spelled, x.folded FROM ix_text x WHERE {} AND x.resource = {resource}) n WHERE n.rank IS NOT NULL ORDER BY n.rank, {TEXT} LIMIT 1)",
            self.rank("x"),
            params_in(params, bind)
        )
    }

    /// The rank of a row; NULL if it does not match.
    fn rank(&self, row: &str) -> String {
        let folded = format!("{row}.folded");
        let case = |&rank: &i64| {
            let of_far = self.values.iter().filter(|value| value.far == rank / RANKS);
            let condition = any(of_far.map(|value| value.condition(rank, row, &folded)).collect());
            format!(" WHEN {condition} THEN {rank}")
        };
        format!("CASE{} END", self.ranks.iter().map(case).collect::<String>())
    }
}
