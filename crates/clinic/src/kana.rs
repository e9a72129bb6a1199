//! Folding of Japanese text for search: one form in which 山田, ﾔﾏﾀﾞ and やまだ, 髙橋 and 高橋 meet their like.
//!
//! [`fold`] loses what a person at the desk does not type the same way twice: width, katakana or hiragana,
//! large or small kana, letter case, accents, spaces, and the variant of a character ([`itaiji`]).
//! It is for finding; what is found is ranked by the spelling as written, so that 髙橋 comes before 高橋
//! when 髙橋 was asked for.

mod itaiji;
mod romaji;

pub use romaji::readings;

use unicode_normalization::UnicodeNormalization;

/// The form in which texts are compared. Idempotent for the texts of a clinic (Japanese, Latin, digits).
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.bytes().filter(|b| b.is_ascii_graphic()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc().filter(|&c| !is_ignored(c)).flat_map(char::to_lowercase) {
        match c {
            'ー' => folded.push(long_vowel(&folded)),
            // An iteration mark stands for the character before it: 佐々木, いすゞ.
            '々' | '〻' | 'ゝ' | 'ヽ' => {
                let before = folded.chars().next_back().unwrap_or(c);
                folded.push(before);
            }
            'ゞ' | 'ヾ' => {
                let before = folded.chars().next_back().unwrap_or(c);
                folded.push(voiced(before));
            }
            '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
            '\u{2018}' | '\u{2019}' => folded.push('\''),
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => folded.extend(c.nfkd().filter(|&c| !is_combining(c))),
            _ if is_combining(c) => {}
            _ => folded.push(itaiji::standard(hiragana(c))),
        }
    }
    folded
}

/// A key under which names that sound alike meet: [`fold`] with long vowels made short
/// (おおの and おの, こういち and こいち) and Latin letters read as kana. Ideographs stay as they are.
#[must_use]
pub fn phonetic(text: &str) -> String {
    let folded = fold(text);
    let kana = if folded.is_ascii() { readings(&folded).into_iter().next().unwrap_or(folded) } else { folded };
    let mut key = String::with_capacity(kana.len());
    for c in kana.chars() {
        let lengthens = match (key.chars().next_back().and_then(vowel), c) {
            (Some('お'), 'う') | (Some('え'), 'い') => true,
            (Some(v), c) => v == c,
            (None, _) => false,
        };
        if !lengthens {
            key.push(c);
        }
    }
    key
}

/// Whether any character is kana, full or half width.
#[must_use]
pub fn has_kana(text: &str) -> bool {
    text.chars().any(|c| matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{ff66}'..='\u{ff9d}'))
}

/// Digits alone, full width included: telephone numbers are compared by these.
#[must_use]
pub fn digits(text: &str) -> String {
    text.nfkc().filter(char::is_ascii_digit).collect()
}

/// Spaces, controls, middle dots, and the selectors that pick a glyph of an ideograph (IVS).
fn is_ignored(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '・' | '\u{b7}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180f}')
}

/// Marks left over once letters are decomposed, and kana sound marks that had nothing to join.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '゛' | '゜')
}

/// Katakana to hiragana, small kana to large (receipt computers write シヨウ for ショウ),
/// and the kana that modern readings write another way (ゐ, ゑ, ぢ, づ, ゔ, を).
fn hiragana(c: char) -> char {
    let c = match c {
        'ァ'..='ヶ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        'ヷ' => 'わ',
        'ヸ' => 'い',
        'ヹ' => 'え',
        'ヺ' => 'お',
        _ => c,
    };
    match c {
        'ぁ' => 'あ',
        'ぃ' | 'ゐ' => 'い',
        'ぅ' => 'う',
        'ぇ' | 'ゑ' => 'え',
        'ぉ' | 'を' => 'お',
        'っ' => 'つ',
        'ゃ' => 'や',
        'ゅ' => 'ゆ',
        'ょ' => 'よ',
        'ゎ' => 'わ',
        'ゕ' => 'か',
        'ゖ' => 'け',
        'ぢ' => 'じ',
        'づ' => 'ず',
        'ゔ' => 'ぶ',
        _ => c,
    }
}

