//! Colds and other things that pass: which one depends on the month, and the winter has more of them.

use crate::bookings::Stage;
use crate::calendar::{Calendar, Day, PAST};
use crate::catalog::diseases::{self, Disease, Outcome};
use crate::catalog::drugs::{self, Drug};
use crate::catalog::labs;
use crate::course::body::{Body, measured, tenths};
use crate::course::notes;
use crate::course::{Chart, Finding, Order, Reason, Visit, Vitals, arrival, time_of_day};
use crate::dice::Dice;

/// How an illness that passes shows itself and what is ordered for it.
pub(crate) struct Episode {
    pub(crate) disease: &'static Disease,
    /// How many, January to December.
    months: [u32; 12],
    /// Body temperature and its spread.
    fever: (f64, f64),
    /// Percent of oxygen below healthy.
    short_of_breath: f64,
    /// Days, drugs; the first is always given, the others mostly.
    pub(crate) days: u32,
    drugs: &'static [&'static Drug],
    pub(crate) complaint: &'static [&'static str],
    pub(crate) finding: &'static str,
    pub(crate) advice: &'static str,
    /// A swab with its answer.
    swab: Option<(&'static str, &'static str, &'static str)>,
    from_age: i32,
}

const ALWAYS: [u32; 12] = [6; 12];

/// What all of them share unless they say otherwise.
const USUAL: Episode = Episode {
    disease: &diseases::COLD,
    months: ALWAYS,
    fever: (36.5, 0.25),
    short_of_breath: 0.0,
    days: 5,
    drugs: &[],
    complaint: &[""],
    finding: "",
    advice: "",
    swab: None,
    from_age: 3,
};

