//! Clinics to start from: the files of `crates/clinic/patterns/`, which a person reads, reviews and changes.

/// A ready file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What it is asked for by; kept stable for scripts.
    pub name: &'static str,
    /// What kind of clinic it is, in Japanese.
    pub ja: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// The file.
    pub text: &'static str,
}

/// All, the simplest first.
pub const PATTERNS: [Pattern; 5] = [
    Pattern {
        name: "cloud-chart",
        ja: "ルーター 1 台とクラウド電子カルテ",
        en: "one router and a cloud chart",
        text: include_str!("../../patterns/cloud-chart.toml"),
    },
    Pattern {
        name: "on-premises",
        ja: "院内の電子カルテ・ORCA・資格確認端末 (LAN を二つに分ける)",
        en: "charts on the premises, ORCA, and an eligibility terminal in a LAN of its own",
        text: include_str!("../../patterns/on-premises.toml"),
    },
    Pattern {
        name: "imaging",
        ja: "画像あり (撮影装置・PACS・ビューア)",
        en: "with imaging: modalities, PACS, viewer",
        text: include_str!("../../patterns/imaging.toml"),
    },
    Pattern {
        name: "floors",
        ja: "数階建てと来院者 Wi-Fi",
        en: "several floors with guest Wi-Fi",
        text: include_str!("../../patterns/floors.toml"),
    },
    Pattern {
        name: "group-hub",
        ja: "複数の診療所のハブ",
        en: "the hub of a group of clinics",
        text: include_str!("../../patterns/group-hub.toml"),
    },
];

/// The pattern of a name.
#[must_use]
pub fn pattern(name: &str) -> Option<&'static Pattern> {
    PATTERNS.iter().find(|pattern| pattern.name == name)
}
