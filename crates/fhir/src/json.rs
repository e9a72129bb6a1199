//! JSON as it was sent: order, digits of numbers and unknown members survive.

/// A JSON value. Numbers keep their digits: FHIR's `1.0` and `1.00` differ in precision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`, legal in FHIR only to align primitive arrays with their extensions.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// The digits as sent.
    Number(Box<str>),
    /// Text, escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// Members in the order sent, each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object(Vec<(String, Json)>);
