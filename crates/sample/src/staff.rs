//! Who works at the clinic.

/// Someone on the staff, for accounts of a demonstration and as Practitioner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Account name and stem of the logical ids, e.g. `sato`.
    pub user: &'static str,
    /// `佐藤 健`
    pub name: &'static str,
    /// `サトウ ケン`
    pub kana: &'static str,
    /// Duties in lower-case English, as `access::Duty` names them: `director`, `doctor`, `nurse`, `clerk`, `technician`,
    /// `pharmacist`, `administrator`, `vendor`, `auditor`.
    pub duties: &'static [&'static str],
    /// Shown beside the name: `院長`.
    pub title: &'static str,
}

const fn staff_member(
    user: &'static str,
    name: &'static str,
    kana: &'static str,
    title: &'static str,
    duties: &'static [&'static str],
) -> Staff {
    Staff { user, name, kana, duties, title }
}

const STAFF: &[Staff] = &[
    staff_member("kotori", "小鳥 健一", "コトリ ケンイチ", "院長", &["director", "doctor", "administrator"]),
    staff_member("sato", "佐藤 美和", "サトウ ミワ", "医師", &["doctor"]),
    staff_member("suzuki", "鈴木 由紀", "スズキ ユキ", "看護師", &["nurse"]),
    staff_member("tanaka", "田中 真弓", "タナカ マユミ", "看護師", &["nurse"]),
    staff_member("ito", "伊藤 さやか", "イトウ サヤカ", "医療事務", &["clerk"]),
    staff_member("yamada", "山田 久美", "ヤマダ クミ", "医療事務", &["clerk"]),
    staff_member("kimura", "木村 拓", "キムラ タク", "臨床検査技師", &["technician"]),
    staff_member("mori", "森 彩子", "モリ アヤコ", "薬剤師", &["pharmacist"]),
    staff_member("kansa", "監査 太郎", "カンサ タロウ", "監査", &["auditor"]),
];

/// The staff of ことり内科クリニック, the director first.
#[must_use]
pub fn staff() -> &'static [Staff] {
    STAFF
}

/// The two who see patients, as logical ids of Practitioner.
pub(crate) const DOCTORS: [&Staff; 2] = [&STAFF[0], &STAFF[1]];
/// Who takes blood and measures.
pub(crate) const NURSE: &Staff = &STAFF[2];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn accounts_are_distinct_and_two_see_patients() {
        assert_eq!(staff().iter().map(|staff| staff.user).collect::<HashSet<_>>().len(), staff().len());
        assert!(DOCTORS.iter().all(|doctor| doctor.duties.contains(&"doctor")));
    }
}
