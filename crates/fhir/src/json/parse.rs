//! Bytes to [`Json`], refusing what another reader might understand differently.

use std::collections::HashSet;

use jiter::{Jiter, JiterError, JiterErrorType, JsonErrorType, Peek};

use super::{Json, Object};

/// Arrays and objects inside one another. The deepest of the standard's own examples has 19 levels;
/// the limit keeps every recursive walk of a resource within a small stack.
pub const MAX_DEPTH: usize = 64;

/// Names compared one by one up to here; beyond, by hash, so that a huge object costs no quadratic time.
const LINEAR_NAMES: usize = 24;

/// Why a text is not JSON we take, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, line {line} column {column}")]
pub struct JsonError {
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    /// What is wrong.
    pub kind: JsonErrorKind,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorKind {
    /// A byte order mark, which RFC 8259 §8.1 forbids to send.
    #[error("a byte order mark stands before the text")]
    ByteOrderMark,
    /// An object names a member twice; readers differ in which one they take.
    #[error("the name {0:?} stands twice in one object")]
    DuplicateName(String),
    /// More than [`MAX_DEPTH`] levels.
    #[error("more than {MAX_DEPTH} arrays and objects inside one another")]
    TooDeep,
    /// Half of a surrogate pair: no character.
    #[error("half of a surrogate pair is no character")]
    LoneSurrogate,
    /// Something follows the value.
    #[error("text follows the end of the value")]
    Trailing,
    /// Any other breach of the grammar, in the words of the parser.
    #[error("{0}")]
    Syntax(String),
}

impl Json {
    /// Reads one value from UTF-8 text.
    ///
    /// # Errors
    /// Everything in [`JsonErrorKind`], with the place where reading stopped.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        Reader::new(text).read().map_err(|(kind, index)| {
            let before = text.get(..index).unwrap_or(text);
            let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            JsonError { line, column: before.len() - line_start + 1, kind }
        })
    }
}

type Stop = (JsonErrorKind, usize);

struct Reader<'t> {
    text: &'t [u8],
    jiter: Jiter<'t>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self { text, jiter: Jiter::new(text) }
    }

    fn read(mut self) -> Result<Json, Stop> {
        if self.text.starts_with(b"\xEF\xBB\xBF") {
            return Err((JsonErrorKind::ByteOrderMark, 0));
        }
        let peek = self.jiter.peek().map_err(stop)?;
        let value = self.value(peek, 0)?;
        self.jiter.finish().map_err(stop)?;
        Ok(value)
    }

    fn value(&mut self, peek: Peek, depth: usize) -> Result<Json, Stop> {
        match peek {
            Peek::String => self.jiter.known_str().map(|text| Json::String(text.to_owned())).map_err(stop),
            Peek::Object => self.object(depth + 1),
            Peek::Array => self.array(depth + 1),
            Peek::Null => self.jiter.known_null().map(|()| Json::Null).map_err(stop),
            Peek::True | Peek::False => self.jiter.known_bool(peek).map(Json::Bool).map_err(stop),
            _ => self.number(),
        }
    }

    fn number(&mut self) -> Result<Json, Stop> {
        let index = self.jiter.current_index();
        let digits = self.jiter.next_number_bytes().map_err(stop)?;
        match std::str::from_utf8(digits) {
            Ok(digits) => Ok(Json::Number(digits.into())),
            Err(_) => Err((JsonErrorKind::Syntax("invalid number".to_owned()), index)),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, Stop> {
        self.check_depth(depth)?;
        let mut items = Vec::new();
        let mut next = self.jiter.known_array().map_err(stop)?;
        while let Some(peek) = next {
            items.push(self.value(peek, depth)?);
            next = self.jiter.array_step().map_err(stop)?;
        }
        Ok(Json::Array(items))
    }

    fn object(&mut self, depth: usize) -> Result<Json, Stop> {
        self.check_depth(depth)?;
        let mut members = Members::default();
        let mut next = self.jiter.known_object().map_err(stop)?.map(str::to_owned);
        while let Some(name) = next {
            if members.has(&name) {
                return Err((JsonErrorKind::DuplicateName(name), self.jiter.current_index()));
            }
            let peek = self.jiter.peek().map_err(stop)?;
            let value = self.value(peek, depth)?;
            members.push(name, value);
            next = self.jiter.next_key().map_err(stop)?.map(str::to_owned);
        }
        Ok(Json::Object(Object(members.list)))
    }

    fn check_depth(&self, depth: usize) -> Result<(), Stop> {
        if depth > MAX_DEPTH { Err((JsonErrorKind::TooDeep, self.jiter.current_index())) } else { Ok(()) }
    }
}

/// The members read so far, and their names by hash once there are many.
#[derive(Default)]
struct Members {
    list: Vec<(String, Json)>,
    names: HashSet<String>,
}

impl Members {
    fn has(&self, name: &str) -> bool {
        if self.names.is_empty() { self.list.iter().any(|(own, _)| own == name) } else { self.names.contains(name) }
    }

    fn push(&mut self, name: String, value: Json) {
        if !self.names.is_empty() {
            self.names.insert(name.clone());
        } else if self.list.len() == LINEAR_NAMES {
            self.names.extend(self.list.iter().map(|(own, _)| own.clone()));
            self.names.insert(name.clone());
        }
        self.list.push((name, value));
    }
}

fn stop(error: JiterError) -> Stop {
    let kind = match error.error_type {
        JiterErrorType::JsonError(
            JsonErrorType::LoneLeadingSurrogateInHexEscape | JsonErrorType::UnexpectedEndOfHexEscape,
        ) => JsonErrorKind::LoneSurrogate,
        JiterErrorType::JsonError(JsonErrorType::TrailingCharacters) => JsonErrorKind::Trailing,
        JiterErrorType::JsonError(other) => JsonErrorKind::Syntax(other.to_string()),
        JiterErrorType::WrongType { .. } => JsonErrorKind::Syntax("expected value".to_owned()),
    };
    (kind, error.index)
}
