//! What of the loaded rules was changed by hand, rule by rule.
//!
//! The proof says which packets pass otherwise; this says what somebody did. Both sides are what `nft -s -a list
//! ruleset` prints: the kernel's own account of the rules that should be loaded (from a place where they just were)
//! and of those that are.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::policy::Policy;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Where: `inet komainu`.
    pub table: String,
    /// Where in it: `chain forward`, `set quarantine4`; empty if it is the whole table.
    pub part: String,
    /// What happened.
    pub change: Change,
    /// What people call the addresses in it, each once, in the order in which they stand there.
    pub names: Vec<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something is there that should not be.
    Added {
        /// As `nft` prints it.
        what: String,
        /// The kernel's number for it: `nft delete rule … handle N`.
        handle: Option<u64>,
    },
    /// Something is not there that should be.
    Removed {
        /// As `nft` prints it.
        what: String,
    },
    /// Something stands in the place of something else.
    Edited {
        /// As it should be.
        before: String,
        /// As it is.
        after: String,
        /// The kernel's number for it.
        handle: Option<u64>,
    },
}

/// Compares what should be loaded with what is. Times that run down (of elements that end by themselves) and counters
/// are no changes; neither is the order in which tables and sets are listed.
#[must_use]
pub fn drift(expected: &str, actual: &str, policy: &Policy) -> Vec<Drift> {
    let (expected, actual) = (listing(expected), listing(actual));
    let mut found = Vec::new();
    let parts: std::collections::BTreeSet<&Key> = expected.keys().chain(actual.keys()).collect();
    for key in parts {
        let mut push = |change: Change| {
            let (table, part) = (key.0.clone(), key.1.clone());
            let names = names(&change, policy);
            found.push(Drift { table, part, change, names });
        };
        match (expected.get(key), actual.get(key)) {
            (Some(before), Some(after)) => compare(before, after, &mut push),
            (None, Some(part)) => push(Change::Added { what: whole(key, part), handle: part.handle }),
            (Some(part), None) => push(Change::Removed { what: whole(key, part) }),
            (None, None) => {}
        }
    }
    found
}

/// Table, and part of it.
type Key = (String, String);

/// A chain, set or map, or what stands in a table itself.
#[derive(Default)]
struct Part {
    handle: Option<u64>,
    /// Rules, or what a set is; in order.
    lines: Vec<(String, Option<u64>)>,
    /// Each with whether it ends by itself.
    elements: BTreeMap<String, bool>,
}

/// A part that is there or not as a whole.
fn whole((table, part): &Key, content: &Part) -> String {
    let lines = content.lines.iter().map(|(line, _)| line.as_str());
    let all: Vec<&str> = lines.chain(content.elements.keys().map(String::as_str)).collect();
    let name = if part.is_empty() { format!("table {table}") } else { part.clone() };
    if all.is_empty() { name } else { format!("{name} {{ {} }}", all.join("; ")) }
}

fn compare(before: &Part, after: &Part, push: &mut impl FnMut(Change)) {
    let texts = |part: &Part| part.lines.iter().map(|(line, _)| line.clone()).collect::<Vec<_>>();
    let (old, new) = (texts(before), texts(after));
    let added = |at: usize| Change::Added { what: new[at].clone(), handle: after.lines[at].1 };
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (from, to) = (operation.old_range(), operation.new_range());
        match operation {
            DiffOp::Equal { .. } => {}
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                let paired = from.len().min(to.len());
                for (old_at, new_at) in from.clone().zip(to.clone()) {
                    let (before, after_line) = (old[old_at].clone(), new[new_at].clone());
                    push(Change::Edited { before, after: after_line, handle: after.lines[new_at].1 });
                }
                from.skip(paired).for_each(|at| push(Change::Removed { what: old[at].clone() }));
                to.skip(paired).for_each(|at| push(added(at)));
            }
        }
    }
    for element in after.elements.keys().filter(|element| !before.elements.contains_key(*element)) {
        push(Change::Added { what: element.clone(), handle: None });
    }
    // One that ends by itself may just have done so; if somebody took it away, the packets tell.
    let lasting = before.elements.iter().filter(|(_, ends)| !**ends).map(|(element, _)| element);
    for element in lasting.filter(|element| !after.elements.contains_key(*element)) {
        push(Change::Removed { what: element.clone() });
    }
}

