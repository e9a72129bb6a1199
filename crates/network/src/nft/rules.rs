//! Rules as they were read back: what the kernel does with a packet, and what of it is not understood.

use std::collections::BTreeMap;
use std::fmt;

use super::keys::{Key, Span};

/// Everything that is loaded.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    /// Chains by family, table and name.
    pub chains: BTreeMap<ChainId, Chain>,
    /// What was not understood, with its place. A rule set with any is never called proven.
    pub unknown: Vec<Unknown>,
}

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where.
    pub place: Place,
    /// What stands there.
    pub what: String,
}

/// A chain's full name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainId {
    /// `inet`, `ip`, `ip6`; others are not followed.
    pub family: String,
    /// Its table.
    pub table: String,
    /// Its name.
    pub chain: String,
}

/// A rule's place, as `nft -a list ruleset` shows it. Handle 0 is the chain itself, with its policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// In which chain.
    pub chain: ChainId,
    /// The kernel's number for the rule.
    pub handle: u64,
    /// The rule's comment.
    pub comment: String,
}

impl Place {
    /// As it is told to people.
    pub(super) fn told(&self) -> crate::passage::Place {
        self.to_string().into()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChainId { family, table, chain } = &self.chain;
        write!(f, "{family} {table} {chain}")?;
        if self.handle > 0 {
            write!(f, " handle {}", self.handle)?;
        }
        if self.comment.is_empty() { Ok(()) } else { write!(f, " \"{}\"", self.comment) }
    }
}

/// A chain.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Where packets enter it; none for one that is only jumped to.
    pub base: Option<Base>,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
}

/// Where packets enter a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// At which point.
    pub hook: Hook,
    /// Whether it translates addresses instead of deciding.
    pub nat: bool,
    /// Lower first.
    pub priority: i64,
    /// What happens to packets no rule has decided.
    pub accept: bool,
}

/// Points at which the kernel asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// Before the way is chosen.
    Prerouting,
    /// To the gateway itself.
    Input,
    /// Through.
    Forward,
    /// From the gateway itself.
    Output,
    /// Before leaving.
    Postrouting,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it stands.
    pub place: Place,
    /// What it does, in order.
    pub statements: Vec<Statement>,
}

/// A part of a rule.
#[derive(Clone, Debug)]
pub enum Statement {
    /// Goes on only with packets whose fields are (or are not) in a list.
    Match {
        /// Which fields.
        keys: Vec<Key>,
        /// The list: a span for each field.
        list: Vec<Vec<Span>>,
        /// Goes on with those that are not.
        negated: bool,
    },
    /// Decides by look-up; packets that are not found go on.
    Map {
        /// Which fields.
        keys: Vec<Key>,
        /// What is decided for which.
        arms: Vec<(Verdict, Vec<Vec<Span>>)>,
    },
    /// Decides.
    Verdict(Verdict),
    /// Goes on with some packets, by rate: nobody can say which.
    Some,
    /// Nothing that concerns what passes: counting, logging.
    Nothing,
    /// Not understood; also listed in [`Ruleset::unknown`].
    Unknown,
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Passes this hook's chain.
    Accept,
    /// Is refused, silently or not.
    Drop,
    /// Goes to another chain and comes back.
    Jump(String),
    /// Goes to another chain and does not.
    Goto(String),
    /// Goes back.
    Return,
    /// Goes on.
    Continue,
}
