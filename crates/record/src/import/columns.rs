//! Which column of a patient list is what, by its heading.

use std::collections::HashMap;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// 患者番号
    Number,
    /// 氏名
    Name,
    /// 姓
    Family,
    /// 名
    Given,
    /// カナ氏名
    Kana,
    /// カナ姓
    KanaFamily,
    /// カナ名
    KanaGiven,
    /// 性別
    Gender,
    /// 生年月日
    Birth,
    /// 郵便番号
    PostalCode,
    /// 住所
    Address,
    /// 電話番号
    Phone,
    /// 携帯電話
    Mobile,
    /// メールアドレス
    Mail,
    /// 死亡日
    Death,
    /// 備考 and others that are knowingly left out.
    Ignored,
}

impl Column {
    /// Every column with the headings it goes by. Compared after [`clinic::kana::fold`], so width, case, spaces
    /// and ひらがな or カタカナ do not matter.
    const HEADINGS: &[(Self, &'static str, &[&'static str])] = &[
        (
            Self::Number,
            "患者番号",
            &[
                "患者ID",
                "患者コード",
                "患者No",
                "患者No.",
                "カルテ番号",
                "カルテNo",
                "診察券番号",
                "診察券No",
                "登録番号",
                "ID",
                "No",
                "patient id",
                "mrn",
            ],
        ),
        (
            Self::Name,
            "氏名",
            &["患者氏名", "患者名", "名前", "漢字氏名", "氏名漢字", "氏名(漢字)", "name", "full name"],
        ),
        (
            Self::Family,
            "姓",
            &["氏", "苗字", "名字", "患者姓", "漢字姓", "姓漢字", "姓(漢字)", "last name", "family name", "family"],
        ),
        (Self::Given, "名", &["患者名(名)", "漢字名", "名漢字", "名(漢字)", "first name", "given name", "given"]),
        (
            Self::Kana,
            "カナ氏名",
            &[
                "氏名カナ",
                "氏名(カナ)",
                "患者氏名カナ",
                "患者カナ氏名",
                "フリガナ",
                "カナ",
                "カナ名",
                "読み",
                "よみがな",
                "kana",
                "name kana",
            ],
        ),
        (Self::KanaFamily, "カナ姓", &["姓カナ", "姓(カナ)", "セイ", "family kana"]),
        (Self::KanaGiven, "名カナ", &["名(カナ)", "メイ", "given kana"]),
        (Self::Gender, "性別", &["性", "gender", "sex"]),
        (
            Self::Birth,
            "生年月日",
            &["誕生日", "生年月日(西暦)", "生年月日(和暦)", "birth date", "birthday", "birthdate", "dob"],
        ),
        (Self::PostalCode, "郵便番号", &["〒", "postal code", "zip"]),
        (Self::Address, "住所", &["現住所", "住所1", "自宅住所", "address"]),
        (Self::Phone, "電話番号", &["電話", "TEL", "自宅電話", "自宅電話番号", "連絡先", "phone"]),
        (Self::Mobile, "携帯電話", &["携帯", "携帯番号", "携帯電話番号", "mobile"]),
        (Self::Mail, "メールアドレス", &["メール", "E-mail", "email", "mail"]),
        (Self::Death, "死亡日", &["死亡年月日", "逝去日", "death date"]),
        (
            Self::Ignored,
            "備考",
            &["メモ", "コメント", "年齢", "和暦", "最終来院日", "最終受診日", "初診日", "note", "age"],
        ),
    ];

    /// The heading it goes by first.
    #[must_use]
    pub fn heading(self) -> &'static str {
        Self::HEADINGS.iter().find(|(column, ..)| *column == self).map_or("", |(_, heading, _)| heading)
    }

    /// The column a heading means.
    #[must_use]
    pub fn of(heading: &str) -> Option<Self> {
        let folded = clinic::kana::fold(heading);
        let same = |other: &str| clinic::kana::fold(other) == folded;
        let found = Self::HEADINGS.iter().find(|(_, first, others)| same(first) || others.iter().any(|o| same(o)));
        found.filter(|_| !folded.is_empty()).map(|(column, ..)| *column)
    }
}

/// Which column stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Position of each column found.
    pub columns: HashMap<Column, usize>,
    /// Headings nobody understood, shown before anything is imported.
    pub unknown: Vec<String>,
}

/// A list that cannot be read as patients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Two columns mean the same, e.g. 患者番号 and カルテ番号.
    #[error("two columns mean {0}: leave one out")]
    Twice(&'static str),
    /// A column without which nobody can be told apart.
    #[error("there is no column for {0}")]
    Missing(&'static str),
}

impl Mapping {
    /// Reads the line of headings.
    ///
    /// # Errors
    /// [`MappingError`] when a patient number, a name, or a birth date is missing, or one is there twice.
    pub fn read<'a>(headings: impl Iterator<Item = &'a str>) -> Result<Self, MappingError> {
        let mut mapping = Self { columns: HashMap::new(), unknown: Vec::new() };
        for (at, heading) in headings.enumerate() {
            match Column::of(heading) {
                Some(Column::Ignored) => {}
                Some(column) => {
                    if mapping.columns.insert(column, at).is_some() {
                        return Err(MappingError::Twice(column.heading()));
                    }
                }
                None => mapping.unknown.push(heading.to_owned()),
            }
        }
        let has = |column| mapping.columns.contains_key(&column);
        for (column, there) in [
            (Column::Number, has(Column::Number)),
            (Column::Name, has(Column::Name) || (has(Column::Family) && has(Column::Given))),
            (Column::Birth, has(Column::Birth)),
        ] {
            if !there {
                return Err(MappingError::Missing(column.heading()));
            }
        }
        Ok(mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_means_two_columns() {
        let mut seen: HashMap<String, Column> = HashMap::new();
        for (column, first, others) in Column::HEADINGS {
            for heading in others.iter().chain([first]) {
                let before = seen.insert(clinic::kana::fold(heading), *column);
                assert!(before.is_none_or(|b| b == *column), "{heading}: {before:?} and {column:?}");
            }
        }
    }

    #[test]
    fn width_and_kana_do_not_matter() {
        for (heading, column) in [
            ("患者ＩＤ", Column::Number),
            ("ﾌﾘｶﾞﾅ", Column::Kana),
            ("ふりがな", Column::Kana),
            (" 氏 名 ", Column::Name),
            ("Birth Date", Column::Birth),
        ] {
            assert_eq!(Column::of(heading), Some(column), "{heading}");
        }
        assert_eq!(Column::of(""), None);
    }

    #[test]
    fn a_list_without_what_tells_people_apart_is_refused() {
        let check = |headings: &str, expected: Result<&[&str], MappingError>| {
            let got = Mapping::read(headings.split(','));
            assert_eq!(
                got.as_ref().map(|m| m.unknown.iter().map(String::as_str).collect::<Vec<_>>()),
                expected.as_ref().map(|e| e.to_vec()),
                "{headings}"
            );
        };
        check("患者番号,氏名,生年月日,趣味,備考", Ok(&["趣味"]));
        check("患者番号,姓,名,生年月日", Ok(&[]));
        check("患者番号,姓,生年月日", Err(MappingError::Missing("氏名")));
        check("氏名,生年月日", Err(MappingError::Missing("患者番号")));
        check("患者番号,カルテ番号,氏名,生年月日", Err(MappingError::Twice("患者番号")));
    }
}
