//! Drugs by general name (一般名処方) and how they are taken. Drug codes have the form of the list; not each was looked up
//! in it (nothing here is billed). Usage codes are JAMI's; 頓服 and inhalations are written as text.

/// How often and when.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    /// JAMI 16-digit code.
    pub(crate) code: Option<&'static str>,
    pub(crate) text: &'static str,
    /// Times a day.
    pub(crate) times: u32,
}

pub(crate) const MORNING: Usage = Usage { code: Some("1011000400000000"), text: "1日1回 朝食後", times: 1 };
pub(crate) const EVENING: Usage = Usage { code: Some("1011040000000000"), text: "1日1回 夕食後", times: 1 };
pub(crate) const BEDTIME: Usage = Usage { code: Some("1011100000000000"), text: "1日1回 就寝前", times: 1 };
pub(crate) const RISING: Usage = Usage { code: Some("1011000090000000"), text: "1日1回 起床時", times: 1 };
pub(crate) const TWICE: Usage = Usage { code: Some("1012040400000000"), text: "1日2回 朝夕食後", times: 2 };
pub(crate) const THRICE: Usage = Usage { code: Some("1013044400000000"), text: "1日3回 朝昼夕食後", times: 3 };
pub(crate) const BEFORE_MEALS: Usage =
    Usage { code: Some("1013011100000000"), text: "1日3回 朝昼夕食前", times: 3 };
pub(crate) const AS_NEEDED: Usage =
    Usage { code: None, text: "発熱時・疼痛時 頓用 6時間以上あける", times: 1 };
pub(crate) const INHALED: Usage = Usage { code: None, text: "1日2回 吸入 吸入後うがい", times: 2 };

/// The unit a drug is counted in (MERIT-9 code and its word).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unit(pub(crate) &'static str, pub(crate) &'static str);

const TABLET: Unit = Unit("TAB", "錠");
const CAPSULE: Unit = Unit("CAP", "カプセル");
const PACKET: Unit = Unit("PCK", "包");
const KIT: Unit = Unit("KIT", "キット");

/// A drug as it is ordered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Drug {
    /// As printed on the prescription.
    pub(crate) name: &'static str,
    /// 一般名処方マスタ: the price-list code with ZZZ for the maker.
    pub(crate) code: &'static str,
    pub(crate) unit: Unit,
    /// Units each time.
    pub(crate) dose: u32,
    pub(crate) usage: Usage,
    /// A maker's product is meant, or it is a drug kept safe by law: not to be replaced.
    pub(crate) keep: bool,
}

const fn drug(name: &'static str, code: &'static str, unit: Unit, dose: u32, usage: Usage) -> Drug {
    Drug { name, code, unit, dose, usage, keep: false }
}

pub(crate) const AMLODIPINE_2_5: Drug = drug("【般】アムロジピン錠2.5mg", "2171022F1ZZZ", TABLET, 1, MORNING);
pub(crate) const AMLODIPINE_5: Drug = drug("【般】アムロジピン錠5mg", "2171022F2ZZZ", TABLET, 1, MORNING);
pub(crate) const TELMISARTAN: Drug = drug("【般】テルミサルタン錠40mg", "2149042F2ZZZ", TABLET, 1, MORNING);
pub(crate) const METFORMIN_250: Drug = drug("【般】メトホルミン塩酸塩錠250mg:MT", "3962002F2ZZZ", TABLET, 1, TWICE);
pub(crate) const METFORMIN_500: Drug = drug("【般】メトホルミン塩酸塩錠500mg:MT", "3962002F3ZZZ", TABLET, 1, TWICE);
pub(crate) const SITAGLIPTIN: Drug = drug("【般】シタグリプチン錠50mg", "3969010F2ZZZ", TABLET, 1, MORNING);
pub(crate) const ROSUVASTATIN: Drug = drug("【般】ロスバスタチン錠2.5mg", "2189017F1ZZZ", TABLET, 1, EVENING);
pub(crate) const FEBUXOSTAT: Drug = drug("【般】フェブキソスタット錠10mg", "3949003F1ZZZ", TABLET, 1, MORNING);
pub(crate) const LANSOPRAZOLE: Drug =
    drug("【般】ランソプラゾール口腔内崩壊錠15mg", "2329023F1ZZZ", TABLET, 1, EVENING);
