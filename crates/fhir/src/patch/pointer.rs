//! JSON Pointer (RFC 6901).

use std::borrow::Cow;

use crate::json::Json;

/// Steps from the whole document to a value in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer<'p>(Vec<Step<'p>>);

/// One step; what it means depends on whether an array or an object is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step<'p> {
    /// `-`: past the last item of an array.
    End,
    /// Any other reference token, escapes resolved.
    Token(Cow<'p, str>),
}

impl<'p> Pointer<'p> {
    /// None when it is neither empty nor starts with `/`, or has a `~` that is not `~0` or `~1`.
    pub(super) fn parse(text: &'p str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        text.strip_prefix('/')?.split('/').map(step).collect::<Option<_>>().map(Self)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `other` points inside what this points at.
    pub(super) fn holds(&self, other: &Self) -> bool {
        other.0.len() > self.0.len() && other.0.starts_with(&self.0)
    }

    pub(super) fn split_last(&self) -> Option<(Self, &Step<'p>)> {
        let (last, parent) = self.0.split_last()?;
        Some((Self(parent.to_vec()), last))
    }

    pub(super) fn find<'j>(&self, document: &'j Json) -> Option<&'j Json> {
        self.0.iter().try_fold(document, |value, step| match value {
            Json::Object(object) => object.get(&step.name()),
            Json::Array(items) => items.get(step.index()?),
            _ => None,
        })
    }

    pub(super) fn find_mut<'j>(&self, document: &'j mut Json) -> Option<&'j mut Json> {
        self.0.iter().try_fold(document, |value, step| match value {
            Json::Object(object) => object.get_mut(&step.name()),
            Json::Array(items) => items.get_mut(step.index()?),
            _ => None,
        })
    }
}

fn step(token: &str) -> Option<Step<'_>> {
    if token == "-" {
        return Some(Step::End);
    }
    if !token.contains('~') {
        return Some(Step::Token(token.into()));
    }
    let mut rest = token.split('~');
    let mut name = rest.next()?.to_owned();
    for part in rest {
        match part.as_bytes().first()? {
            b'0' => name.push('~'),
            b'1' => name.push('/'),
            _ => return None,
        }
        name.push_str(&part[1..]);
    }
    Some(Step::Token(name.into()))
}

impl Step<'_> {
    /// As the name of a member.
    pub(super) fn name(&self) -> Cow<'_, str> {
        match self {
            Self::End => "-".into(),
            Self::Token(name) => name.as_ref().into(),
        }
    }

    /// As the index of an item: digits without a leading zero.
    pub(super) fn index(&self) -> Option<usize> {
        let Self::Token(digits) = self else { return None };
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits.len() == 1 || !digits.starts_with('0'));
        if plain { digits.parse().ok() } else { None }
    }
}