/// What a long-vowel mark after this text stands for: オーノ is おおの, コーイチ こういち, ケーコ けいこ.
/// After anything but kana it was meant as a hyphen (１ー２ in an address).
fn long_vowel(before: &str) -> char {
    let mut reversed = before.chars().rev();
    match reversed.next() {
        Some('お') => 'お',
        Some(c) => match vowel(c) {
            Some('お') => 'う',
            Some('え') => 'い',
            Some(v) => v,
            None => '-',
        },
        None => '-',
    }
}

/// The vowel a large hiragana ends in.
fn vowel(c: char) -> Option<char> {
    const ROWS: [(char, &str); 5] = [
        ('あ', "あかがさざただなはばぱまやらわ"),
        ('い', "いきぎしじちにひびぴみり"),
        ('う', "うくぐすずつぬふぶぷむゆる"),
        ('え', "えけげせぜてでねへべぺめれ"),
        ('お', "おこごそぞとどのほぼぽもよろ"),
    ];
    ROWS.iter().find(|(_, row)| row.contains(c)).map(|&(v, _)| v)
}

/// The voiced form of a kana, for ゞ.
fn voiced(c: char) -> char {
    const PLAIN: &str = "かきくけこさしすせそたちつてとはひふへほ";
    const VOICED: &str = "がぎぐげござじずぜぞだじずでどばびぶべぼ";
    PLAIN.chars().zip(VOICED.chars()).find(|&(plain, _)| plain == c).map_or(c, |(_, voiced)| voiced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name_meet() {
        for (a, b) in [
            ("ヤマダ", "やまだ"),
            ("ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ　たろう"),
            ("髙橋", "高橋"),
            ("齋藤", "斉藤"),
            ("斎藤", "齊藤"),
            ("渡邉", "渡辺"),
            ("渡邊", "渡辺"),
            ("山﨑", "山崎"),
            ("𠮷野", "吉野"),
            ("濵田", "浜田"),
            ("中嶋", "中島"),
            ("小澤", "小沢"),
            ("廣國", "広国"),
            ("葛\u{e0100}城", "葛城"),
            ("佐佐木", "佐々木"),
            ("いすゞ", "イスズ"),
            ("オーノ", "おおの"),
            ("コーイチ", "こういち"),
            ("ケーコ", "けいこ"),
            ("ショウコ", "シヨウコ"),
            ("ハットリ", "ﾊﾂﾄﾘ"),
            ("ＭＩＬＬＥＲ", "Miller"),
            ("Émilie", "emilie"),
            ("ジャン・ポール", "ジャンポール"),
            ("１ー２ー３", "1-2-3"),
            ("O’Brien", "o'brien"),
            ("神\u{fa19}", "神神"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
    }

    #[test]
    fn different_names_stay_apart() {
        for (a, b) in [
            ("小野", "大野"),
            ("おの", "おおの"),
            ("高橋", "高梨"),
            ("浜田", "浜口"),
            ("かな", "がな"),
            ("はは", "ぱぱ"),
        ] {
            assert_ne!(fold(a), fold(b), "{a} {b}");
        }
    }

    #[test]
    fn what_sounds_alike_has_one_key() {
        for (a, b) in [
            ("オオノ", "ono"),
            ("コウイチ", "koichi"),
            ("コーイチ", "Kōichi"),
            ("ゆうこ", "YUKO"),
            ("けいこ", "keiko"),
            ("ケーコ", "けこ"),
        ] {
            assert_eq!(phonetic(a), phonetic(b), "{a} {b}");
        }
        assert_ne!(phonetic("さとう"), phonetic("かとう"));
    }

    #[test]
    fn a_telephone_number_is_its_digits() {
        assert_eq!(digits("０９０-1234（5678）"), "09012345678");
        assert!(has_kana("山田ﾀﾛｳ") && !has_kana("山田太郎"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "[ -~ぁ-んァ-ヶーｦ-ﾟ一-龥々ゝゞＡ-Ｚａ-ｚ０-９À-ÿ　・𠮷髙﨑]{0,24}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn any_text_is_folded_without_panic(text: String) {
            let _ = (fold(&text), phonetic(&text), digits(&text));
        }
    }
}
