//! Which charts are closed to whom: seals the clinic sets, refusals a patient declared, and what opens them.
//!
//! The rule, whole. A chart is closed to an actor while a guard stands on the patient that is meant for that actor.
//! - A **seal** (職員・VIP・家族…) is meant for everyone; so is a **refusal** in which the patient names nobody.
//!   Others are meant for the person or duty they name.
//! - It does not hold for those it spares by name.
//! - **Taking part in a current visit** of this patient opens what is meant for everyone. It does not open what a
//!   patient refused to a named person or duty: naming them on the visit would undo the refusal.
//! - **Breaking the glass** opens everything, to one person, for one patient and a fixed time.
//! - A program has no visits and breaks no glass, so that every guard holds for it; Komainu's own jobs (backup,
//!   migration, replication) are not held, because they show nobody anything.
//!
//! A closed chart is not there: not in an answer, a count, an order, a page, a link or a status.

use crate::{Actor, ActorKind, Duty};

/// How long a broken glass stays open, in ms.
pub const OPENING_MS: i64 = 30 * 60 * 1000;
/// Charts one person may have broken open at once; more is no emergency but a search.
pub const OPENINGS_AT_ONCE: usize = 5;
/// And within a day.
pub const OPENINGS_A_DAY: usize = 20;
/// How long a visit is current at most, in ms: it began within a day.
pub const VISIT_MS: i64 = 24 * 60 * 60 * 1000;

/// For whom a guard is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// All who are not spared.
    Everyone,
    /// One account.
    Account(String),
    /// All who hold a duty.
    Duty(Duty),
}

impl Against {
    /// As it is stored: empty, `account:sato`, `duty:nurse`.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Everyone => String::new(),
            Self::Account(id) => format!("account:{id}"),
            Self::Duty(duty) => format!("duty:{}", duty.as_str()),
        }
    }

    /// Reads what [`Self::to_text`] wrote. What is not understood is meant for everyone: never a narrower guard.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("account", id)) => Self::Account(id.to_owned()),
            Some(("duty", duty)) => duty.parse().map_or(Self::Everyone, Self::Duty),
            _ => Self::Everyone,
        }
    }

    fn is_meant_for(&self, actor: &Actor) -> bool {
        match self {
            Self::Everyone => true,
            // Whose program it is does not show here, so it is held by what is meant for anybody.
            _ if actor.kind == ActorKind::Token => true,
            Self::Account(id) => actor.id == *id,
            Self::Duty(duty) => actor.holds(*duty),
        }
    }
}

/// Something that stands on a patient and closes the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The patient, by the store's own key.
    pub patient: i64,
    /// For whom it is meant.
    pub against: Against,
    /// Accounts it is not meant for.
    pub spared: Vec<String>,
    /// Whether those it holds for may find the person's name, and that the chart is closed.
    pub is_known: bool,
    /// Not before, in ms since 1970 UTC.
    pub from: Option<i64>,
    /// Not at this or after.
    pub until: Option<i64>,
}

/// What an actor has that opens closed charts, by the store's keys of patients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// In whose current visit the actor takes part, named there by somebody else.
    pub visits: Vec<i64>,
    /// For whom the actor has broken the glass, and the time is not over.
    pub openings: Vec<i64>,
}

/// What opened a chart that a guard stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// No guard stands here that is meant for this actor.
    Free,
    /// Taking part in the visit.
    Visit,
    /// A broken glass.
    Opening,
}

impl Guard {
    /// Whether it stands at `now_ms` and is meant for the actor, whatever then opens the chart.
    #[must_use]
    pub fn stands_for(&self, actor: &Actor, now_ms: i64) -> bool {
        actor.kind != ActorKind::System
            && self.from.is_none_or(|from| from <= now_ms)
            && self.until.is_none_or(|until| now_ms < until)
            && !(actor.kind == ActorKind::Person && self.spared.contains(&actor.id))
            && self.against.is_meant_for(actor)
    }

    /// How the chart is open to the actor in spite of it; None: it is closed.
    #[must_use]
    pub fn way(&self, actor: &Actor, ways: &Ways, now_ms: i64) -> Option<Way> {
        let is_person = actor.kind == ActorKind::Person;
        if !self.stands_for(actor, now_ms) {
            Some(Way::Free)
        } else if is_person && ways.openings.contains(&self.patient) {
            Some(Way::Opening)
        } else if is_person && self.against == Against::Everyone && ways.visits.contains(&self.patient) {
            Some(Way::Visit)
        } else {
            None
        }
    }
}

