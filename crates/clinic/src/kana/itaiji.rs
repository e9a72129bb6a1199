//! 異体字: the variants of a character that stand in names and addresses, folded to the one in daily use.
//!
//! Compatibility ideographs (神, 福, 都 …) are already folded by NFKC and are not repeated here.
//! Characters that are names of their own are kept apart (碕 and 崎, 栢 and 柏, 畠 and 畑).

use std::sync::OnceLock;

/// The standard character for a variant, the character itself otherwise.
pub(super) fn standard(c: char) -> char {
    // Every variant lies at or above the first CJK extension; Latin and kana leave here at once.
    if c < '\u{3400}' {
        return c;
    }
    static SORTED: OnceLock<Vec<(char, char)>> = OnceLock::new();
    let table = SORTED.get_or_init(|| {
        let mut pairs: Vec<(char, char)> =
            groups().flat_map(|(to, variants)| variants.map(move |from| (from, to))).collect();
        pairs.sort_unstable();
        pairs
    });
    table.binary_search_by_key(&c, |&(from, _)| from).map_or(c, |at| table[at].1)
}

fn groups() -> impl Iterator<Item = (char, std::str::Chars<'static>)> {
    TABLE.split_whitespace().filter_map(|group| {
        let mut chars = group.chars();
        chars.next().map(|to| (to, chars))
    })
}

/// One group per word: the standard character, then its variants.
const TABLE: &str = "
    亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應
    欧歐 殴毆 桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 拡擴 殻殼 覚覺
    学學斈 岳嶽 楽樂 勧勸 巻卷 寛寬 陥陷 歓歡 関關 缶罐 観觀 顔顏 気氣 帰歸 亀龜 偽僞 戯戲
    犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 狭狹 郷鄕 暁曉 区區 駆驅駈 勲勳 薫薰 径徑 恵惠 掲揭
    渓溪 経經 蛍螢 軽輕 継繼 鶏鷄雞 芸藝 撃擊 欠缺 研硏 県縣 倹儉 剣劍劔剱釼 険險 圏圈 検檢
    献獻 権權 顕顯 験驗 厳嚴 広廣 効效 恒恆 黄黃 鉱鑛 号號 国國圀 黒黑 砕碎 済濟 剤劑 雑雜
    参參 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫 釈釋 寿壽 収收 従從
    渋澁澀 獣獸 縦縱 粛肅 処處 緒緖 叙敍敘 将將 称稱 焼燒 証證 奨獎 条條 状狀 乗乘 浄淨
    剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 寝寢 慎愼 晋晉 真眞 尽盡 図圖 粋粹 酔醉
    穂穗 随隨 髄髓 枢樞 数數 瀬瀨 声聲 静靜 斉齊斎齋斊 摂攝 窃竊 専專 戦戰 浅淺 潜潛 繊纖
    践踐 銭錢 禅禪 曽曾 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 装裝 騒騷 増增 蔵藏 臓臟 即卽
    属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧 択擇 沢澤 単單 担擔 胆膽 団團 断斷 弾彈
    遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 鎮鎭 逓遞 鉄鐵銕鐡 点點 転轉 伝傳 党黨 盗盜
    灯燈 当當 闘鬪鬭 徳德悳 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發
    髪髮 抜拔 蛮蠻 秘祕 浜濱濵 瓶甁 払拂 仏佛 併倂 並竝 餅餠 辺邊邉 変變 弁辨瓣辯 歩步 宝寶
    豊豐 褒襃 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣
    謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩 猟獵 緑綠 涙淚 塁壘 礼禮 励勵 霊靈 齢齡 暦曆 歴歷
    恋戀 炉爐 労勞 郎郞 楼樓 録錄 湾灣 高髙 崎﨑嵜 島嶋嶌隝 吉𠮷 富冨 峰峯 館舘 桑桒 柳栁桺
    松柗枩 船舩 野埜 橋槗𣘺 淵渕渊 鶴靏靍靎 桧檜 槙槇 遥遙 尭堯 凛凜 祢禰 祷禱 穣穰 莱萊
    砺礪 篭籠 諌諫 侠俠 壺壷 梼檮 涛濤 迩邇 靭靱 侭儘 薮藪 芦蘆 間閒 土𡈽 丈𠀋 清淸 青靑
    教敎 戸戶 呉吳 内內 痩瘦 禄祿 倶俱 悦悅 説說 税稅 鋭銳 脱脫 概槪 産產 繋繫 彦彥 珍珎
    略畧 磯礒 秋穐龝秌 奇竒 旗籏 群羣 翠翆 聡聰 皐臯皋 萌萠 裏裡 遠逺 鎌鐮 面靣 穎頴 麹麴
    蒋蔣 沖冲 涼凉 卒卆 厨廚 喜㐂 回囬囘 卯夘 巌巖嵓 并幷 既旣 晃晄 映暎 昇曻 昂昻 皓晧
    櫟檪 熙煕凞 瑶瑤 留畄 畝畆 年秊 稲稻 窓窻窗 荊荆 蓋葢 園薗 蘇蘓 蝉蟬 讃讚 猪豬 達逹
    鑑鑒 隣鄰 騨驒 鴎鷗 撹攪 頬頰 噛嚙 掴摑 填塡 剥剝 叱𠮟 呑吞 唖啞 嘘噓 姫姬 屏屛 廐廏
    掻搔 攅攢 溌潑 焔焰 痒癢 箪簞 繍繡 蝋蠟 醤醬 醗醱 顛顚 鹸鹼 麩麬 曹曺 柿枾 桝枡 枦櫨
    楠柟 爾尓 碁棊 胸胷 草艸 鋪舗 雁鴈 麓梺 鼠鼡";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_has_one_standard_that_is_no_variant() {
        let mut seen = std::collections::HashMap::new();
        for (to, variants) in groups() {
            for from in variants {
                assert_ne!(from, to);
                assert!(seen.insert(from, to).is_none(), "{from} twice");
            }
        }
        for (&from, &to) in &seen {
            assert!(!seen.contains_key(&to), "{from} leads to {to}, itself a variant");
        }
        assert!(seen.len() > 400, "{}", seen.len());
    }

    #[test]
    fn what_is_no_variant_stays() {
        for c in "山田碕栢畠abあー".chars() {
            assert_eq!(standard(c), c);
        }
    }
}
