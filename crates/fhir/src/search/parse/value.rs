//! Values: what stands after the equals sign, by the kind of the parameter.

use clinic::{kana, wareki};

use super::super::error::Problem;
use super::super::leaf;
use super::super::params::{Kind, ParamDef};
use super::super::path::Leaf;
use super::super::quantity::{self, UCUM, canonical, half_step, rounded, unit_key};
use super::super::query::{DateMatch, Match, Prefix, QuantityMatch, Unit};
use super::super::time;
use super::super::value::{Decimal, Target, clip, of_type_system};

/// Reads the alternatives of one parameter.
pub(super) struct Reader<'r> {
    pub(super) def: &'static ParamDef,
    pub(super) modifier: Option<&'r str>,
    /// `subject:Patient=…`.
    pub(super) of_type: Option<&'r str>,
    pub(super) now_ms: i64,
}

/// Parts between separators that no backslash stands before; escapes are kept.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        if c == separator && !escaped {
            parts.push(&text[start..at]);
            start = at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

/// Takes the escapes `\,` `\$` `\|` `\\` out; None at any other backslash (search.html#escaping).
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.push(chars.next().filter(|escaped| r",$|\".contains(*escaped))?),
            _ => plain.push(c),
        }
    }
    Some(plain)
}

fn unescaped(text: &str, kind: Kind) -> Result<String, Problem> {
    unescape(text).ok_or(Problem::Malformed(kind))
}

