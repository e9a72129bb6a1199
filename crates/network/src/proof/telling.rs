//! The sentences of a proof, all in one place.

use std::fmt;

use super::{Difference, Finding, Proof, Report, Told};

/// From, to, what, state, details.
type Parts<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

/// Packets in words, to be followed by what becomes of them.
pub(super) fn sentence(ja: Parts<'_>, en: Parts<'_>) -> Told {
    let aside = |parts: [&str; 2], open: &str, between: &str, close: &str| {
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if said.is_empty() { String::new() } else { format!("{open}{}{close}", said.join(between)) }
    };
    Told {
        ja: format!("{} から {} へ、{}{}", ja.0, ja.1, ja.2, aside([ja.3, ja.4], "（", "、", "）")),
        en: format!("{} to {}: {}{}", en.0, en.1, en.2, aside([en.3, en.4], " (", ", ", ")")),
    }
}

impl Difference {
    /// 一文で。
    #[must_use]
    pub fn ja(&self) -> String {
        let rule = match (&self.rule, self.passes) {
            (Some(rule), true) => format!("通している規則: {rule}"),
            (Some(rule), false) => format!("止めている規則: {rule}"),
            (None, true) => "通すことを決めた規則はなく、止める規則もない".to_owned(),
            (None, false) => "通す規則がない".to_owned(),
        };
        let end =
            if self.passes { "が届く。宣言にはない" } else { "が届かない。宣言では通すはず" };
        format!("{} {end}。{rule}。", self.packets.ja)
    }

    /// In one sentence.
    #[must_use]
    pub fn en(&self) -> String {
        let rule = match (&self.rule, self.passes) {
            (Some(rule), true) => format!("let through by {rule}"),
            (Some(rule), false) => format!("held back by {rule}"),
            (None, true) => "no rule decides it, and none holds it back".to_owned(),
            (None, false) => "no rule lets it through".to_owned(),
        };
        let end =
            if self.passes { "passes, though nothing declares it" } else { "does not pass, though it is declared" };
        format!("{} {end}; {rule}.", self.packets.en)
    }
}

impl Finding {
    /// 一文で。
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::Dead { rule } => format!("規則 {rule} に当たる通信はあり得ない。"),
            Self::Shadowed { rule, by } => format!("規則 {rule} の出番はない。先に決める規則: {}。", by.join("、")),
            Self::Wider { rule } => format!("規則 {rule} は、宣言されたどの通信よりも広い。"),
            Self::FromInternet { packets, meant } => {
                format!("インターネットからの入口: {}。{}", packets.ja, meant_ja(*meant))
            }
            Self::GuestToChart { packets, meant } => {
                format!("来院者用 Wi-Fi から電子カルテへの道: {}。{}", packets.ja, meant_ja(*meant))
            }
        }
    }

    /// In one sentence.
    #[must_use]
    pub fn en(&self) -> String {
        let is = |meant: bool| if meant { "It is declared." } else { "Nothing declares it." };
        match self {
            Self::Dead { rule } => format!("No packet can ever match the rule {rule}."),
            Self::Shadowed { rule, by } => {
                format!("The rule {rule} never has its turn; decided before it by {}.", by.join(", "))
            }
            Self::Wider { rule } => format!("The rule {rule} is wider than anything that is declared."),
            Self::FromInternet { packets, meant } => {
                format!("A way in from the Internet: {}. {}", packets.en, is(*meant))
            }
            Self::GuestToChart { packets, meant } => {
                format!("A way from the guests' Wi-Fi to the charts: {}. {}", packets.en, is(*meant))
            }
        }
    }
}

fn meant_ja(meant: bool) -> &'static str {
    if meant { "宣言されている。" } else { "宣言にはない。" }
}

impl Proof {
    /// 一文で。
    #[must_use]
    pub fn ja(&self) -> &'static str {
        match self {
            Self::Equal => "証明: 動いている規則は、宣言と一致する。",
            Self::Different => "証明: 動いている規則は、宣言と違う。",
            Self::NotUnderstood => "証明できない: 理解できない規則がある。",
        }
    }

    /// In one sentence.
    #[must_use]
    pub fn en(&self) -> &'static str {
        match self {
            Self::Equal => "Proven: the rules that run are what is declared.",
            Self::Different => "Proven: the rules that run are not what is declared.",
            Self::NotUnderstood => "Not proven: some rules are not understood.",
        }
    }
}

/// 日本語で、一行に一つ。
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.proof.ja())?;
        for unknown in &self.unknown {
            writeln!(f, "理解できない: {} — {}", unknown.place, unknown.what)?;
        }
        for difference in &self.differences {
            writeln!(f, "{}", difference.ja())?;
        }
        if self.more {
            writeln!(f, "違いはほかにもある。")?;
        }
        for finding in &self.findings {
            writeln!(f, "{}", finding.ja())?;
        }
        Ok(())
    }
}
