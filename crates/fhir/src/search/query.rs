//! What is asked: the parsed form of a search, the only thing `store` compiles to SQL.

use super::value::{Decimal, Param, Target};

/// A search on one resource type.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which type is searched.
    pub resource_type: String,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// Most significant first. Empty: by rank of the name match if there is one, then newest change first.
    pub sort: Vec<Sort>,
    /// Page size after defaults and the cap; 0 asks only for the total.
    pub count: u32,
    /// Where this page starts, opaque outside `store`.
    pub cursor: Option<String>,
    /// Whether the total is asked for.
    pub total: Total,
    /// `_include`.
    pub include: Vec<Include>,
    /// `_revinclude`.
    pub revinclude: Vec<Include>,
    /// `_summary` and `_elements`: presentation, applied by `record` after the rows are found.
    pub view: View,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Any of the values matches (or none of them, when `not`: the `:not` modifier).
    Any {
        /// Which parameter.
        param: Param,
        /// Comma-separated alternatives.
        values: Vec<Match>,
        /// `:not`.
        not: bool,
    },
    /// `:missing=true` or `false`.
    Missing {
        /// Which parameter.
        param: Param,
        /// True: has no value.
        missing: bool,
    },
    /// `_id`.
    Id(Vec<String>),
    /// `_lastUpdated`.
    LastUpdated(DateMatch),
    /// `subject:Patient.name=…`: the reference points at a resource for which `inner` holds.
    Chain {
        /// The reference parameter.
        param: Param,
        /// Types to follow, at least one.
        types: Vec<String>,
        /// Held by the target; one filter per type in `types`, since parameters differ by type.
        inner: Vec<Filter>,
    },
    /// `_has:Observation:patient:code=…`: a resource of that type points here and `inner` holds for it.
    Has {
        /// The type that points here.
        resource_type: String,
        /// Its reference parameter.
        param: Param,
        /// Held by the pointing resource.
        inner: Box<Filter>,
    },
    /// `_list`, compartments and access scopes: in the compartment of this patient.
    Patient(String),
}

/// One alternative value.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// token.
    Token {
        /// None: any system; Some(""): explicitly none (`|code`).
        system: Option<String>,
        /// None: any code of that system (`system|`).
        code: Option<String>,
    },
    /// string, folded: starts with.
    Starts(String),
    /// string `:contains`, folded.
    Contains(String),
    /// string `:exact`, raw.
    Exact(String),
    /// token `:text`, folded: display or text starts with.
    TokenText(String),
    /// reference.
    Reference(Target),
    /// reference given as a bare id: any of the parameter's target types.
    ReferenceId(String),
    /// date.
    Date(DateMatch),
    /// number and quantity.
    Quantity {
        /// None: any unit.
        unit: Option<String>,
        /// Comparison.
        prefix: Prefix,
        /// Lower bound of what the digits mean.
        low: Decimal,
        /// Upper bound.
        high: Decimal,
    },
    /// uri.
    Uri(String),
    /// uri `:below`.
    UriBelow(String),
    /// composite: one match per component.
    Composite(Box<[Match; 2]>),
}

/// A date with its comparison; half-open ms since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateMatch {
    /// Comparison.
    pub prefix: Prefix,
    /// First millisecond.
    pub low: i64,
    /// One past the last.
    pub high: i64,
}

/// Comparison prefixes of R4 (search.html#prefix).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the prefixes are the standard's own names")]
pub enum Prefix {
    Eq,
    Ne,
    Gt,
    Lt,
    Ge,
    Le,
    Sa,
    Eb,
    Ap,
}

/// One sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// `-`.
    pub descending: bool,
}

/// What can be sorted by.
#[derive(Debug, Clone, PartialEq)]
pub enum SortBy {
    /// A parameter of type date, string, token, number, quantity, uri or reference.
    Param(Param),
    /// `_id`.
    Id,
    /// `_lastUpdated`.
    LastUpdated,
}

/// `_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the standard's own names")]
pub enum Total {
    None,
    Accurate,
}

/// `_include` or `_revinclude`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The type that holds the reference.
    pub source: String,
    /// Its reference parameter; None is `*`.
    pub param: Option<Param>,
    /// Only targets of this type.
    pub target: Option<String>,
    /// `:iterate`.
    pub iterate: bool,
}

/// How much of each resource is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum View {
    /// All of it.
    #[default]
    Whole,
    /// `_summary=true`.
    Summary,
    /// `_summary=text`.
    Text,
    /// `_summary=data`.
    Data,
    /// `_summary=count`.
    Count,
    /// `_elements`.
    Elements(Vec<String>),
}