const EPISODES: &[Episode] = &[
    Episode {
        months: [70, 62, 48, 42, 34, 30, 30, 26, 36, 48, 58, 68],
        fever: (37.0, 0.5),
        drugs: &[&drugs::ACETAMINOPHEN, &drugs::CARBOCISTEINE, &drugs::DEXTROMETHORPHAN, &drugs::TRANEXAMIC],
        complaint: &["3日前から咽頭痛、鼻汁、咳嗽。", "昨日から発熱、鼻汁。食事は摂れている。", "2日前から咳嗽と微熱。家族に同じ症状あり。"],
        finding: "咽頭 軽度発赤、扁桃腫大なし。呼吸音 清。",
        advice: "水分摂取と安静を指導。改善なければ再診。",
        ..USUAL
    },
    Episode {
        disease: &diseases::INFLUENZA,
        months: [42, 30, 12, 4, 1, 0, 0, 0, 1, 2, 8, 24],
        fever: (38.7, 0.6),
        drugs: &[&drugs::OSELTAMIVIR, &drugs::ACETAMINOPHEN, &drugs::CARBOCISTEINE],
        complaint: &["昨夜から39℃台の発熱、悪寒、関節痛。", "今朝から高熱と倦怠感。職場でインフルエンザ流行。"],
        finding: "咽頭 発赤。呼吸音 清。項部硬直なし。",
        advice: "発症後5日かつ解熱後2日まで外出を控える。異常行動に注意。",
        swab: Some(("インフルエンザウイルスA型抗原", "L-FLUA", "陽性")),
        ..USUAL
    },
    Episode {
        disease: &diseases::COVID,
        months: [16, 9, 5, 3, 4, 5, 11, 15, 9, 4, 4, 9],
        fever: (38.1, 0.6),
        short_of_breath: 1.2,
        drugs: &[&drugs::ACETAMINOPHEN, &drugs::CARBOCISTEINE, &drugs::DEXTROMETHORPHAN],
        complaint: &["2日前から発熱、強い咽頭痛。", "発熱と咳嗽、味覚の低下。"],
        finding: "咽頭 発赤。呼吸音 清。SpO2 低下なし。",
        advice: "発症後5日間は外出を控える。息苦しさがあれば連絡。",
        swab: Some(("SARS-CoV-2抗原", "L-COV2", "陽性")),
        ..USUAL
    },
    Episode {
        disease: &diseases::BRONCHITIS,
        months: [12, 10, 9, 9, 8, 7, 6, 5, 7, 9, 10, 12],
        fever: (37.3, 0.5),
        short_of_breath: 0.8,
        days: 7,
        drugs: &[&drugs::CARBOCISTEINE, &drugs::CLARITHROMYCIN, &drugs::DEXTROMETHORPHAN],
        complaint: &["1週間前から咳嗽、黄色痰。夜間に増悪。"],
        finding: "呼吸音 両側にrhonchi(+)。SpO2 > 95%。",
        advice: "1週間後再診。呼吸困難・発熱の持続時は胸部X線を検討。",
        ..USUAL
    },
    Episode {
        disease: &diseases::PHARYNGITIS,
        fever: (37.6, 0.6),
        drugs: &[&drugs::TRANEXAMIC, &drugs::CEFDITOREN, &drugs::ACETAMINOPHEN],
        complaint: &["嚥下時の咽頭痛と37℃台の発熱。"],
        finding: "咽頭 発赤、扁桃 白苔あり。頸部リンパ節 軽度腫大。",
        advice: "内服後も解熱しなければ再診。",
        ..USUAL
    },
    Episode {
        disease: &diseases::GASTROENTERITIS,
        months: [16, 13, 10, 7, 6, 6, 8, 8, 6, 6, 9, 15],
        fever: (37.1, 0.5),
        drugs: &[&drugs::PROBIOTIC, &drugs::GOREISAN, &drugs::ACETAMINOPHEN],
        complaint: &["昨夜から嘔吐3回、水様下痢5回。生ものの摂取なし。", "今朝から下痢と腹痛。血便なし。"],
        finding: "腹部 平坦・軟、心窩部に軽度圧痛、反跳痛なし。腸蠕動音 亢進。",
        advice: "経口補水を少量頻回に。血便・尿量減少があれば受診。",
        ..USUAL
    },
    Episode {
        disease: &diseases::POLLEN,
        months: [5, 30, 58, 22, 3, 0, 0, 0, 0, 0, 0, 0],
        days: 28,
        drugs: &[&drugs::FEXOFENADINE],
        complaint: &["例年どおり鼻汁、鼻閉、くしゃみ。眼のかゆみあり。"],
        finding: "下鼻甲介 蒼白腫脹、水様鼻汁。結膜 充血。",
        advice: "マスク・眼鏡を励行。シーズン中は継続内服。",
        ..USUAL
    },
    Episode {
        disease: &diseases::CYSTITIS,
        days: 5,
        drugs: &[&drugs::CEFDITOREN],
        complaint: &["昨日から排尿時痛、頻尿、残尿感。発熱なし。"],
        finding: "CVA叩打痛なし。",
        advice: "水分を多めに。38℃以上の発熱時は再診。",
        from_age: 16,
        ..USUAL
    },
    Episode {
        disease: &diseases::URTICARIA,
        days: 14,
        drugs: &[&drugs::FEXOFENADINE],
        complaint: &["夕食後から体幹に膨疹、掻痒。呼吸苦なし。"],
        finding: "体幹・上肢に境界明瞭な膨疹。口腔粘膜 異常なし。",
        advice: "誘因の記録を。息苦しさがあれば救急要請。",
        ..USUAL
    },
    Episode {
        disease: &diseases::BACK_PAIN,
        days: 7,
        drugs: &[&drugs::LOXOPROFEN, &drugs::REBAMIPIDE],
        complaint: &["3日前、荷物を持ち上げた際に腰痛。下肢のしびれなし。"],
        finding: "L4/5傍脊柱筋に圧痛。SLR 陰性。",
        advice: "痛みの範囲で動く。しびれ・膀胱直腸障害があれば整形外科へ。",
        from_age: 18,
        ..USUAL
    },
    Episode {
        disease: &diseases::MIGRAINE,
        days: 10,
        drugs: &[&drugs::LOXOPROFEN],
        complaint: &["月に2–3回の拍動性頭痛。光過敏、嘔気を伴う。"],
        finding: "神経学的所見 異常なし。",
        advice: "頭痛ダイアリーを渡す。頻度 >= 4回/月なら予防薬を検討。",
        from_age: 14,
        ..USUAL
    },
    Episode {
        disease: &diseases::GASTRITIS,
        days: 14,
        drugs: &[&drugs::REBAMIPIDE, &drugs::LANSOPRAZOLE],
        complaint: &["空腹時の心窩部痛、胃もたれ。黒色便なし。"],
        finding: "心窩部に軽度圧痛。",
        advice: "刺激物・飲酒を控える。2週間で改善なければ内視鏡。",
        from_age: 15,
        ..USUAL
    },
    Episode {
        disease: &diseases::VERTIGO,
        days: 7,
        drugs: &[&drugs::BETAHISTINE],
        complaint: &["起床時から回転性めまい。耳鳴・難聴なし。構音障害なし。"],
        finding: "指鼻試験 正常。頭位変換で眼振(+)。",
        advice: "急な頭位変換を避ける。頭痛・麻痺があれば救急要請。",
        from_age: 30,
        ..USUAL
    },
    Episode {
        disease: &diseases::HEATSTROKE,
        months: [0, 0, 0, 0, 1, 4, 16, 16, 4, 0, 0, 0],
        fever: (37.5, 0.4),
        days: 3,
        drugs: &[&drugs::GOREISAN],
        complaint: &["屋外作業中に頭痛、筋けいれん。"],
        finding: "口腔 乾燥。意識清明。",
        advice: "点滴後に症状軽快。涼所で休養、塩分と水分を。",
        ..USUAL
    },
    Episode {
        disease: &diseases::ZOSTER,
        months: [2; 12],
        days: 7,
        drugs: &[&drugs::AMENAMEVIR, &drugs::ACETAMINOPHEN],
        complaint: &["3日前から左側胸部痛、昨日から水疱。"],
        finding: "左Th5領域に紅斑と小水疱の集簇。",
        advice: "痛みが残ることを説明。1週間後再診。",
        from_age: 40,
        ..USUAL
    },
    Episode {
        months: [9, 7, 5, 3, 2, 2, 2, 2, 3, 5, 7, 9],
        fever: (37.4, 0.4),
        days: 3,
        drugs: &[&drugs::KAKKONTO, &drugs::ACETAMINOPHEN],
        complaint: &["今朝から悪寒と項部のこわばり。汗はかいていない。"],
        finding: "咽頭 発赤なし。脈 浮・緊。",
        advice: "温かくして休養。3日で改善なければ再診。",
        ..USUAL
    },
];

