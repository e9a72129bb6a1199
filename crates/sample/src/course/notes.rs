//! What the doctor writes: short SOAP notes in the clinic's manner, out of what was found and done.

use crate::calendar::{Calendar, Day};
use crate::catalog::drugs::Drug;
use crate::catalog::episodes::Episode;
use crate::catalog::labs::{self, Item};
use crate::course::therapy::{Illness, Marker};
use crate::course::{Finding, Order, Vitals};
use crate::dice::Dice;
use crate::people::Person;

/// A note in the four parts of SOAP, plain text.
pub(crate) struct Note {
    pub(crate) subjective: String,
    pub(crate) objective: String,
    pub(crate) assessment: String,
    pub(crate) plan: String,
}

const UNCHANGED: &[&str] = &[
    "特に変わりなし。",
    "体調良好。",
    "調子は変わりない。食欲・睡眠良好。",
    "お変わりないとのこと。",
    "自覚症状なし。",
    "時々だるさあるが日常生活に支障なし。",
    "最近は毎日30分歩いている。",
    "忙しく、運動できていない。",
    "間食が増えたとのこと。",
    "先月から膝が痛く、歩く量が減った。",
    "孫の世話で忙しい。睡眠は6時間程度。",
    "薬の飲み忘れは週に1回程度。",
    "家族が入院し、外食が多かった。",
];

const WINTER: &[&str] = &["寒くなり朝の血圧が高め。", "年末年始で食べ過ぎた。", "こたつでみかんをよく食べる。"];
const SUMMER: &[&str] =
    &["暑さで食欲がやや落ちた。", "夜間の発汗あり、水分はとっている。", "血圧が低めの日があり、立ちくらみはない。"];

/// What a regular visit is told from.
pub(crate) struct Regular<'a> {
    pub(crate) person: &'a Person,
    pub(crate) day: Day,
    pub(crate) first: bool,
    pub(crate) vitals: &'a Vitals,
    pub(crate) labs: &'a [Finding],
    pub(crate) illnesses: &'a [&'a Illness],
    pub(crate) changes: &'a [(&'a Illness, &'static Drug)],
    pub(crate) interval: i32,
}

pub(crate) fn regular(dice: &mut Dice, calendar: &Calendar, visit: &Regular<'_>) -> Note {
    let mut subjective = if visit.first {
        let name = visit.illnesses.first().map_or("生活習慣病", |illness| illness.disease.name);
        format!(
            "健診で{name}を指摘され受診。{}歳。家族歴: 父 高血圧。喫煙 {}。",
            visit.person.age,
            dice.word(&["なし", "過去にあり", "10本/日"])
        )
    } else {
        let season = match calendar.month(visit.day) {
            12 | 1 | 2 if dice.percent(35.0) => WINTER,
            7..=9 if dice.percent(35.0) => SUMMER,
            _ => UNCHANGED,
        };
        dice.word(season).to_owned()
    };
    if visit.illnesses.iter().any(|illness| illness.marker == Marker::Pressure)
        && dice.percent(60.0)
        && let Some((systolic, diastolic)) = visit.vitals.pressure
    {
        subjective.push_str(&format!(
            "家庭血圧 朝 {}/{} 前後。",
            systolic - dice.between(1, 9),
            diastolic - dice.between(0, 5)
        ));
    }
    let mut objective = measurements(visit.vitals);
    objective.push_str(dice.word(&[
        "心音 整、雑音なし。呼吸音 清。",
        "胸部 異常なし。下腿浮腫なし。",
        "心雑音なし。浮腫(-)。",
        "",
    ]));
    objective.push_str(&results(visit.labs, visit.person.male()));
    let assessment: Vec<String> = visit.illnesses.iter().map(|illness| judge(illness, visit)).collect();
    let mut plan: Vec<String> =
        visit.changes.iter().map(|(_, drug)| format!("{} を追加・増量。", short(drug))).collect();
    if visit.changes.is_empty() {
        plan.push(dice.word(&["処方継続。", "Do処方。", "同処方を継続。"]).to_owned());
    }
    plan.push(dice.word(&["減塩を指導。", "体重測定を続ける。", "運動を勧める。", "次回採血。", "", ""]).to_owned());
    plan.push(format!("{}日後再診。", visit.interval));
    Note { subjective, objective, assessment: assessment.concat(), plan: plan.concat() }
}

