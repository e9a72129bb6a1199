//! Why a text is not a clinic.

use std::fmt;

use super::line::Line;

/// What is to be written at a place, in both languages, with an example.
pub type Wanted = (&'static str, &'static str);

/// One thing that must be changed before the file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub line: Line,
    /// What.
    pub what: What,
}

/// What is wrong with a text. `near` is the closest word that would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the words of the sentences below")]
pub enum What {
    /// Not TOML; the library's words.
    Toml { message: String },
    /// Longer than [`super::TEXT_LEN_MAX`].
    TooLong { len: usize },
    /// A key the place does not have.
    UnknownKey { key: String, place: &'static str, near: Option<String> },
    /// A key the place must have.
    Missing { key: &'static str, place: &'static str },
    /// A value of the wrong kind or form.
    Unfit { key: String, value: String, wanted: Wanted, near: Option<String> },
    /// An id that nothing has.
    Nowhere { key: &'static str, id: String, kind: Wanted, near: Option<String> },
    /// A second thing of one id.
    Duplicate { id: String, first: Line },
    /// A service of the clinic's own under the name of one that is built in.
    BuiltIn { id: String },
    /// A value twice in one list.
    Repeated { key: &'static str, value: String },
    /// Devices that depend on each other in a ring.
    Ring { ids: Vec<String> },
    /// Both ends in one zone: the gateway never sees it.
    WithinZone { zone: String },
    /// Both ends behind the uplink.
    BothOutside,
}

/// The Japanese and the English sentence.
impl What {
    fn sentences(&self) -> (String, String) {
        let hint = |near: &Option<String>| match near {
            Some(near) => (format!("「{near}」のことですか。"), format!(" Did you mean \"{near}\"?")),
            None => (String::new(), String::new()),
        };
        match self {
            Self::Toml { message } => (
                format!("TOML として読めません({message})。この行の引用符・かっこ・「=」を確かめてください。"),
                format!("Not TOML ({message}). Check quotes, brackets and \"=\" on this line."),
            ),
            Self::TooLong { len } => (
                format!("ファイルが大きすぎます({len} バイト)。1 MiB までにしてください。"),
                format!("The file is too large ({len} bytes). Keep it to 1 MiB."),
            ),
            Self::UnknownKey { key, place, near } => {
                let (ja, en) = hint(near);
                (format!("{place} に「{key}」という項目はありません。{ja}"), format!("{place} has no \"{key}\".{en}"))
            }
            Self::Missing { key, place } => (
                format!("{place} に「{key}」がありません。書き足してください。"),
                format!("{place} lacks \"{key}\". Add it."),
            ),
            Self::Unfit { key, value, wanted, near } => {
                let (ja, en) = hint(near);
                (
                    format!("「{key}」の値 {value} は使えません。{}を書いてください。{ja}", wanted.0),
                    format!("\"{key}\" cannot be {value}. Write {}.{en}", wanted.1),
                )
            }
            Self::Nowhere { key, id, kind, near } => {
                let (ja, en) = hint(near);
                (
                    format!("「{key}」の「{id}」という{}は、このファイルにありません。{ja}", kind.0),
                    format!("\"{key}\": this file declares no {} \"{id}\".{en}", kind.1),
                )
            }
            Self::Duplicate { id, first } => (
                format!("「{id}」は {first} 行目でも使われています。別の id にしてください。"),
                format!("\"{id}\" is already used on line {first}. Choose another id."),
            ),
            Self::BuiltIn { id } => (
                format!("サービス「{id}」は初めから用意されています。別の id にしてください。"),
                format!("The service \"{id}\" is built in. Choose another id."),
            ),
            Self::Repeated { key, value } => (
                format!("「{key}」に「{value}」が二度あります。一つ消してください。"),
                format!("\"{key}\" has \"{value}\" twice. Remove one."),
            ),
            Self::Ring { ids } => {
                let ring = ids.join(" → ");
                (
                    format!("「depends_on」が輪になっています({ring})。どれか一つを外してください。"),
                    format!("\"depends_on\" runs in a ring ({ring}). Remove one of them."),
                )
            }
            Self::WithinZone { zone } => (
                format!(
                    "両端が同じゾーン「{zone}」にあり、ゲートウェイを通りません。この通信を消すか、機器を別のゾーンに移してください。"
                ),
                format!(
                    "Both ends are in zone \"{zone}\"; the gateway never sees this. Remove the flow or move a device to another zone."
                ),
            ),
            Self::BothOutside => (
                "「from」と「to」の両方が外部です。どちらかを院内の機器・ゾーンにしてください。".to_owned(),
                "\"from\" and \"to\" are both outside. One of them must be a device or zone of the clinic.".to_owned(),
            ),
        }
    }
}

impl Problem {
    /// The key it is about, if it is about one: a form shows it there.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match &self.what {
            What::UnknownKey { key, .. } | What::Unfit { key, .. } => Some(key),
            What::Missing { key, .. } | What::Nowhere { key, .. } | What::Repeated { key, .. } => Some(key),
            What::Duplicate { .. } => Some("id"),
            What::Ring { .. } => Some("depends_on"),
            _ => None,
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn ja(&self) -> String {
        self.what.sentences().0
    }

    /// The sentence in English.
    #[must_use]
    pub fn en(&self) -> String {
        self.what.sentences().1
    }
}

/// Everything that keeps a text from being a clinic, in order of lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NotAClinic(pub Vec<Problem>);

impl fmt::Display for NotAClinic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            write!(f, "{gap}{}: {}\n   {}", problem.line, problem.ja(), problem.en())?;
        }
        Ok(())
    }
}

/// The word closest to what was typed, if any is close enough to be meant.
pub(super) fn near<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let typed = typed.to_lowercase().replace(['_', ' '], "-");
    let close = |word: &&str| (distance(&typed, &word.replace('_', "-")), word.len());
    let best = words.into_iter().min_by_key(close)?;
    (close(&best).0 <= best.len().max(3) / 3).then(|| best.to_owned())
}

/// Edits from one text to the other, a swap of neighbours counted as one (Damerau, restricted). Long texts are
/// never near to anything, and would take long to say so.
fn distance(a: &str, b: &str) -> usize {
    const CHARS_MAX: usize = 40;
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(CHARS_MAX + 1).collect(), b.chars().take(CHARS_MAX + 1).collect());
    if a.len().max(b.len()) > CHARS_MAX {
        return usize::MAX;
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_finds_its_word() {
        let words = ["zone", "name", "maintained_by", "ipv4"];
        for (typed, meant) in [
            ("znoe", Some("zone")),
            ("Zone", Some("zone")),
            ("maintained-by", Some("maintained_by")),
            ("ip4", Some("ipv4")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(near(typed, words).as_deref(), meant, "{typed}");
        }
        assert_eq!(near(&"z".repeat(10_000), words), None);
    }
}
