//! Diseases with their ICD-10 codes and, where a season makes them, their months.

/// What a visit to the clinic may be for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disease {
    pub(crate) name: &'static str,
    pub(crate) icd10: &'static str,
    /// レセプト電算 disease code where one is to hand.
    pub(crate) receipt: Option<&'static str>,
}

const fn disease(name: &'static str, icd10: &'static str) -> Disease {
    Disease { name, icd10, receipt: None }
}

pub(crate) const HYPERTENSION: Disease = disease("高血圧症", "I10");
pub(crate) const DIABETES: Disease = disease("2型糖尿病", "E11.9");
pub(crate) const DYSLIPIDEMIA: Disease = disease("脂質異常症", "E78.5");
pub(crate) const HYPERURICEMIA: Disease = disease("高尿酸血症", "E79.0");
pub(crate) const REFLUX: Disease = disease("逆流性食道炎", "K21.0");
pub(crate) const ASTHMA: Disease = disease("気管支喘息", "J45.9");
pub(crate) const HYPOTHYROIDISM: Disease = disease("甲状腺機能低下症", "E03.9");
pub(crate) const OSTEOPOROSIS: Disease = disease("骨粗鬆症", "M81.9");
pub(crate) const INSOMNIA: Disease = disease("不眠症", "G47.0");
pub(crate) const CONSTIPATION: Disease = disease("便秘症", "K59.0");
pub(crate) const KIDNEY: Disease = disease("慢性腎臓病", "N18.9");
pub(crate) const ANEMIA: Disease = disease("鉄欠乏性貧血", "D50.9");
pub(crate) const POLLEN: Disease = disease("スギ花粉症", "J30.1");
pub(crate) const COLD: Disease = Disease { name: "急性上気道炎", icd10: "J06.9", receipt: Some("4659007") };
pub(crate) const INFLUENZA: Disease = disease("インフルエンザA型", "J10.1");
pub(crate) const COVID: Disease = disease("COVID-19", "U07.1");
pub(crate) const BRONCHITIS: Disease = disease("急性気管支炎", "J20.9");
pub(crate) const PHARYNGITIS: Disease = disease("急性咽頭炎", "J02.9");
pub(crate) const GASTROENTERITIS: Disease = disease("感染性胃腸炎", "A09.0");
pub(crate) const CYSTITIS: Disease = disease("急性膀胱炎", "N30.0");
pub(crate) const URTICARIA: Disease = disease("蕁麻疹", "L50.9");
pub(crate) const BACK_PAIN: Disease = disease("腰痛症", "M54.5");
pub(crate) const MIGRAINE: Disease = disease("片頭痛", "G43.9");
pub(crate) const GASTRITIS: Disease = disease("急性胃炎", "K29.1");
pub(crate) const VERTIGO: Disease = disease("めまい症", "R42");
pub(crate) const HEATSTROKE: Disease = disease("熱中症", "T67.0");
pub(crate) const ZOSTER: Disease = disease("帯状疱疹", "B02.9");

/// Looked for and mostly not found: written as の疑い until then.
pub(crate) const SUSPECTED: &[&Disease] = &[
    &disease("胃癌", "C16.9"),
    &disease("大腸癌", "C18.9"),
    &disease("肺炎", "J18.9"),
    &disease("狭心症", "I20.9"),
    &disease("胆石症", "K80.2"),
    &disease("睡眠時無呼吸症候群", "G47.3"),
];

/// How a disease ended (レセプト電算 転帰区分).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 治ゆ
    Healed,
    /// 死亡
    Died,
    /// 中止: not found after all, or the patient went elsewhere
    Stopped,
}

impl Outcome {
    /// Code and word of the list.
    pub(crate) fn coding(self) -> (&'static str, &'static str) {
        match self {
            Self::Healed => ("2", "治ゆ"),
            Self::Died => ("3", "死亡"),
            Self::Stopped => ("4", "中止"),
        }
    }
}
