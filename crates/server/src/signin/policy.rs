//! Which duties must have a second factor, and what a session that has proved so much still lacks.
//!
//! The ministry asks for two factors from 令和9年度 (医療機関におけるサイバーセキュリティ対策チェックリスト 令和7年度 2-⑩).
//! Until an administrator says otherwise it is recommended to everyone and asked of nobody.

use access::Duty;
use store::{Account, Proven, Snapshot, StoreError};

const SETTING: &str = "sign-in.second-factor";

/// What a half session lacks before it may do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A code of the account's second factor.
    Code,
    /// The account has no second factor, and its duty asks for one.
    Enrolment,
}

/// The duties that must have a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy(Vec<Duty>);

impl Policy {
    pub(crate) fn new(mut duties: Vec<Duty>) -> Self {
        duties.sort_unstable();
        duties.dedup();
        Self(duties)
    }

    /// As the clinic set it. A setting that does not read back asks everyone.
    pub(crate) fn read(store: &mut Snapshot<'_>) -> Result<Self, StoreError> {
        Ok(store.setting(SETTING)?.map_or_else(|| Self(Vec::new()), |text| Self::of_text(&text)))
    }

    fn of_text(text: &str) -> Self {
        let duties = text.split_terminator(' ').map(str::parse).collect::<Result<Vec<Duty>, _>>();
        duties.map_or_else(|_| Self(Duty::ALL.into_iter().map(|(duty, ..)| duty).collect()), Self::new)
    }

    pub(crate) fn to_text(&self) -> String {
        self.0.iter().map(|duty| duty.as_str()).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn write(&self, tx: &mut store::Tx<'_>) -> Result<(), StoreError> {
        tx.set_setting(SETTING, &self.to_text())
    }

    pub(crate) fn duties(&self) -> &[Duty] {
        &self.0
    }

    /// Whether one of the duties must have a second factor.
    pub(crate) fn asks(&self, duties: &[Duty]) -> bool {
        duties.iter().any(|duty| self.0.contains(duty))
    }
}

/// What somebody who proved so much still lacks; None: may act. The only place where that is decided.
pub(super) fn missing(
    store: &mut Snapshot<'_>,
    account: &Account,
    proven: Proven,
) -> Result<Option<Missing>, StoreError> {
    if store.has_second_factor(&account.id)? {
        return Ok((proven != Proven::SecondFactor).then_some(Missing::Code));
    }
    Ok(Policy::read(store)?.asks(&account.duties).then_some(Missing::Enrolment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_reads_back_and_a_spoilt_one_asks_everyone() {
        let policy = Policy::new(vec![Duty::Administrator, Duty::Doctor, Duty::Doctor]);
        assert_eq!(policy.to_text(), "doctor administrator");
        assert_eq!(Policy::of_text(&policy.to_text()), policy);
        assert!(policy.asks(&[Duty::Nurse, Duty::Doctor]) && !policy.asks(&[Duty::Nurse]) && !policy.asks(&[]));
        assert_eq!(Policy::of_text(""), Policy(vec![]));
        for (duty, ..) in Duty::ALL {
            assert!(Policy::of_text("doctor nobody").asks(&[duty]));
        }
    }
}
