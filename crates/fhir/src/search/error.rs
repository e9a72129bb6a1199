//! Why a search is refused. Nothing unknown or malformed is passed over: a filter left out would show more
//! than was asked for, to people who trust that it does not.

use std::fmt;

use super::params::Kind;

/// A search that is not run (400).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchError {
    /// The parameter as sent, modifiers included.
    pub param: String,
    /// What is wrong with it.
    pub what: Problem,
    /// What may have been meant: a parameter, a modifier, a form of value.
    pub hint: Option<String>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No R4 resource type.
    UnknownType(String),
    /// Not a parameter of this type.
    UnknownParam(String),
    /// The standard has it, this server does not.
    Unsupported,
    /// The modifier does not go with this kind of parameter.
    Modifier(String),
    /// No value, or an empty alternative.
    Empty,
    /// Not a value of this kind.
    Malformed(Kind),
    /// Not one of the values that it takes.
    NotOneOf(&'static [&'static str]),
    /// The reference does not point at that type.
    Target(String),
    /// Given twice, but it may stand once.
    Twice,
    /// More parameters or alternatives than this.
    TooMany(usize),
    /// Longer than this, in bytes.
    TooLong(usize),
    /// Chains and `_has` nested deeper than this.
    TooDeep(usize),
    /// Not a page that this server gave out.
    Cursor,
}

impl Problem {
    /// In Japanese, for the person at the screen.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::UnknownType(name) => format!("リソース型「{name}」はありません"),
            Self::UnknownParam(of) => format!("{of}にこの検索項目はありません"),
            Self::Unsupported => "この検索機能には対応していません".to_owned(),
            Self::Modifier(modifier) => format!("この項目に「:{modifier}」は使えません"),
            Self::Empty => "値がありません".to_owned(),
            Self::Malformed(kind) => format!("値を{}として読めません", kind_ja(*kind)),
            Self::NotOneOf(values) => format!("使える値は{}です", values.join("、")),
            Self::Target(name) => format!("この項目は{name}を指しません"),
            Self::Twice => "一度だけ指定できます".to_owned(),
            Self::TooMany(max) => format!("指定できる数({max})を超えています"),
            Self::TooLong(max) => format!("長すぎます({max}バイトまで)"),
            Self::TooDeep(max) => format!("検索の入れ子は{max}段までです"),
            Self::Cursor => "このサーバーが発行したページではありません。最初から検索してください".to_owned(),
        }
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::UnknownType(name) => format!("there is no resource type {name:?}"),
            Self::UnknownParam(of) => format!("{of} has no such search parameter"),
            Self::Unsupported => "this server does not support this search".to_owned(),
            Self::Modifier(modifier) => format!("the modifier :{modifier} does not go with this parameter"),
            Self::Empty => "there is no value".to_owned(),
            Self::Malformed(kind) => format!("the value is no {}", kind.as_str()),
            Self::NotOneOf(values) => format!("the value is none of {}", values.join(", ")),
            Self::Target(name) => format!("this parameter does not point at {name}"),
            Self::Twice => "it may be given once".to_owned(),
            Self::TooMany(max) => format!("there are more than {max}"),
            Self::TooLong(max) => format!("it is longer than {max} bytes"),
            Self::TooDeep(max) => format!("chains are nested deeper than {max}"),
            Self::Cursor => "this is no page that the server gave out; search again from the start".to_owned(),
        }
    }
}

fn kind_ja(kind: Kind) -> &'static str {
    match kind {
        Kind::Token => "コード",
        Kind::String => "文字列",
        Kind::Reference => "参照",
        Kind::Date => "日付",
        Kind::Number => "数値",
        Kind::Quantity => "数量",
        Kind::Uri => "URI",
        Kind::Composite => "組み合わせ",
    }
}

impl SearchError {
    pub(super) fn new(param: &str, what: Problem) -> Self {
        // What is sent back need not be as long as what was sent.
        Self { param: super::value::clip(param).to_owned(), what, hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn ja(&self) -> String {
        let hint = self.hint.as_ref().map(|hint| format!("(もしかして: {hint})")).unwrap_or_default();
        format!("検索条件 {}: {}{hint}", self.param, self.what.ja())
    }
}

/// The sentence in English. The value is not in it: it may be a name.
impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "search parameter {}: {}", self.param, self.what.en())?;
        match &self.hint {
            Some(hint) => write!(f, " (did you mean {hint}?)"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SearchError {}

/// The name nearest to what was typed, if it is near.
pub(super) fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    if typed.len() > 40 {
        return None;
    }
    let folded = typed.to_ascii_lowercase().replace('_', "");
    names
        .map(|name| (distance(&folded, &name.to_ascii_lowercase().replace(['-', '_'], "")), name))
        .filter(|&(distance, name)| distance <= 2 && distance < name.len())
        .min_by_key(|&(distance, name)| (distance, name.len()))
        .map(|(_, name)| name.to_owned())
}

/// Levenshtein's distance, on bytes: parameter names are ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let substitute = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let names = ["birthdate", "name", "address-city", "_lastUpdated"];
        for (typed, meant) in [
            ("birthDate", Some("birthdate")),
            ("birtdate", Some("birthdate")),
            ("names", Some("name")),
            ("address_city", Some("address-city")),
            ("lastupdated", Some("_lastUpdated")),
            ("whatever", None),
        ] {
            assert_eq!(nearest(typed, names.into_iter()).as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn an_error_says_what_and_never_the_value() {
        let error = SearchError::new("birthDate", Problem::UnknownParam("Patient".to_owned())).hint("birthdate");
        assert_eq!(
            error.to_string(),
            "search parameter birthDate: Patient has no such search parameter (did you mean birthdate?)"
        );
        assert_eq!(error.ja(), "検索条件 birthDate: Patientにこの検索項目はありません(もしかして: birthdate)");
    }
}