impl Reader<'_> {
    /// One alternative. May become several: a name in Latin letters is also looked for in kana.
    pub(super) fn read(&self, text: &str) -> Result<Vec<Match>, Problem> {
        let one = |found: Result<Match, Problem>| found.map(|found| vec![found]);
        match (self.def.kind, self.modifier) {
            (Kind::Token, Some("text")) => {
                let folded = kana::fold(clip(&unescaped(text, Kind::String)?));
                one(if folded.is_empty() { Err(Problem::Empty) } else { Ok(Match::TokenText(folded)) })
            }
            (Kind::Token, Some("of-type")) => one(of_type(text)),
            (Kind::Token, _) => self.token(text),
            (Kind::String, modifier) => self.string(text, modifier),
            (Kind::Reference, Some("identifier")) => {
                let (system, value) = system_and_code(text)?;
                one(value
                    .map(|value| Match::ReferenceIdentifier { system, value })
                    .ok_or(Problem::Malformed(Kind::Reference)))
            }
            (Kind::Reference, _) => one(self.reference(text)),
            (Kind::Date, _) => one(date(&unescaped(text, Kind::Date)?, self.now_ms)
                .map(Match::Date)
                .ok_or(Problem::Malformed(Kind::Date))),
            (Kind::Number, _) => one(number(&unescaped(text, Kind::Number)?).ok_or(Problem::Malformed(Kind::Number))),
            (Kind::Quantity, _) => one(quantity(text)),
            (Kind::Uri, modifier) => one(uri(unescaped(text, Kind::Uri)?, modifier)),
            (Kind::Composite, _) => one(self.composite(text)),
        }
    }

    fn token(&self, text: &str) -> Result<Vec<Match>, Problem> {
        let (mut system, mut code) = system_and_code(text)?;
        if self.def.is_contact() {
            code = code.map(|code| leaf::contact(&code));
        }
        if self.def.is_plain() {
            // A bound code carries no system in the resource; naming the right one says nothing new.
            match system.as_deref() {
                Some("") | None => {}
                Some(sent) if self.def.system.is_empty() || sent == self.def.system => system = None,
                Some(_) => {}
            }
            if system.is_none() && code.is_none() {
                return Err(Problem::Malformed(Kind::Token));
            }
        }
        let mut found = vec![Match::Token { system: system.clone(), code: code.clone() }];
        // A chart number typed in full width.
        if let Some(narrow) = code.as_deref().filter(|code| !code.is_ascii()).map(narrow)
            && code.as_deref() != Some(narrow.as_str())
        {
            found.push(Match::Token { system, code: Some(narrow) });
        }
        Ok(found)
    }

    fn string(&self, text: &str, modifier: Option<&str>) -> Result<Vec<Match>, Problem> {
        let raw = clip(&unescaped(text, Kind::String)?).to_owned();
        if modifier == Some("exact") {
            return Ok(vec![Match::Exact(raw)]);
        }
        let folded = if self.def.is_phonetic() { kana::phonetic(&raw) } else { kana::fold(&raw) };
        if folded.is_empty() {
            return Err(Problem::Empty);
        }
        if modifier == Some("contains") {
            return Ok(vec![Match::Contains(folded)]);
        }
        let readings = if self.def.is_person_name() { kana::readings(&raw) } else { Vec::new() };
        let mut found = vec![Match::Starts { folded, raw: raw.clone(), far: 0 }];
        for (far, folded) in (1..).zip(readings) {
            found.push(Match::Starts { folded, raw: raw.clone(), far });
        }
        Ok(found)
    }

    fn reference(&self, text: &str) -> Result<Match, Problem> {
        let text = unescaped(text, Kind::Reference)?;
        let targets = &self.def.targets;
        if crate::is_id(&text) {
            let types = match self.of_type {
                Some(of_type) => vec![of_type.to_owned()],
                None => targets.iter().map(|&t| t.to_owned()).collect(),
            };
            return Ok(Match::ReferenceId { types, id: text });
        }
        match leaf::target(&text) {
            Some(Target::Local { resource_type, id }) => {
                let allowed = self.of_type.is_none_or(|of_type| of_type == resource_type)
                    && (targets.is_empty() || targets.contains(&resource_type.as_str()));
                if allowed {
                    Ok(Match::Reference(Target::Local { resource_type, id }))
                } else {
                    Err(Problem::Target(resource_type))
                }
            }
            Some(target @ Target::Url(_)) if text.contains(':') && self.of_type.is_none() => {
                Ok(Match::Reference(target))
            }
            _ => Err(Problem::Malformed(Kind::Reference)),
        }
    }

    fn composite(&self, text: &str) -> Result<Match, Problem> {
        let malformed = || Problem::Malformed(Kind::Composite);
        let parts = split(text, '$');
        let ([left, right], Some(sides)) =
            (parts.as_slice(), self.def.paths.first().and_then(|path| path.sides.as_ref()))
        else {
            return Err(malformed());
        };
        let component = |text: &str, leaf: Option<Leaf>| match leaf.ok_or_else(malformed)? {
            _ if text.is_empty() => Err(Problem::Empty),
            Leaf::Quantity | Leaf::Money | Leaf::Range => quantity(text),
            Leaf::Number => number(text).ok_or_else(malformed),
            Leaf::Date | Leaf::Period | Leaf::Timing => date(text, self.now_ms).map(Match::Date).ok_or_else(malformed),
            Leaf::Text => {
                let raw = unescaped(text, Kind::String)?;
                let folded = kana::fold(clip(&raw));
                if folded.is_empty() { Err(Problem::Empty) } else { Ok(Match::Starts { folded, raw, far: 0 }) }
            }
            Leaf::Reference => match leaf::target(&unescaped(text, Kind::Reference)?) {
                Some(target @ Target::Local { .. }) => Ok(Match::Reference(target)),
                _ => Err(malformed()),
            },
            _ => system_and_code(text).map(|(system, code)| Match::Token { system, code }),
        };
        let leaf_of = |side: usize| sides[side].first().map(|path| path.leaf);
        Ok(Match::Composite(Box::new([component(left, leaf_of(0))?, component(right, leaf_of(1))?])))
    }
}

fn narrow(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(
            |c| if ('\u{ff01}'..='\u{ff5e}').contains(&c) { char::from_u32(c as u32 - 0xfee0).unwrap_or(c) } else { c },
        )
        .collect();
    clip(&folded).to_owned()
}

/// `code`, `system|code`, `|code` (no system), `system|`.
fn system_and_code(text: &str) -> Result<(Option<String>, Option<String>), Problem> {
    let part = |text: &str| unescaped(text, Kind::Token).map(|text| clip(&text).to_owned());
    match split(text, '|').as_slice() {
        [code] => Ok((None, Some(part(code)?))),
        ["", ""] => Err(Problem::Empty),
        [system, ""] => Ok((Some(part(system)?), None)),
        [system, code] => Ok((Some(part(system)?), Some(part(code)?))),
        _ => Err(Problem::Malformed(Kind::Token)),
    }
}

