//! Who acts.

use std::fmt;
use std::str::FromStr;

use crate::Scope;

/// Who acts, as the session or token said after it was checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Actor {
    /// Account or token id, e.g. `sato` or `token:3`.
    pub id: String,
    /// Shown in charts as author, e.g. 佐藤 健. Masked in `Debug`.
    pub name: String,
    /// Person, program, or Komainu itself.
    pub kind: ActorKind,
    /// Duties held now; no duty, no rights.
    pub duties: Vec<Duty>,
    /// What a token was narrowed to; people act with the whole of their duties.
    pub scope: Scope,
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("duties", &self.duties)
            .finish_non_exhaustive()
    }
}

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person who signed in.
    Person,
    /// A bearer token.
    Token,
    /// Komainu's own jobs: import at the console, demo, migration.
    System,
}

/// 職種・役割. An actor may hold several; rights add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Duty {
    /// 院長
    Director,
    /// 医師
    Doctor,
    /// 看護師
    Nurse,
    /// 医療事務
    Clerk,
    /// 検査・放射線
    Technician,
    /// 薬剤師
    Pharmacist,
    /// 管理者
    Administrator,
    /// 保守業者
    Vendor,
    /// 監査
    Auditor,
}

impl Duty {
    /// All of them, in the order of the policy's columns, with their names in stores and files and in Japanese.
    pub const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Director, "director", "院長"),
        (Self::Doctor, "doctor", "医師"),
        (Self::Nurse, "nurse", "看護師"),
        (Self::Clerk, "clerk", "医療事務"),
        (Self::Technician, "technician", "検査・放射線"),
        (Self::Pharmacist, "pharmacist", "薬剤師"),
        (Self::Administrator, "administrator", "管理者"),
        (Self::Vendor, "vendor", "保守業者"),
        (Self::Auditor, "auditor", "監査"),
    ];

    /// The name in stores and files, e.g. `doctor`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// A word that names no duty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a duty: {0:?}")]
pub struct NotADuty(String);

impl FromStr for Duty {
    type Err = NotADuty;

    fn from_str(text: &str) -> Result<Self, NotADuty> {
        Self::ALL
            .iter()
            .find(|(_, name, _)| *name == text)
            .map(|&(duty, ..)| duty)
            .ok_or_else(|| NotADuty(text.to_owned()))
    }
}

impl Actor {
    /// Komainu itself, for jobs that nobody signed in for.
    #[must_use]
    pub fn system(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: "Komainu".to_owned(),
            kind: ActorKind::System,
            duties: Vec::new(),
            scope: Scope::Whole,
        }
    }

    /// A person with their duties.
    #[must_use]
    pub fn person(id: &str, name: &str, duties: &[Duty]) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            kind: ActorKind::Person,
            duties: duties.to_vec(),
            scope: Scope::Whole,
        }
    }

    /// Whether they may change others' accounts and how people sign in: an administrator, in person.
    #[must_use]
    pub fn keeps_accounts(&self) -> bool {
        self.kind == ActorKind::Person && self.holds(Duty::Administrator)
    }

    /// Whether a duty is held.
    #[must_use]
    pub fn holds(&self, duty: Duty) -> bool {
        self.duties.contains(&duty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_duties_is_in_the_order_of_the_enum() {
        for (index, (duty, name, _)) in Duty::ALL.into_iter().enumerate() {
            assert_eq!(duty as usize, index);
            assert_eq!(name.parse(), Ok(duty));
        }
        assert!("Doctor".parse::<Duty>().is_err());
    }

    #[test]
    fn an_administrator_in_person_keeps_accounts_and_nobody_else() {
        for (duty, ..) in Duty::ALL {
            let person = Actor::person("sato", "佐藤 健", &[duty]);
            assert_eq!(person.keeps_accounts(), duty == Duty::Administrator, "{duty:?}");
            assert!(!Actor { kind: ActorKind::Token, ..person }.keeps_accounts(), "a token");
        }
        assert!(!Actor::system("import").keeps_accounts());
    }

    #[test]
    fn a_name_is_not_in_debug_output() {
        assert!(!format!("{:?}", Actor::person("sato", "佐藤 健", &[Duty::Doctor])).contains("佐藤"));
    }
}