/// The passing illnesses of a patient. Whoever does not come regularly has come at least once.
pub(crate) fn live(dice: &mut Dice, calendar: &Calendar, chart: &mut Chart, body: &Body) {
    let mut count = u32::from(!chart.regular);
    while count < 9 && dice.percent(if chart.regular { 52.0 } else { 55.0 }) {
        count += 1;
    }
    for _ in 0..count {
        let Some(day) = fall_ill(dice, calendar) else { continue };
        let episode = choose(dice, calendar, day, chart.person.age);
        let minute = time_of_day(dice, calendar.hours(day), (23..64).contains(&chart.person.age));
        let doctor = usize::from(dice.percent(40.0));
        come(dice, calendar, chart, body, episode, (day, minute, Stage::Finished, doctor));
    }
    if let Some(today) = chart.today().filter(|_| !chart.regular) {
        let episode = choose(dice, calendar, PAST, chart.person.age);
        come(dice, calendar, chart, body, episode, (PAST, today.minute, today.stage, today.doctor));
    }
}

/// A day in the past, more likely in winter.
fn fall_ill(dice: &mut Dice, calendar: &Calendar) -> Option<Day> {
    for _ in 0..8 {
        let day = dice.between(0, PAST - 1);
        let keen = match calendar.month(day) {
            12 | 1 => 100.0,
            2 | 3 => 88.0,
            11 => 78.0,
            4 | 10 => 66.0,
            _ => 54.0,
        };
        if dice.percent(keen) {
            return arrival(dice, calendar, day, false);
        }
    }
    None
}

fn choose(dice: &mut Dice, calendar: &Calendar, day: Day, age: i32) -> &'static Episode {
    let month = usize::from(calendar.month(day)) - 1;
    dice.weighted(EPISODES, |episode| if age >= episode.from_age { episode.months[month] } else { 0 })
}