/// `system|code|value` of an identifier (search.html#token, `:of-type`).
fn of_type(text: &str) -> Result<Match, Problem> {
    let parts: Vec<String> =
        split(text, '|').into_iter().map(|part| unescaped(part, Kind::Token)).collect::<Result<_, _>>()?;
    match parts.as_slice() {
        [system, code, value] if !code.is_empty() && !value.is_empty() => Ok(Match::Token {
            system: Some(clip(&of_type_system(system, code)).to_owned()),
            code: Some(clip(value).to_owned()),
        }),
        _ => Err(Problem::Malformed(Kind::Token)),
    }
}

/// The comparison at the start of a number or date.
fn prefix(text: &str) -> (Prefix, &str) {
    const PREFIXES: [(&str, Prefix); 9] = [
        ("eq", Prefix::Eq),
        ("ne", Prefix::Ne),
        ("gt", Prefix::Gt),
        ("lt", Prefix::Lt),
        ("ge", Prefix::Ge),
        ("le", Prefix::Le),
        ("sa", Prefix::Sa),
        ("eb", Prefix::Eb),
        ("ap", Prefix::Ap),
    ];
    PREFIXES
        .iter()
        .find_map(|&(letters, prefix)| text.strip_prefix(letters).map(|rest| (prefix, rest)))
        .unwrap_or((Prefix::Eq, text))
}

/// A date of the standard, in 和暦, or in plain digits.
pub(super) fn date(text: &str, now_ms: i64) -> Option<DateMatch> {
    let (prefix, text) = prefix(text);
    let (mut low, mut high) = time::span(text).or_else(|| time::span(&wareki::parse_partial(text).ok()?.iso()))?;
    if prefix == Prefix::Ap {
        // The standard's suggestion: ten per cent of the time between now and the date.
        let slack = now_ms.saturating_sub(low).saturating_abs() / 10;
        (low, high) = (low.saturating_sub(slack), high.saturating_add(slack));
    }
    Some(DateMatch { prefix, low, high })
}

/// The right name of a day typed in the wrong era.
pub(super) fn date_hint(text: &str) -> Option<String> {
    match wareki::parse(prefix(text).1) {
        Err(wareki::NotADate::OutsideEra { right, .. }) => right,
        _ => None,
    }
}

fn quantity_match(text: &str, unit: Unit, convert: impl Fn(f64) -> f64) -> Option<Match> {
    let (prefix, digits) = prefix(text);
    let number = quantity::number(digits)?;
    let slack = match prefix {
        Prefix::Ap => (number.abs() / 10.0).max(half_step(digits)),
        _ => half_step(digits),
    };
    let bound = |number: f64| Decimal(convert(number));
    Some(Match::Quantity(QuantityMatch {
        prefix,
        unit,
        exact: bound(number),
        low: bound(rounded(number - slack)),
        high: bound(rounded(number + slack)),
    }))
}

fn number(text: &str) -> Option<Match> {
    quantity_match(text, Unit::Any, |number| number)
}

/// `number`, `number|system|code`, `number||code`.
fn quantity(text: &str) -> Result<Match, Problem> {
    let malformed = Problem::Malformed(Kind::Quantity);
    let parts: Vec<String> =
        split(text, '|').into_iter().map(|part| unescaped(part, Kind::Quantity)).collect::<Result<_, _>>()?;
    let found = match parts.as_slice() {
        [digits] => number(digits),
        [digits, system, code] if !code.is_empty() => {
            let known = if system.is_empty() || system == UCUM { canonical(code, 1.0) } else { None };
            match known {
                Some((to, _)) => quantity_match(digits, Unit::Is(to.to_owned()), |number| {
                    canonical(code, number).map_or(number, |(_, converted)| converted)
                }),
                None if system.is_empty() => {
                    quantity_match(digits, Unit::AnySystem(clip(code).to_owned()), |number| number)
                }
                None => quantity_match(digits, Unit::Is(unit_key(system, code)), |number| number),
            }
        }
        _ => None,
    };
    found.ok_or(malformed)
}

fn uri(text: String, modifier: Option<&str>) -> Result<Match, Problem> {
    let text = clip(&text).to_owned();
    Ok(match modifier {
        Some("below") => Match::UriBelow(text),
        Some("above") => {
            let prefixes = text
                .match_indices('/')
                .map(|(at, _)| text[..at].to_owned())
                .filter(|prefix| prefix.contains("//") && !prefix.ends_with('/'));
            let mut all: Vec<String> = prefixes.collect();
            all.push(text);
            Match::UriAbove(all)
        }
        _ => Match::Uri(text),
    })
}