/// One sentence per illness, by what follows it.
fn judge(illness: &Illness, visit: &Regular<'_>) -> String {
    let name = illness.disease.name;
    let read = |item: &Item| {
        visit.labs.iter().find_map(|finding| match finding {
            Finding::Measured(found, value) if *found == item => Some(*value),
            _ => None,
        })
    };
    let changed = visit.changes.iter().any(|(other, _)| std::ptr::eq(*other, illness));
    let verdict = match illness.marker {
        Marker::Pressure => match visit.vitals.pressure {
            Some((systolic, _)) if systolic < 130 => "コントロール良好(<130/80)。".to_owned(),
            Some((systolic, _)) if systolic < 145 => "概ね目標範囲。".to_owned(),
            _ if changed => "目標に達せず、治療を強化。".to_owned(),
            _ => "やや高め。家庭血圧を確認して判断。".to_owned(),
        },
        Marker::Hba1c => match read(&labs::HBA1C) {
            Some(value) => {
                let verdict = if value < 70 {
                    "目標<7.0%を達成"
                } else if value < 80 {
                    "あと一歩"
                } else {
                    "不良"
                };
                format!("HbA1c {}.{}%、{verdict}。", value / 10, value % 10)
            }
            None => "血糖の経過をみる。".to_owned(),
        },
        Marker::Ldl => match read(&labs::LDL) {
            Some(value) if value < 120 => format!("LDL-C {value}、目標内。"),
            Some(value) => format!("LDL-C {value}、高値。"),
            None => "内服継続。".to_owned(),
        },
        Marker::Urate | Marker::Thyroid | Marker::Hemoglobin => "経過良好、内服継続。".to_owned(),
        Marker::Complaint => "症状安定。".to_owned(),
    };
    format!("#{name} {verdict}")
}

pub(crate) fn acute(dice: &mut Dice, episode: &Episode, vitals: &Vitals, labs: &[Finding], orders: &[Order]) -> Note {
    let given: Vec<String> = orders.iter().map(|order| short(order.drug)).collect();
    let plan = if given.is_empty() {
        episode.advice.to_owned()
    } else {
        format!("{} を処方。{}", given.join("、"), episode.advice)
    };
    Note {
        subjective: dice.word(episode.complaint).to_owned(),
        objective: format!("{}{}{}", measurements(vitals), episode.finding, results(labs, true)),
        assessment: format!("#{} として対応。", episode.disease.name),
        plan,
    }
}

pub(crate) fn follow_up(dice: &mut Dice, episode: &Episode, vitals: &Vitals) -> Note {
    Note {
        subjective: dice.word(&["症状は軽快した。", "咳が少し残るが、ほぼ改善。", "内服で楽になった。"]).to_owned(),
        objective: measurements(vitals),
        assessment: format!("#{} 改善。", episode.disease.name),
        plan: "終診。症状再燃時は再診。".to_owned(),
    }
}

pub(crate) fn check_up(vitals: &Vitals, labs: &[Finding], male: bool) -> Note {
    let found = results(labs, male);
    let assessment = if found.contains('H') || found.contains('L') {
        "要経過観察の項目あり。"
    } else {
        "異常を認めない。"
    };
    Note {
        subjective: "特定健康診査。自覚症状なし。".to_owned(),
        objective: format!("{}{found}", measurements(vitals)),
        assessment: assessment.to_owned(),
        plan: "結果票を郵送。特定保健指導の該当を確認。".to_owned(),
    }
}

/// `BP 134/78 mmHg、脈拍 72/分、`
fn measurements(vitals: &Vitals) -> String {
    let tenth = |value: i32| format!("{}.{}", value / 10, value % 10);
    let parts = [
        vitals.temperature.map(|value| format!("体温 {}℃", tenth(value))),
        vitals.pressure.map(|(systolic, diastolic)| format!("BP {systolic}/{diastolic} mmHg")),
        vitals.pulse.map(|value| format!("脈拍 {value}/分")),
        vitals.saturation.map(|value| format!("SpO2 {}% (room air)", value / 10)),
        vitals.weight.map(|value| format!("体重 {}kg", tenth(value))),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    if told.is_empty() { String::new() } else { format!("{}。", told.join("、")) }
}

/// What is out of range, with an H or L as on the laboratory's sheet.
fn results(findings: &[Finding], male: bool) -> String {
    let told: Vec<String> = findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Word(name, _, answer) => Some(format!("{name} ({answer})")),
            Finding::Measured(item, value) => {
                item.flag(*value, male).map(|flag| format!("{} {} {flag}", item.name, item.print(*value)))
            }
        })
        .collect();
    if told.is_empty() { String::new() } else { format!("【検査】{}。", told.join("、")) }
}

/// A drug as it is spoken of: without 【般】.
fn short(drug: &Drug) -> String {
    drug.name.trim_start_matches("【般】").to_owned()
}
