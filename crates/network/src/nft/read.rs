//! `nft -j list ruleset` → [`Ruleset`].
//!
//! The kernel's own account of what it does, not the text that was loaded. Whatever is not known here for certain
//! becomes an [`Unknown`] with its place; nothing is guessed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::keys::{Key, Span};
use super::rules::{Base, Chain, ChainId, Hook, Place, Rule, Ruleset, Statement, Unknown, Verdict};

/// Longest text that is read, in bytes; a rule set for a thousand devices is a hundredth of it.
pub const TEXT_MAX: usize = 64 << 20;

/// Why a text is not a rule set at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Too long.
    #[error("the rule set is {0} bytes long; more than {TEXT_MAX} are not read")]
    TooLong(usize),
    /// Not JSON.
    #[error("this is not what `nft -j list ruleset` prints")]
    NotJson(#[source] serde_json::Error),
    /// JSON, but not of nftables.
    #[error("there is no list `nftables` in it; it should be what `nft -j list ruleset` prints")]
    NoList,
}

/// Reads what the kernel has loaded.
///
/// # Errors
/// If the text is not what `nft -j list ruleset` prints. What it prints but is not understood is no error: it is in
/// [`Ruleset::unknown`].
pub fn read(text: &str) -> Result<Ruleset, ReadError> {
    if text.len() > TEXT_MAX {
        return Err(ReadError::TooLong(text.len()));
    }
    let whole: Value = serde_json::from_str(text).map_err(ReadError::NotJson)?;
    let list = whole.get("nftables").and_then(Value::as_array).ok_or(ReadError::NoList)?;
    let mut read = Read::default();
    // Sets and chains first: a rule may stand before what it refers to.
    for (kind, item) in list.iter().filter_map(Value::as_object).flatten() {
        match kind.as_str() {
            "set" | "map" => read.set(item),
            "chain" => read.chain(item),
            "metainfo" | "table" | "rule" | "counter" => {}
            other => read.unknown(place(item), format!("{other} {}", short(item))),
        }
    }
    for item in list.iter().filter_map(|item| item.get("rule")) {
        read.rule(item);
    }
    Ok(read.ruleset)
}

#[derive(Default)]
struct Read<'a> {
    ruleset: Ruleset,
    sets: BTreeMap<(&'a str, &'a str, &'a str), &'a Value>,
}

fn word<'a>(item: &'a Value, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn place(item: &Value) -> Place {
    let chain = item.get("chain").or_else(|| item.get("name")).and_then(Value::as_str).unwrap_or_default();
    Place {
        chain: ChainId {
            family: word(item, "family").to_owned(),
            table: word(item, "table").to_owned(),
            chain: chain.to_owned(),
        },
        handle: if item.get("chain").is_some() { item.get("handle").and_then(Value::as_u64).unwrap_or(0) } else { 0 },
        comment: word(item, "comment").to_owned(),
    }
}

/// The beginning of something, for telling what was not understood.
fn short(value: &Value) -> String {
    let text = value.to_string();
    let end = text.char_indices().nth(160).map_or(text.len(), |(at, _)| at);
    text[..end].to_owned()
}

impl<'a> Read<'a> {
    fn unknown(&mut self, place: Place, what: String) {
        self.ruleset.unknown.push(Unknown { place, what });
    }

    fn set(&mut self, item: &'a Value) {
        self.sets.insert((word(item, "family"), word(item, "table"), word(item, "name")), item);
    }

    fn chain(&mut self, item: &Value) {
        let place = place(item);
        let base = match item.get("hook").and_then(Value::as_str) {
            None => None,
            Some(hook) => match base(item, hook) {
                Some(base) => Some(base),
                None => {
                    self.unknown(place.clone(), format!("a chain of type {} at {hook}", word(item, "type")));
                    None
                }
            },
        };
        if base.is_some() && !matches!(place.chain.family.as_str(), "inet" | "ip" | "ip6") {
            self.unknown(place.clone(), format!("a chain of family {}", place.chain.family));
        }
        self.ruleset.chains.entry(place.chain).or_default().base = base;
    }

    fn rule(&mut self, item: &Value) {
        let place = place(item);
        let nothing = Vec::new();
        let expressions = item.get("expr").and_then(Value::as_array).unwrap_or(&nothing);
        let nat = self.ruleset.chains.get(&place.chain).and_then(|chain| chain.base).is_some_and(|base| base.nat);
        let mut statements = Vec::with_capacity(expressions.len());
        for expression in expressions {
            let statement = self.statement(&place.chain, expression, nat).unwrap_or_else(|| {
                self.unknown(place.clone(), short(expression));
                Statement::Unknown
            });
            statements.push(statement);
        }
        let chain: &mut Chain = self.ruleset.chains.entry(place.chain.clone()).or_default();
        chain.rules.push(Rule { place, statements });
    }

    fn statement(&self, chain: &ChainId, expression: &Value, nat: bool) -> Option<Statement> {
        let object = expression.as_object().filter(|object| object.len() == 1)?;
        let (kind, inner) = object.iter().next()?;
        Some(match kind.as_str() {
            "match" => self.matching(chain, inner)?,
            "vmap" => self.map(chain, inner)?,
            "counter" | "log" => Statement::Nothing,
            "limit" => Statement::Some,
            // On the way out a source address becomes another one; what passes was decided before.
            "masquerade" | "snat" if nat => Statement::Nothing,
            _ => Statement::Verdict(verdict(expression)?),
        })
    }

