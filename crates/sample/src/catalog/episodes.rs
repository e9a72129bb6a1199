//! Illnesses that pass: when they come, how they show, what is ordered and said.

use crate::catalog::diseases::{self, Disease};
use crate::catalog::drugs::{self, Drug};

/// How an illness that passes shows itself and what is ordered for it.
pub(crate) struct Episode {
    pub(crate) disease: &'static Disease,
    /// How many, January to December.
    pub(crate) months: [u32; 12],
    /// Body temperature and its spread.
    pub(crate) fever: (f64, f64),
    /// Percent of oxygen below healthy.
    pub(crate) short_of_breath: f64,
    /// Days, drugs; the first is always given, the others mostly.
    pub(crate) days: u32,
    pub(crate) drugs: &'static [&'static Drug],
    pub(crate) complaint: &'static [&'static str],
    pub(crate) finding: &'static str,
    pub(crate) advice: &'static str,
    /// A swab with its answer.
    pub(crate) swab: Option<(&'static str, &'static str, &'static str)>,
    /// Done for one in four.
    pub(crate) act: Option<&'static str>,
    pub(crate) from_age: i32,
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
    act: None,
    from_age: 3,
};

/// All of them; a cold is by far the commonest.
pub(crate) const EPISODES: &[Episode] = &[
    Episode {
        months: [70, 62, 48, 42, 34, 30, 30, 26, 36, 48, 58, 68],
        fever: (37.0, 0.5),
        drugs: &[&drugs::ACETAMINOPHEN, &drugs::CARBOCISTEINE, &drugs::DEXTROMETHORPHAN, &drugs::TRANEXAMIC],
        complaint: &[
            "3日前から咽頭痛、鼻汁、咳嗽。",
            "昨日から発熱、鼻汁。食事は摂れている。",
            "2日前から咳嗽と微熱。家族に同じ症状あり。",
        ],
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
        act: Some("胸部X線撮影"),
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
        act: Some("胸部X線撮影"),
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
        act: Some("点滴注射"),
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
        act: Some("腹部超音波検査"),
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
        act: Some("点滴注射"),
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
        act: Some("点滴注射"),
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
