//! A text put in order: filters by number, lists by interface, addresses, routes, translation.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::family::Family;
use super::filter::Filter;
use super::parse::{Config, Direction, Dynamic, Forward, Numbers, Statement, Via};

/// A text put in order. A later definition of a number replaces the earlier, as it does when typed in.
#[derive(Default)]
pub(super) struct Tables<'a> {
    pub(super) filters: BTreeMap<(Family, u32), (usize, &'a Filter)>,
    pub(super) dynamics: BTreeMap<(Family, u32), (usize, &'a Dynamic)>,
    /// Lists in force, with the line that puts each there.
    pub(super) applied: BTreeMap<(&'a str, Family, Direction), (usize, &'a Numbers)>,
    pub(super) sets: BTreeMap<(Family, &'a str, Direction), &'a Numbers>,
    pub(super) addresses: Vec<(usize, &'a str, IpNet)>,
    /// Interfaces that are given an address from outside.
    pub(super) given: Vec<(usize, &'a str, Family)>,
    /// `pp select`, `tunnel select`.
    pub(super) selected: BTreeMap<&'a str, usize>,
    pub(super) routes: Vec<(usize, Family, Option<IpNet>, &'a Via)>,
    /// Descriptors that hide addresses.
    pub(super) masquerades: Vec<u32>,
    /// What they let in from outside.
    pub(super) forwards: Vec<(u32, &'a Forward)>,
    pub(super) translated: Vec<(usize, &'a str, &'a [u32])>,
    closed: Vec<&'a str>,
    /// Numbers whose definition is there but not understood: `true` for dynamic ones.
    vague: Vec<(Family, bool, u32)>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(config: &'a Config) -> Self {
        let mut tables = Self::default();
        for line in &config.lines {
            tables.take(line.number, &line.statement);
            if matches!(line.statement, Statement::NotUnderstood(_)) {
                tables.vague.extend(defined(&line.text));
            }
        }
        // A set by name is looked up when the whole text is known. A name that is nowhere is no filter at all.
        for line in &config.lines {
            if let Statement::ApplySet(interface, family, name) = &line.statement {
                for direction in [Direction::In, Direction::Out] {
                    match tables.sets.get(&(*family, name.as_str(), direction)) {
                        Some(numbers) => {
                            tables.applied.insert((interface, *family, direction), (line.number, *numbers))
                        }
                        None => tables.applied.remove(&(interface.as_str(), *family, direction)),
                    };
                }
            }
        }
        tables
    }

    fn take(&mut self, at: usize, statement: &'a Statement) {
        match statement {
            Statement::Filter(family, number, filter) => {
                self.filters.insert((*family, *number), (at, filter));
            }
            Statement::Dynamic(family, number, dynamic) => {
                self.dynamics.insert((*family, *number), (at, dynamic));
            }
            Statement::Set(family, name, direction, numbers) => {
                self.sets.insert((*family, name, *direction), numbers);
            }
            Statement::Apply(interface, family, direction, numbers) => {
                self.applied.insert((interface, *family, *direction), (at, numbers));
            }
            Statement::Address(interface, network) => self.addresses.push((at, interface, *network)),
            Statement::Given(interface, family) => self.given.push((at, interface, *family)),
            Statement::Select(interface) => {
                self.selected.entry(interface).or_insert(at);
            }
            Statement::Route(family, to, via) => self.routes.push((at, *family, *to, via)),
            Statement::Masquerade(descriptor) => self.masquerades.push(*descriptor),
            Statement::Forward(descriptor, forward) => self.forwards.push((*descriptor, forward)),
            Statement::Translate(interface, descriptors) => self.translated.push((at, interface, descriptors)),
            Statement::Interconnect(lan, open) => {
                self.closed.retain(|closed| closed != lan);
                if !open {
                    self.closed.push(lan);
                }
            }
            _ => {}
        }
    }

    /// Numbers of a list that are defined nowhere.
    pub(super) fn undefined(&self, family: Family, numbers: &Numbers) -> Vec<u32> {
        let fixed = numbers.fixed.iter().filter(|number| !self.filters.contains_key(&(family, **number)));
        let fixed = fixed.filter(|number| !self.vague.contains(&(family, false, **number)));
        let dynamic = numbers.dynamic.iter().filter(|number| !self.dynamics.contains_key(&(family, **number)));
        fixed.chain(dynamic.filter(|number| !self.vague.contains(&(family, true, **number)))).copied().collect()
    }

    /// Whether VLAN interconnection itself stops everything between two interfaces.
    pub(super) fn apart(&self, from: &str, to: &str) -> bool {
        let lan = |interface: &str| interface.split_once('/').map(|(lan, _)| lan.to_owned());
        lan(from).is_some_and(|a| lan(to).is_some_and(|b| a == b) && self.closed.contains(&a.as_str()))
    }

    /// The descriptors in force on an interface that hide addresses.
    pub(super) fn hiding(&self, interface: &str) -> Vec<u32> {
        let on = self.translated.iter().filter(|(_, name, _)| *name == interface);
        on.flat_map(|(_, _, list)| list.iter().copied()).filter(|each| self.masquerades.contains(each)).collect()
    }

    /// The interface behind which a route leads, if the text says.
    pub(super) fn behind(&self, via: &'a Via) -> Option<&'a str> {
        match via {
            Via::Interface(name) => Some(name),
            Via::Address(next) => {
                let near = self.addresses.iter().find(|(_, _, network)| network.contains(next));
                near.map(|(_, interface, _)| *interface)
            }
            Via::Null => None,
        }
    }

    /// Whether IPv6 is used at all: without an address nothing of it is forwarded.
    pub(super) fn speaks_v6(&self) -> bool {
        self.addresses.iter().any(|(_, _, network)| Family::of(network.addr()).is_v6())
            || self.given.iter().any(|(_, _, family)| family.is_v6())
            || self.routes.iter().any(|(_, family, ..)| family.is_v6())
    }
}

/// The number a line defines, whatever else it says.
fn defined(text: &str) -> Option<(Family, bool, u32)> {
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    let family = [Family::V4, Family::V6].into_iter().find(|family| words.first() == Some(&family.word()))?;
    match words.get(1..)? {
        ["filter", "dynamic", number] => Some((family, true, number.parse().ok()?)),
        ["filter", number, ..] => Some((family, false, number.parse().ok()?)),
        _ => None,
    }
}
