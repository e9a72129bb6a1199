//! What a comparison of a configuration with the intent can say.

use crate::packet::Example;

/// How a configuration differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It lets through what was not meant.
    Opens,
    /// It stops what was meant.
    Closes,
    /// The first packet passes, but no answer comes back.
    NoReply,
}

/// One difference between two places, shown by one packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In what way.
    pub kind: Kind,
    /// The zone the packet comes from.
    pub from: String,
    /// The zone it goes to.
    pub to: String,
    /// One such packet.
    pub example: Example,
    /// The line that decides; none where a missing line does.
    pub line: Option<usize>,
}

/// Something in the text whose effect on packets is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// The line; 0 where it is the whole text.
    pub line: usize,
    /// What is not understood.
    pub why: String,
}

/// Everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Where it differs, as far as it was understood.
    pub differences: Vec<Difference>,
    /// What stands in the way of a proof.
    pub unclear: Vec<Unclear>,
}

/// The one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It lets through exactly what was meant.
    Equal,
    /// It does not, and everything in it was understood.
    Different,
    /// Something was not understood: neither the one nor the other is claimed.
    NotUnderstood,
}

impl Proof {
    /// The verdict. Nothing with an unclear line is ever called equal.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.unclear.is_empty(), self.differences.is_empty()) {
            (false, _) => Verdict::NotUnderstood,
            (true, false) => Verdict::Different,
            (true, true) => Verdict::Equal,
        }
    }
}

impl Difference {
    /// The sentence in Japanese.
    #[must_use]
    pub fn ja(&self) -> String {
        let Self { from, to, example, .. } = self;
        let line = self.line.map_or_else(String::new, |line| format!("理由となる規則は {line} 行目。"));
        match self.kind {
            Kind::Opens => format!("{from} から {to} へ、意図しない通信が届く（{example}）。{line}"),
            Kind::Closes => format!("{from} から {to} へ、必要な通信が止められる（{example}）。{line}"),
            Kind::NoReply => {
                format!("{from} から {to} への通信に返事が戻らない（{example}）。動的フィルターが足りない。")
            }
        }
    }

    /// The sentence in English.
    #[must_use]
    pub fn en(&self) -> String {
        let Self { from, to, example, .. } = self;
        let line = self.line.map_or_else(String::new, |line| format!(" Line {line} decides it."));
        match self.kind {
            Kind::Opens => format!("{from} reaches {to} though nobody meant it ({example}).{line}"),
            Kind::Closes => format!("{from} cannot reach {to} though it should ({example}).{line}"),
            Kind::NoReply => {
                format!("{from} reaches {to}, but no answer returns ({example}): a dynamic filter is missing.")
            }
        }
    }
}
