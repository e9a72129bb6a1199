//! What some duties may do that is no action on a resource: seals, broken glass, and looking at who looked.

use crate::{Actor, ActorKind, Denied, Duty};

/// A power. People have them, programs do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Power {
    /// 封をする: close a patient's chart.
    Seal,
    /// 封を解く: take a seal away, or change it.
    Unseal,
    /// 緊急アクセス: open a closed chart for oneself, with a reason, for a fixed time.
    BreakGlass,
    /// 確認: sign off what others opened so.
    Review,
    /// だれが開いたか: see who opened a chart.
    SeeOpeners,
    /// この人は何をしたか: see what a person did.
    SeeActivity,
}

/// One row per power, one mark per duty in the order of [`Duty::ALL`].
#[rustfmt::skip]
const TABLE: [(Power, &str, &str, [bool; 9]); 6] = {
    const Y: bool = true;
    const N: bool = false;
    //                                                               院長 医師 看護 事務 検査 薬剤 管理 保守 監査
    [
        (Power::Seal,        "seal",         "封をする",             [Y,   Y,   N,   N,   N,   N,   N,   N,   N]),
        (Power::Unseal,      "unseal",       "封を解く・変える",     [Y,   N,   N,   N,   N,   N,   N,   N,   N]),
        (Power::BreakGlass,  "break-glass",  "緊急アクセス",         [Y,   Y,   Y,   Y,   Y,   Y,   N,   N,   N]),
        (Power::Review,      "review",       "緊急アクセスの確認",   [Y,   N,   N,   N,   N,   N,   Y,   N,   Y]),
        (Power::SeeOpeners,  "see-openers",  "だれが開いたかを見る", [Y,   Y,   N,   N,   N,   N,   Y,   N,   Y]),
        (Power::SeeActivity, "see-activity", "人の操作の記録を見る", [Y,   N,   N,   N,   N,   N,   Y,   N,   Y]),
    ]
};

/// The proof that a person has a power. Cannot be built outside this crate.
#[derive(Debug, Clone)]
pub struct Grant {
    actor: Actor,
    power: Power,
}

impl Grant {
    /// Who.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What.
    #[must_use]
    pub fn power(&self) -> Power {
        self.power
    }
}

impl Power {
    /// All of them, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(power, ..)| *power)
    }

    /// The word in audit lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        TABLE[self as usize].1
    }

    fn is_of(self, duty: Duty) -> bool {
        TABLE[self as usize].3[duty as usize]
    }
}

/// Whether an actor has a power.
///
/// # Errors
/// [`Denied`] when no duty held now gives it, and for programs.
pub fn grant(actor: &Actor, power: Power) -> Result<Grant, Denied> {
    let has = actor.kind == ActorKind::Person && actor.duties.iter().any(|&duty| power.is_of(duty));
    if has {
        return Ok(Grant { actor: actor.clone(), power });
    }
    Err(Denied { actor: actor.id.clone(), action: power.as_str(), resource_type: "charts".to_owned() })
}

/// The table of powers, for [`crate::table_text`].
pub(crate) fn table_text() -> String {
    let mut text = String::from("\n■ 封・緊急アクセス・監査（人だけができる。プログラムはできない）\n");
    for (_, english, japanese, marks) in &TABLE {
        let who: Vec<&str> =
            Duty::ALL.into_iter().filter(|(duty, ..)| marks[*duty as usize]).map(|(_, _, name)| name).collect();
        text += &format!("  {english} {japanese}: {}\n", who.join("、"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_in_the_order_of_the_enum() {
        for (at, (power, ..)) in TABLE.iter().enumerate() {
            assert_eq!(*power as usize, at);
        }
    }

    #[test]
    fn people_have_powers_by_duty_and_programs_have_none() {
        for power in Power::all() {
            for (duty, ..) in Duty::ALL {
                let person = Actor::person("sato", "佐藤", &[duty]);
                assert_eq!(grant(&person, power).is_ok(), power.is_of(duty), "{power:?} {duty:?}");
                let token = Actor { kind: ActorKind::Token, ..person };
                assert!(grant(&token, power).is_err(), "{power:?} {duty:?} as a program");
            }
            assert!(grant(&Actor::person("x", "x", &[]), power).is_err());
            assert!(grant(&Actor::system("job"), power).is_err());
        }
    }

    #[test]
    fn who_sees_no_chart_breaks_no_glass() {
        for duty in [Duty::Administrator, Duty::Vendor, Duty::Auditor] {
            assert!(!Power::BreakGlass.is_of(duty), "{duty:?}");
        }
    }
}
