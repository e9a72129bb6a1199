//! Latin letters read as kana: Hepburn, Kunrei, passport spellings.

/// How far the readings of one word may multiply: the plain one first, then those with long vowels.
const READINGS_MAX: usize = 16;

/// The kana readings that a word in Latin letters may stand for, in the form of [`super::fold`], the
/// plainest first. Passport spelling drops long vowels (Yuko is ゆうこ or ゆこ, Ono is おおの or おの) and
/// runs ん into a vowel (Kenichi), so there may be several; at most 16. None if it is not romaji.
#[must_use]
pub fn readings(text: &str) -> Vec<String> {
    let folded = super::fold(text);
    if folded.is_empty() || !folded.bytes().all(|b| b.is_ascii_lowercase() || b == b'\'' || b == b'-') {
        return Vec::new();
    }
    let letters = folded.replace('-', "");
    let Some(syllables) = split(&letters) else { return Vec::new() };
    let mut found = vec![String::new()];
    for (at, syllable) in syllables.iter().enumerate() {
        let last = at + 1 == syllables.len();
        let plain = found.len();
        for alternative in syllable.alternatives(last) {
            for i in 0..plain {
                if found.len() - plain < READINGS_MAX {
                    found.push(format!("{}{alternative}", found[i]));
                }
            }
        }
        found.drain(..plain);
    }
    found.dedup();
    found
}

/// One syllable as it was written.
struct Syllable {
    kana: &'static str,
    /// How its vowel can be lengthened without being written: う after u, う and お after o.
    lengthened: &'static [&'static str],
    /// Written as な-row after a vowel that may have been ん and a bare vowel.
    split_n: Option<&'static str>,
}

impl Syllable {
    /// In prefix search the last vowel needs no lengthening: the short one already finds the long.
    fn alternatives(&self, last: bool) -> Vec<String> {
        let kana = super::fold(self.kana);
        let mut all = vec![kana.clone()];
        if !last {
            all.extend(self.lengthened.iter().map(|long| format!("{kana}{long}")));
        }
        all.extend(self.split_n.map(str::to_owned));
        all
    }
}

fn split(letters: &str) -> Option<Vec<Syllable>> {
    let mut syllables: Vec<Syllable> = Vec::new();
    let mut rest = letters;
    while !rest.is_empty() {
        let (kana, taken) = next(rest)?;
        let after = &rest[taken..];
        // "oh" writes a long o (Ohno, Satoh) unless the h begins a syllable of its own.
        let oh = rest[..taken].ends_with('o')
            && after.starts_with('h')
            && !after[1..].starts_with(['a', 'i', 'u', 'e', 'o', 'y']);
        let lengthened: &'static [&'static str] = match rest.as_bytes()[taken - 1] {
            b'o' if !after.starts_with(['o', 'u']) => &["う", "お"],
            b'u' if !after.starts_with('u') => &["う"],
            _ => &[],
        };
        let split_n = if syllables.is_empty() { None } else { split_n(&rest[..taken]) };
        if oh {
            syllables.push(Syllable { kana, lengthened: &[], split_n });
            let kana = if rest[..taken].len() == 1 { "お" } else { "う" };
            syllables.push(Syllable { kana, lengthened: &[], split_n: None });
            rest = &after[1..];
        } else {
            syllables.push(Syllable { kana, lengthened, split_n });
            rest = after;
        }
    }
    Some(syllables)
}

fn split_n(syllable: &str) -> Option<&'static str> {
    Some(match syllable {
        "na" => "んあ",
        "ni" => "んい",
        "nu" => "んう",
        "ne" => "んえ",
        "no" => "んお",
        "nya" => "んや",
        "nyu" => "んゆ",
        "nyo" => "んよ",
        _ => return None,
    })
}

/// The kana at the start and how many letters it took.
fn next(rest: &str) -> Option<(&'static str, usize)> {
    let bytes = rest.as_bytes();
    let following = bytes.get(1).copied();
    // n before a consonant, an apostrophe or the end; m before b, m, p (Hepburn: Homma, Shimbashi).
    match (bytes[0], following) {
        (b'n', None) => return Some(("ん", 1)),
        (b'n', Some(b'\'')) => return Some(("ん", 2)),
        (b'n', Some(c)) if !b"aiueoy".contains(&c) => return Some(("ん", 1)),
        (b'm', Some(b'b' | b'm' | b'p')) => return Some(("ん", 1)),
        (b't', Some(b'c')) => return Some(("っ", 1)),
        (c, Some(d)) if c == d && !b"aiueon".contains(&c) => return Some(("っ", 1)),
        _ => {}
    }
    (1..=rest.len().min(4)).rev().find_map(|length| {
        let syllable = rest.get(..length)?;
        TABLE.binary_search_by_key(&syllable, |&(latin, _)| latin).ok().map(|at| (TABLE[at].1, length))
    })
}