    fn matching(&self, chain: &ChainId, inner: &Value) -> Option<Statement> {
        let (left, right) = (inner.get("left")?, inner.get("right")?);
        let keys = keys(left)?;
        let operator = word(inner, "op");
        let list = match operator {
            "==" | "!=" | "in" => self.list(chain, &keys, right)?,
            _ => match keys.as_slice() {
                [key] => key.beyond(operator, right)?.into_iter().map(|span| vec![span]).collect(),
                _ => return None,
            },
        };
        // `in` asks whether any of several bits is set. Of the keys read here only the state has bits, and a packet
        // has exactly one of them.
        (operator != "in" || matches!(keys.as_slice(), [key] if key.kind == super::keys::Kind::State)).then_some(())?;
        Some(Statement::Match { keys, list, negated: operator == "!=" })
    }

    /// The right side of a match: one value, several, or a set by name.
    fn list(&self, chain: &ChainId, keys: &[Key], right: &'a Value) -> Option<Vec<Vec<Span>>>
    where
        'a: 'a,
    {
        let elements: Vec<&Value> = if let Some(name) = right.as_str().and_then(|name| name.strip_prefix('@')) {
            self.elements(chain, name)?
        } else if let Some(set) = right.get("set").or_else(|| right.is_array().then_some(right)) {
            set.as_array()?.iter().collect()
        } else {
            vec![right]
        };
        let mut list = Vec::with_capacity(elements.len());
        for element in elements {
            rows(keys, element, &mut list)?;
        }
        Some(list)
    }

    fn elements(&self, chain: &ChainId, name: &str) -> Option<Vec<&Value>> {
        let set = self.sets.get(&(chain.family.as_str(), chain.table.as_str(), name))?;
        set.get("elem").map_or(Some(Vec::new()), |elements| Some(elements.as_array()?.iter().collect()))
    }

    fn map(&self, chain: &ChainId, inner: &Value) -> Option<Statement> {
        let keys = keys(inner.get("key")?)?;
        let data = inner.get("data")?;
        let elements: Vec<&Value> = match data.as_str().and_then(|name| name.strip_prefix('@')) {
            Some(name) => self.elements(chain, name)?,
            None => data.get("set")?.as_array()?.iter().collect(),
        };
        let mut arms: BTreeMap<Verdict, Vec<Vec<Span>>> = BTreeMap::new();
        for element in elements {
            let (key, decided) = (element.get(0)?, element.get(1)?);
            rows(&keys, key, arms.entry(verdict(decided)?).or_default())?;
        }
        Some(Statement::Map { keys, arms: arms.into_iter().collect() })
    }
}

fn base(item: &Value, hook: &str) -> Option<Base> {
    let hook = match hook {
        "prerouting" => Hook::Prerouting,
        "input" => Hook::Input,
        "forward" => Hook::Forward,
        "output" => Hook::Output,
        "postrouting" => Hook::Postrouting,
        _ => return None,
    };
    let nat = match word(item, "type") {
        "filter" => false,
        // Elsewhere a translation changes where a packet goes.
        "nat" if hook == Hook::Postrouting => true,
        _ => return None,
    };
    let accept = match word(item, "policy") {
        "drop" => false,
        "accept" | "" => true,
        _ => return None,
    };
    Some(Base { hook, nat, priority: item.get("prio")?.as_i64()?, accept })
}

fn keys(left: &Value) -> Option<Vec<Key>> {
    match left.get("concat") {
        Some(parts) => parts.as_array()?.iter().map(Key::read).collect(),
        None => Some(vec![Key::read(left)?]),
    }
}

/// Adds the rows of one element: a span for each key. A state can be several spans, and gives several rows.
fn rows(keys: &[Key], element: &Value, list: &mut Vec<Vec<Span>>) -> Option<()> {
    // With a timeout, a counter or a comment the value is wrapped.
    let element = element.get("elem").map_or(Some(element), |wrapped| wrapped.get("val"))?;
    let one;
    let values: &[Value] = match element.get("concat") {
        Some(parts) => parts.as_array()?,
        None => {
            one = [element.clone()];
            &one
        }
    };
    if values.len() != keys.len() {
        return None;
    }
    let mut rows: Vec<Vec<Span>> = vec![Vec::with_capacity(keys.len())];
    for (key, value) in keys.iter().zip(values) {
        let spans = key.span(value)?;
        rows = rows
            .iter()
            .flat_map(|row| spans.iter().map(|span| [row.as_slice(), std::slice::from_ref(span)].concat()))
            .collect();
    }
    list.append(&mut rows);
    Some(())
}

fn verdict(value: &Value) -> Option<Verdict> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (word, inner) = object.iter().next()?;
    let target = || inner.get("target").and_then(Value::as_str).map(ToOwned::to_owned);
    Some(match word.as_str() {
        "accept" => Verdict::Accept,
        "drop" | "reject" => Verdict::Drop,
        "return" => Verdict::Return,
        "continue" => Verdict::Continue,
        "jump" => Verdict::Jump(target()?),
        "goto" => Verdict::Goto(target()?),
        _ => return None,
    })
}