pub(crate) const SYMBICORT: Drug =
    Drug { keep: true, ..drug("シムビコートタービュヘイラー60吸入", "2290800G2ZZZ", KIT, 1, INHALED) };
pub(crate) const LEVOTHYROXINE: Drug = drug("【般】レボチロキシンNa錠50μg", "2431004F1ZZZ", TABLET, 1, RISING);
pub(crate) const ALFACALCIDOL: Drug =
    drug("【般】アルファカルシドールカプセル0.5μg", "3112001M2ZZZ", CAPSULE, 1, MORNING);
pub(crate) const LEMBOREXANT: Drug =
    Drug { keep: true, ..drug("デエビゴ錠2.5mg", "1190023F1ZZZ", TABLET, 1, BEDTIME) };
pub(crate) const MAGNESIUM: Drug = drug("【般】酸化マグネシウム錠330mg", "2344009F2ZZZ", TABLET, 1, THRICE);
pub(crate) const IRON: Drug = drug("【般】クエン酸第一鉄Na錠50mg", "3222013F1ZZZ", TABLET, 2, EVENING);
pub(crate) const FEXOFENADINE: Drug = drug("【般】フェキソフェナジン塩酸塩錠60mg", "4490023F1ZZZ", TABLET, 1, TWICE);
pub(crate) const ACETAMINOPHEN: Drug = drug("【般】アセトアミノフェン錠200mg", "1141007F1ZZZ", TABLET, 2, AS_NEEDED);
pub(crate) const CARBOCISTEINE: Drug = drug("【般】カルボシステイン錠500mg", "2233002F2ZZZ", TABLET, 1, THRICE);
pub(crate) const DEXTROMETHORPHAN: Drug =
    drug("【般】デキストロメトルファン臭化水素酸塩錠15mg", "2223001F1ZZZ", TABLET, 1, THRICE);
pub(crate) const TRANEXAMIC: Drug = drug("【般】トラネキサム酸錠250mg", "3327002F1ZZZ", TABLET, 1, THRICE);
pub(crate) const OSELTAMIVIR: Drug = drug("【般】オセルタミビルカプセル75mg", "6250021M1ZZZ", CAPSULE, 1, TWICE);
pub(crate) const CLARITHROMYCIN: Drug = drug("【般】クラリスロマイシン錠200mg", "6149003F2ZZZ", TABLET, 1, TWICE);
pub(crate) const CEFDITOREN: Drug = drug("【般】セフジトレンピボキシル錠100mg", "6132015F1ZZZ", TABLET, 1, THRICE);
pub(crate) const PROBIOTIC: Drug = drug("ビオフェルミン配合散", "2316020B1ZZZ", PACKET, 1, THRICE);
pub(crate) const REBAMIPIDE: Drug = drug("【般】レバミピド錠100mg", "2329021F1ZZZ", TABLET, 1, THRICE);
pub(crate) const LOXOPROFEN: Drug = drug("【般】ロキソプロフェンNa錠60mg", "1149019F1ZZZ", TABLET, 1, THRICE);
pub(crate) const BETAHISTINE: Drug = drug("【般】ベタヒスチンメシル酸塩錠6mg", "1339005F1ZZZ", TABLET, 1, THRICE);
pub(crate) const GOREISAN: Drug = drug("ツムラ五苓散エキス顆粒(医療用)", "5200048D1ZZZ", PACKET, 1, BEFORE_MEALS);
pub(crate) const KAKKONTO: Drug = drug("ツムラ葛根湯エキス顆粒(医療用)", "5200013D1ZZZ", PACKET, 1, BEFORE_MEALS);
pub(crate) const AMENAMEVIR: Drug = drug("アメナリーフ錠200mg", "6250046F1ZZZ", TABLET, 2, MORNING);