/// Sorted by the Latin spelling; kept in lines as a page of syllables, which rustfmt would make 180 of.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("a", "あ"), ("ba", "ば"), ("be", "べ"), ("bi", "び"), ("bo", "ぼ"), ("bu", "ぶ"), ("bya", "びゃ"), ("byo", "びょ"), ("byu", "びゅ"),
    ("cha", "ちゃ"), ("che", "ちぇ"), ("chi", "ち"), ("cho", "ちょ"), ("chu", "ちゅ"), ("da", "だ"), ("de", "で"), ("di", "ぢ"), ("do", "ど"),
    ("du", "づ"), ("dya", "ぢゃ"), ("dyo", "ぢょ"), ("dyu", "ぢゅ"), ("dzu", "づ"), ("e", "え"), ("fa", "ふぁ"), ("fe", "ふぇ"), ("fi", "ふぃ"),
    ("fo", "ふぉ"), ("fu", "ふ"), ("ga", "が"), ("ge", "げ"), ("gi", "ぎ"), ("go", "ご"), ("gu", "ぐ"), ("gya", "ぎゃ"), ("gyo", "ぎょ"),
    ("gyu", "ぎゅ"), ("ha", "は"), ("he", "へ"), ("hi", "ひ"), ("ho", "ほ"), ("hu", "ふ"), ("hya", "ひゃ"), ("hyo", "ひょ"), ("hyu", "ひゅ"),
    ("i", "い"), ("ja", "じゃ"), ("je", "じぇ"), ("ji", "じ"), ("jo", "じょ"), ("ju", "じゅ"), ("jya", "じゃ"), ("jyo", "じょ"), ("jyu", "じゅ"),
    ("ka", "か"), ("ke", "け"), ("ki", "き"), ("ko", "こ"), ("ku", "く"), ("kya", "きゃ"), ("kyo", "きょ"), ("kyu", "きゅ"), ("ma", "ま"),
    ("me", "め"), ("mi", "み"), ("mo", "も"), ("mu", "む"), ("mya", "みゃ"), ("myo", "みょ"), ("myu", "みゅ"), ("na", "な"), ("ne", "ね"),
    ("ni", "に"), ("no", "の"), ("nu", "ぬ"), ("nya", "にゃ"), ("nyo", "にょ"), ("nyu", "にゅ"), ("o", "お"), ("pa", "ぱ"), ("pe", "ぺ"),
    ("pi", "ぴ"), ("po", "ぽ"), ("pu", "ぷ"), ("pya", "ぴゃ"), ("pyo", "ぴょ"), ("pyu", "ぴゅ"), ("ra", "ら"), ("re", "れ"), ("ri", "り"),
    ("ro", "ろ"), ("ru", "る"), ("rya", "りゃ"), ("ryo", "りょ"), ("ryu", "りゅ"), ("sa", "さ"), ("se", "せ"), ("sha", "しゃ"), ("she", "しぇ"),
    ("shi", "し"), ("sho", "しょ"), ("shu", "しゅ"), ("si", "し"), ("so", "そ"), ("su", "す"), ("sya", "しゃ"), ("syo", "しょ"), ("syu", "しゅ"),
    ("ta", "た"), ("te", "て"), ("ti", "ち"), ("to", "と"), ("tsu", "つ"), ("tu", "つ"), ("tya", "ちゃ"), ("tyo", "ちょ"), ("tyu", "ちゅ"),
    ("u", "う"), ("va", "ゔぁ"), ("ve", "ゔぇ"), ("vi", "ゔぃ"), ("vo", "ゔぉ"), ("vu", "ゔ"), ("wa", "わ"), ("we", "うぇ"), ("wi", "うぃ"),
    ("wo", "を"), ("ya", "や"), ("yo", "よ"), ("yu", "ゆ"), ("za", "ざ"), ("ze", "ぜ"), ("zi", "じ"), ("zo", "ぞ"), ("zu", "ず"), ("zya", "じゃ"),
    ("zyo", "じょ"), ("zyu", "じゅ"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_latin_letters_find_their_kana() {
        for (latin, kana) in [
            ("yamada", "やまだ"),
            ("YAMADA", "やまだ"),
            ("Satoh", "サトウ"),
            ("sato", "サト"),
            ("Ohno", "オオノ"),
            ("ono", "オオノ"),
            ("ono", "オノ"),
            ("Yuko", "ユウコ"),
            ("Koichi", "コウイチ"),
            ("Kouichi", "コウイチ"),
            ("Kōichi", "コウイチ"),
            ("Kenichi", "ケンイチ"),
            ("Ken'ichi", "ケンイチ"),
            ("Jun-ichi", "ジュンイチ"),
            ("Hattori", "ハットリ"),
            ("Hatchoubori", "ハッチョウボリ"),
            ("Homma", "ホンマ"),
            ("Honma", "ホンマ"),
            ("Shimbashi", "シンバシ"),
            ("Tuda", "ツダ"),
            ("Tsuda", "ツダ"),
            ("Huzita", "フジタ"),
            ("Fujita", "フジタ"),
            ("syouzi", "ショウジ"),
            ("Shin", "シン"),
            ("Konno", "コンノ"),
            ("Ohara", "オハラ"),
            ("Jyunko", "ジュンコ"),
        ] {
            let found = readings(latin);
            assert!(found.contains(&super::super::fold(kana)), "{latin} {kana} {found:?}");
            assert!(found.len() <= READINGS_MAX);
        }
    }

    #[test]
    fn other_words_are_not_romaji() {
        for word in ["smith", "", "x1", "山田", "mcdonald", "lee'", "qua"] {
            assert_eq!(readings(word), Vec::<String>::new(), "{word}");
        }
    }

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
