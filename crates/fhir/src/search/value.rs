//! What a resource is found by: the values that each search parameter takes from it.

/// A search parameter of one resource type: an index into the generated table. Stable across releases
/// (the table is append-only), because stores keep it in their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Param(pub u16);

/// One value that a resource is found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Indexed {
    /// Of which parameter.
    pub param: Param,
    /// The value.
    pub value: Value,
}

/// A value of a parameter, ready for an index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Coding, Identifier, ContactPoint, code, boolean, `id`. An absent system is the empty text.
    Token {
        /// System, empty when absent.
        system: String,
        /// Code, compared with case as R4 allows; empty when only the system is there.
        code: String,
    },
    /// Display or text of a code, folded: what `:text` compares.
    Label(String),
    /// string: `folded` by [`clinic`]'s kana and 異体字 rules for matching, `raw` for `:exact` and ranking.
    Text {
        /// What default and `:contains` matching compare.
        folded: String,
        /// As written.
        raw: String,
    },
    /// Reference, canonical: see [`Target`].
    Reference(Target),
    /// date, dateTime, instant, Period, Timing as half-open [low, high) in ms since 1970 UTC.
    /// An open end is `i64::MIN` or `i64::MAX`.
    Date {
        /// First millisecond.
        low: i64,
        /// One past the last.
        high: i64,
    },
    /// number, Quantity, Money, Range. A single number has equal bounds; an open end is an infinity.
    Quantity {
        /// Empty for a bare number; see [`super::quantity::unit_key`].
        unit: String,
        /// Whether this is the same measurement once more, converted to the unit in which its kind is compared
        /// (80000 g beside which 80 kg stands). Searches that name no unit pass over these.
        converted: bool,
        /// Lower bound.
        low: Decimal,
        /// Upper bound.
        high: Decimal,
    },
    /// uri, url, canonical, oid: compared whole.
    Uri(String),
    /// Components of a composite parameter, taken from the same element.
    Composite(Box<[Value; 2]>),
}

/// Texts are indexed up to this many characters; a search for a longer one compares as many.
pub const TEXT_CHARS_MAX: usize = 250;

/// The first [`TEXT_CHARS_MAX`] characters. PostgreSQL refuses index entries beyond 2.7 kB, and nobody finds a
/// text by its end.
#[must_use]
pub fn clip(text: &str) -> &str {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}

/// The system under which an identifier is indexed a second time by its type, for `:of-type`.
#[must_use]
pub fn of_type_system(type_system: &str, type_code: &str) -> String {
    // A control character cannot stand in a URI, so this never meets a real system.
    format!("\u{2}{type_system}|{type_code}")
}

/// A number as an order-preserving key (an f64 that is never NaN).
#[derive(Debug, Clone, Copy)]
pub struct Decimal(pub f64);

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.0.total_cmp(&other.0).is_eq()
    }
}
impl Eq for Decimal {}
impl std::hash::Hash for Decimal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// What a reference points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// `Type/id`, here.
    Local {
        /// Resource type.
        resource_type: String,
        /// Logical id.
        id: String,
    },
    /// An absolute URL, `urn:uuid:` or canonical.
    Url(String),
    /// Reference.identifier only (`:identifier`).
    Identifier {
        /// System, empty when absent.
        system: String,
        /// Value.
        value: String,
    },
}
