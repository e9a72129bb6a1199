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
    /// Compartments and access scopes: in the compartment of this patient.
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
    /// string: starts with.
    Starts {
        /// What is compared.
        folded: String,
        /// As typed; a row spelled like this ranks before one that only folds alike.
        raw: String,
        /// 0: what was typed. Above: a reading of Latin letters as kana, the likelier the smaller.
        far: u8,
    },
    /// string `:contains`, folded.
    Contains(String),
    /// string `:exact`, raw.
    Exact(String),
    /// token `:text`, folded: display or text starts with.
    TokenText(String),
    /// reference.
    Reference(Target),
    /// reference given as a bare id: any of these types.
    ReferenceId {
        /// Types that the parameter may point at; empty: any.
        types: Vec<String>,
        /// Logical id.
        id: String,
    },
    /// reference `:identifier`.
    ReferenceIdentifier {
        /// None: any system; Some(""): none.
        system: Option<String>,
        /// Identifier.value.
        value: String,
    },
    /// date.
    Date(DateMatch),
    /// number and quantity.
    Quantity(QuantityMatch),
    /// uri.
    Uri(String),
    /// uri `:below`: it or what it is a path prefix of.
    UriBelow(String),
    /// uri `:above`: it or any path prefix of it; these, then.
    UriAbove(Vec<String>),
    /// composite: one match per component.
    Composite(Box<[Match; 2]>),
}

/// A number with its comparison and unit.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantityMatch {
    /// Comparison.
    pub prefix: Prefix,
    /// In which unit the stored number must be.
    pub unit: Unit,
    /// The number as written (in the canonical unit, if `unit` is one).
    pub exact: Decimal,
    /// Lower bound of what the digits mean; of 10 % around for `ap`.
    pub low: Decimal,
    /// Upper bound.
    pub high: Decimal,
}

/// Which units match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// None was named: any, as written.
    Any,
    /// This key of [`super::quantity::unit_key`], as written or converted.
    Is(String),
    /// `||code`: this code of any system, as written.
    AnySystem(String),
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

impl Query {
    /// Every type whose rows are searched, joined through, sorted by or named for inclusion. An include that
    /// leaves its target open is checked row by row instead.
    #[must_use]
    pub fn types_touched(&self) -> Vec<&str> {
        let mut types = vec![self.resource_type.as_str()];
        for filter in &self.filters {
            filter.types_touched(&mut types);
        }
        for include in self.include.iter().chain(&self.revinclude) {
            types.push(&include.source);
            types.extend(include.target.as_deref());
        }
        types.sort_unstable();
        types.dedup();
        types
    }
}

impl Filter {
    fn types_touched<'q>(&'q self, types: &mut Vec<&'q str>) {
        match self {
            Self::Chain { types: through, inner, .. } => {
                types.extend(through.iter().map(String::as_str));
                for filter in inner {
                    filter.types_touched(types);
                }
            }
            Self::Has { resource_type, inner, .. } => {
                types.push(resource_type);
                inner.types_touched(types);
            }
            _ => {}
        }
    }
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