fn come(
    dice: &mut Dice,
    calendar: &Calendar,
    chart: &mut Chart,
    body: &Body,
    episode: &'static Episode,
    (day, minute, stage, doctor): (Day, u16, Stage, usize),
) {
    let problem = chart.note_problem(episode.disease, day - dice.between(0, 3));
    let passed = day + i32::try_from(episode.days).unwrap_or(7) + dice.between(3, 9);
    if passed < PAST {
        chart.problems[problem].end = Some((passed, Outcome::Healed));
    }
    let visit = first_visit(dice, chart, body, episode, problem, (day, minute));
    chart.visits.push(Visit { stage, doctor, ..visit });
    if stage == Stage::Finished && day < PAST && dice.percent(18.0) {
        let Some(again) = arrival(dice, calendar, day + i32::try_from(episode.days).unwrap_or(5), false) else { return };
        if again > day {
            let vitals = Vitals { temperature: Some(tenths(dice.normal(36.5, 0.2))), ..Vitals::default() };
            let note = notes::follow_up(dice, episode, &vitals);
            let minute = time_of_day(dice, calendar.hours(again), false);
            chart.visits.push(Visit {
                day: again,
                minute,
                stage: Stage::Finished,
                reason: Reason::FollowUp,
                doctor,
                problems: vec![problem],
                vitals,
                labs: Vec::new(),
                orders: Vec::new(),
                vaccine: None,
                note: Some(note),
            });
        }
    }
}

fn first_visit(
    dice: &mut Dice,
    chart: &Chart,
    body: &Body,
    episode: &'static Episode,
    problem: usize,
    (day, minute): (Day, u16),
) -> Visit {
    let fever = dice.normal(episode.fever.0, episode.fever.1).clamp(35.4, 40.6);
    let old = chart.person.age >= 60;
    let vitals = Vitals {
        temperature: Some(tenths(fever)),
        saturation: (old || episode.short_of_breath > 0.0 || dice.percent(20.0))
            .then(|| tenths(dice.normal(98.0 - episode.short_of_breath, 0.7).min(100.0)) / 10 * 10),
        pressure: (old || dice.percent(25.0)).then(|| {
            let systolic = dice.normal(body.systolic + 4.0, 7.0).max(88.0);
            (tenths(systolic) / 10, tenths(systolic - body.gap) / 10)
        }),
        pulse: dice.percent(40.0).then(|| body.pulse(dice, (fever - 36.5).max(0.0))),
        ..Vitals::default()
    };
    let mut labs = Vec::new();
    if let Some((name, code, answer)) = episode.swab {
        labs.push(Finding::Word(name, code, answer));
    } else if fever > 38.0 && day > 700 {
        labs.push(Finding::Word("SARS-CoV-2抗原", "L-COV2", "陰性"));
    }
    if dice.percent(if fever > 37.8 || episode.short_of_breath > 0.5 { 22.0 } else { 5.0 }) {
        measured(&mut labs, &labs::CRP, dice.normal((fever - 36.3) * 1.6, 0.6).max(0.02));
        body.count(dice, body.hemoglobin, 6.0 + (fever - 36.5).max(0.0) * 1.5, &mut labs);
    }
    let allergic = |drug: &&&Drug| chart.allergies.iter().all(|allergen| !clashes(allergen.name, drug.name));
    let mut orders: Vec<Order> = Vec::new();
    for (nth, drug) in episode.drugs.iter().filter(allergic).enumerate() {
        if nth == 0 || dice.percent(68.0) {
            orders.push(Order { drug, days: if drug.usage == drugs::AS_NEEDED { 10 } else { episode.days } });
        }
    }
    let note = notes::acute(dice, episode, &vitals, &labs, &orders);
    Visit {
        day,
        minute,
        stage: Stage::Finished,
        reason: Reason::Acute,
        doctor: 0,
        problems: vec![problem],
        vitals,
        labs,
        orders,
        vaccine: None,
        note: Some(note),
    }
}

/// Nobody is given what they are allergic to.
fn clashes(allergen: &str, drug: &str) -> bool {
    match allergen {
        "ペニシリン系抗菌薬" | "セフェム系抗菌薬" => drug.contains("セフ"),
        "アスピリン" | "ロキソプロフェン" => drug.contains("ロキソプロフェン"),
        _ => false,
    }
}