/// Reads what `nft -s -a list ruleset` prints. It is laid out by `nft` itself: a block begins with a line that ends in
/// a brace, and ends with one that is a brace.
fn listing(text: &str) -> BTreeMap<Key, Part> {
    let mut parts: BTreeMap<Key, Part> = BTreeMap::new();
    let mut table: Option<String> = None;
    let mut part: Option<String> = None;
    let mut elements: Option<String> = None;
    for line in text.lines() {
        let (line, handle) = without_handle(line.trim());
        if let Some(open) = &mut elements {
            open.push(' ');
            open.push_str(line);
        } else if let Some(begun) = line.strip_prefix("elements = {") {
            elements = Some(begun.to_owned());
        }
        if elements.is_some() || line.is_empty() {
            if let Some(all) = elements.take_if(|all| all.ends_with('}')) {
                let key = (table.clone().unwrap_or_default(), part.clone().unwrap_or_default());
                let here = parts.entry(key).or_default();
                here.elements.extend(all.trim_end_matches('}').split(',').filter_map(element));
            }
            continue;
        }
        match (line.strip_suffix(" {"), line, &table, &part) {
            (Some(head), _, None, _) => {
                let name = head.strip_prefix("table ").unwrap_or(head).to_owned();
                parts.entry((name.clone(), String::new())).or_default().handle = handle;
                table = Some(name);
            }
            (Some(head), _, Some(name), None) => {
                parts.entry((name.clone(), head.to_owned())).or_default().handle = handle;
                part = Some(head.to_owned());
            }
            (_, "}", _, Some(_)) => part = None,
            (_, "}", _, None) => table = None,
            _ => {
                let key = (table.clone().unwrap_or_default(), part.clone().unwrap_or_default());
                parts.entry(key).or_default().lines.push((line.to_owned(), handle));
            }
        }
    }
    parts
}

fn without_handle(line: &str) -> (&str, Option<u64>) {
    match line.rsplit_once(" # handle ") {
        Some((rest, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => (rest, number.parse().ok()),
        _ => (line, None),
    }
}

/// An element without the time it has left, and whether it has one.
fn element(text: &str) -> Option<(String, bool)> {
    let mut words = text.split_whitespace();
    let (mut kept, mut ends) = (Vec::new(), false);
    while let Some(word) = words.next() {
        if matches!(word, "timeout" | "expires") {
            ends = true;
            words.next();
        } else {
            kept.push(word);
        }
    }
    (!kept.is_empty()).then(|| (kept.join(" "), ends))
}

/// What people call the addresses of a change.
fn names(change: &Change, policy: &Policy) -> Vec<String> {
    let text = match change {
        Change::Added { what, .. } | Change::Removed { what } => what.clone(),
        Change::Edited { before, after, .. } => format!("{before} {after}"),
    };
    let mut names = Vec::new();
    for word in text.split([' ', ',', ';']) {
        let Ok(address) = word.parse::<core::net::IpAddr>() else { continue };
        let host = policy.hosts.iter().find(|host| host.addresses.contains(&address)).map(|host| &host.name);
        let place = policy.places.iter().find(|place| place.addresses.iter().any(|net| net.contains(&address)));
        if let Some(name) = host.or_else(|| place.map(|place| &place.name))
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
    names
}

impl Drift {
    /// 一文で。
    #[must_use]
    pub fn ja(&self) -> String {
        let place = self.place();
        let names = if self.names.is_empty() { String::new() } else { format!("（{}）", self.names.join("、")) };
        match &self.change {
            Change::Added { what, .. } => format!("{place}: 手で加えられている{names}: {what}"),
            Change::Removed { what } => format!("{place}: 手で消されている{names}: {what}"),
            Change::Edited { before, after, .. } => {
                format!("{place}: 手で書き換えられている{names}: {before} → {after}")
            }
        }
    }

    /// In one sentence.
    #[must_use]
    pub fn en(&self) -> String {
        let place = self.place();
        let names = if self.names.is_empty() { String::new() } else { format!(" ({})", self.names.join(", ")) };
        match &self.change {
            Change::Added { what, .. } => format!("{place}: added by hand{names}: {what}"),
            Change::Removed { what } => format!("{place}: removed by hand{names}: {what}"),
            Change::Edited { before, after, .. } => format!("{place}: edited by hand{names}: {before} → {after}"),
        }
    }

    fn place(&self) -> String {
        let part = if self.part.is_empty() { String::new() } else { format!(" {}", self.part) };
        let handle = match self.change {
            Change::Added { handle: Some(handle), .. } | Change::Edited { handle: Some(handle), .. } => {
                format!(" handle {handle}")
            }
            _ => String::new(),
        };
        format!("{}{part}{handle}", self.table)
    }
}
