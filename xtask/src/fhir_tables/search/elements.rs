//! `elements.txt` and `codes.txt` read back: which element has which types.

use std::collections::HashMap;

/// Types and their elements.
pub(super) struct Elements {
    types: HashMap<String, Type>,
    /// The one system of a value set, where there is one.
    systems: HashMap<String, String>,
}

struct Type {
    base: String,
    elements: HashMap<String, Element>,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Its types: name, and targets of a reference.
    pub(super) types: Vec<(String, Vec<String>)>,
    /// The code system its code must be from, empty when not bound or from several.
    pub(super) system: String,
    /// Whether it may repeat.
    pub(super) many: bool,
    /// Whether its name in the table ends in `[x]`.
    pub(super) is_choice: bool,
}

impl Elements {
    pub(super) fn read(elements: &str, codes: &str) -> Self {
        let systems = systems(codes);
        let mut types: HashMap<String, Type> = HashMap::new();
        let mut current = String::new();
        for line in elements.lines().filter(|line| !line.starts_with('#')) {
            if let Some(head) = line.strip_prefix(':') {
                let (name, base) = head.split_once(' ').unwrap_or((head, ""));
                name.clone_into(&mut current);
                types.insert(current.clone(), Type { base: base.to_owned(), elements: HashMap::new() });
                continue;
            }
            let mut columns = line.split('\t');
            let name = columns.next().unwrap_or_default();
            let many = columns.next().is_some_and(|cardinality| cardinality.ends_with('*'));
            let kinds = columns.nth(1).unwrap_or_default();
            let system = columns.next().and_then(|set| systems.get(set)).cloned().unwrap_or_default();
            let element =
                Element { types: kinds.split('|').map(kind).collect(), system, many, is_choice: name.ends_with("[x]") };
            if let Some(of) = types.get_mut(&current) {
                of.elements.insert(name.trim_end_matches("[x]").to_owned(), element);
            }
        }
        Self { types, systems }
    }

    /// An element of a type or of what it derives from.
    pub(super) fn get(&self, of: &str, name: &str) -> Option<&Element> {
        let found = self.types.get(of)?;
        found.elements.get(name).or_else(|| self.get(&found.base, name))
    }

    /// How many value sets have one system; none means the tables were not read.
    pub(super) fn is_empty(&self) -> bool {
        self.types.is_empty() || self.systems.is_empty()
    }
}

fn kind(text: &str) -> (String, Vec<String>) {
    match text.split_once('(') {
        Some((name, targets)) => (
            name.to_owned(),
            targets.trim_end_matches(')').split(',').filter(|t| *t != "simple").map(str::to_owned).collect(),
        ),
        None => (text.to_owned(), Vec::new()),
    }
}

fn systems(codes: &str) -> HashMap<String, String> {
    let mut found: HashMap<String, Vec<&str>> = HashMap::new();
    let mut set = "";
    for line in codes.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('@') {
            Some(name) => set = name,
            None => found.entry(set.to_owned()).or_default().push(line.split('\t').next().unwrap_or_default()),
        }
    }
    found
        .into_iter()
        .filter(|(_, systems)| systems.len() == 1)
        .map(|(set, systems)| (set, systems[0].to_owned()))
        .collect()
}