/// The charts that are cut out of everything one actor is answered. Made here alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cut {
    closed: Vec<i64>,
    known: Vec<i64>,
    is_blind: bool,
    inside_out: bool,
}

impl Cut {
    /// Decides for all guards of a clinic.
    #[must_use]
    pub fn decide(actor: &Actor, guards: &[Guard], ways: &Ways, now_ms: i64) -> Self {
        let mut closed = Vec::new();
        let mut unknown = Vec::new();
        for guard in guards.iter().filter(|guard| guard.way(actor, ways, now_ms).is_none()) {
            closed.push(guard.patient);
            if !guard.is_known {
                unknown.push(guard.patient);
            }
        }
        closed.sort_unstable();
        closed.dedup();
        let known = closed.iter().copied().filter(|patient| !unknown.contains(patient)).collect();
        Self { closed, known, is_blind: actor.kind == ActorKind::Token, inside_out: false }
    }

    /// Patients whose charts are closed, sorted; none: nothing is to be cut.
    #[must_use]
    pub fn closed(&self) -> &[i64] {
        &self.closed
    }

    /// Whether the patient's chart is closed.
    #[must_use]
    pub fn closes(&self, patient: i64) -> bool {
        self.closed.binary_search(&patient).is_ok()
    }

    /// Whether it is closed, and the actor may know that.
    #[must_use]
    pub fn is_known(&self, patient: i64) -> bool {
        self.known.contains(&patient)
    }

    /// Whether something new may be put into a closed chart unseen. A laboratory's program must not lose a result
    /// because the patient is on the staff; a person has a way to open the chart first.
    #[must_use]
    pub fn allows_blind_create(&self) -> bool {
        self.is_blind
    }

    /// The reverse: only the closed charts one may know of, for those who look for the person to open them.
    #[must_use]
    pub fn only_known(&self) -> Self {
        Self { closed: self.known.clone(), inside_out: true, ..self.clone() }
    }

    /// Whether [`Self::closed`] lists what is shown, not what is cut.
    #[must_use]
    pub fn is_inside_out(&self) -> bool {
        self.inside_out
    }
}

/// What opens a chart that is closed, worked out from the rule itself, for [`crate::table_text`].
pub(crate) fn table_text() -> String {
    let actor = Actor::person("a", "a", &[Duty::Nurse]);
    let guard = |against, spared: &[&str]| Guard {
        patient: 1,
        against,
        spared: spared.iter().map(|&id| id.to_owned()).collect(),
        is_known: true,
        from: None,
        until: None,
    };
    let rows = [
        ("職員・VIP・家族などの封", guard(Against::Everyone, &[])),
        ("　同じ封で、担当として除かれた人", guard(Against::Everyone, &["a"])),
        ("患者の申し出「だれにも見せない」", guard(Against::Everyone, &[])),
        ("患者の申し出「この人には見せない」", guard(Against::Account("a".into()), &[])),
        ("　同じ申し出で、名指されていない人", guard(Against::Account("b".into()), &[])),
        ("患者の申し出「この職種には見せない」", guard(Against::Duty(Duty::Nurse), &[])),
        ("　同じ申し出で、その職種でない人", guard(Against::Duty(Duty::Doctor), &[])),
    ];
    let ways = [
        ("何もない", Ways::default()),
        ("今の受診に名がある", Ways { visits: vec![1], openings: Vec::new() }),
        ("緊急アクセス中", Ways { visits: Vec::new(), openings: vec![1] }),
    ];
    let mut text = String::from(
        "\n■ 閉じたカルテ（○ 見える ・ ない）。権限表で○でも、閉じたカルテは検索・件数・履歴・出力のどこにもない。\n",
    );
    for (name, guard) in rows {
        let cells = ways.iter().map(|(way, ways)| {
            let mark = if guard.way(&actor, ways, 0).is_some() { "○" } else { "・" };
            format!("{way}{mark}")
        });
        text += &format!("  {name}: {}\n", cells.collect::<Vec<_>>().join(" "));
    }
    text + "  プログラム（トークン）: どの封・申し出でも見えない。新しい記録を加えることだけできる。\n"
}

#[cfg(test)]
#[path = "chart_tests.rs"]
mod tests;
