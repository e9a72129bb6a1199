//! Where patients live: real towns around the clinic with their postcodes, a few far away. House numbers are drawn.

/// Prefecture, city, town, postcode, how many of a thousand.
#[derive(Debug)]
pub(crate) struct Town {
    pub(crate) state: &'static str,
    pub(crate) city: &'static str,
    pub(crate) town: &'static str,
    pub(crate) postcode: &'static str,
    pub(crate) weight: u32,
}

const fn near(city: &'static str, town: &'static str, postcode: &'static str, weight: u32) -> Town {
    Town { state: "東京都", city, town, postcode, weight }
}

const fn far(state: &'static str, city: &'static str, town: &'static str, postcode: &'static str) -> Town {
    Town { state, city, town, postcode, weight: 3 }
}

/// The clinic stands in the first.
pub(crate) const TOWNS: &[Town] = &[
    near("武蔵野市", "西久保", "180-0013", 90),
    near("武蔵野市", "中町", "180-0006", 80),
    near("武蔵野市", "関前", "180-0014", 70),
    near("武蔵野市", "緑町", "180-0012", 60),
    near("武蔵野市", "吉祥寺北町", "180-0001", 50),
    near("武蔵野市", "吉祥寺東町", "180-0002", 25),
    near("武蔵野市", "吉祥寺南町", "180-0003", 30),
    near("武蔵野市", "吉祥寺本町", "180-0004", 40),
    near("武蔵野市", "御殿山", "180-0005", 25),
    near("武蔵野市", "八幡町", "180-0011", 35),
    near("武蔵野市", "桜堤", "180-0021", 20),
    near("武蔵野市", "境", "180-0022", 45),
    near("武蔵野市", "境南町", "180-0023", 40),
    near("三鷹市", "上連雀", "181-0012", 60),
    near("三鷹市", "下連雀", "181-0013", 70),
    near("三鷹市", "井の頭", "181-0001", 20),
    near("三鷹市", "牟礼", "181-0002", 18),
    near("三鷹市", "井口", "181-0011", 25),
    near("三鷹市", "深大寺", "181-0016", 12),
    near("三鷹市", "大沢", "181-0015", 10),
    near("西東京市", "新町", "202-0023", 25),
    near("西東京市", "柳沢", "202-0022", 20),
    near("西東京市", "東伏見", "202-0021", 18),
    near("小金井市", "東町", "184-0011", 20),
    near("小金井市", "梶野町", "184-0002", 18),
    near("小金井市", "本町", "184-0004", 12),
    near("練馬区", "関町南", "177-0053", 15),
    near("練馬区", "立野町", "177-0054", 12),
    near("杉並区", "善福寺", "167-0041", 10),
    near("杉並区", "西荻北", "167-0042", 8),
    far("埼玉県", "所沢市", "くすのき台", "359-0037"),
    far("神奈川県", "川崎市多摩区", "登戸", "214-0014"),
    far("千葉県", "船橋市", "本町", "273-0005"),
    far("大阪府", "大阪市北区", "梅田", "530-0001"),
    far("北海道", "札幌市中央区", "北一条西", "060-0001"),
    far("沖縄県", "那覇市", "泉崎", "900-0021"),
];

/// Blocks of flats; half the people of a town live in a house without a name.
pub(crate) const BUILDINGS: &[&str] = &[
    "コーポひばり",
    "メゾン桜",
    "武蔵野ハイツ",
    "グリーンテラス",
    "第二みどり荘",
    "パークサイド",
    "サンライズ",
    "けやきハイム",
];
