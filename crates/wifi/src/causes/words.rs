//! Causes in words: what is wrong, and what to do.

use super::{Cause, Ranked};
use crate::material::Material;

impl Material {
    /// What people call it.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Plasterboard => "石膏ボード",
            Self::Wood => "木",
            Self::Glass => "ガラス",
            Self::Brick => "れんが・ブロック",
            Self::Concrete => "コンクリート",
            Self::Plywood => "合板",
            Self::Metal => "金属・鉛",
            Self::Unknown => "材質不明",
            Self::Clutter => "家具・什器",
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Plasterboard => "plasterboard",
            Self::Wood => "wood",
            Self::Glass => "glass",
            Self::Brick => "brick or block",
            Self::Concrete => "concrete",
            Self::Plywood => "plywood",
            Self::Metal => "metal or lead",
            Self::Unknown => "unknown material",
            Self::Clutter => "furniture",
        }
    }
}

impl Ranked {
    /// What is wrong, what to do, and what that gives.
    #[must_use]
    pub fn ja(&self) -> String {
        let gain = self.gain.0;
        let what = match &self.cause {
            Cause::Distance { metres } => {
                format!("アクセスポイントまで {metres:.0} m あります。近くに移すか、増やしてください")
            }
            Cause::Wall { material, .. } => {
                format!("間に壁({})があります。壁の手前側へ移すか、壁の向こうに増やしてください", material.ja())
            }
            Cause::Power { now, most } => {
                format!("送信出力が {:.0} dBm です。{:.0} dBm まで上げられます", now.0, most.0)
            }
            Cause::Overlap { with } => {
                let names: Vec<&str> = with.iter().map(|ap| ap.0.as_str()).collect();
                format!("{} と同じチャネルです。チャネルを分けてください", names.join("・"))
            }
            Cause::Busy { share } => {
                format!("チャネルの {:.0} % が使われています。チャネルを変えるか、端末を分けてください", share * 100.0)
            }
            Cause::Sticky { better } => {
                format!("{better} の方が強いのに移りません。端末の Wi-Fi を入れ直すか、802.11v で促してください")
            }
            Cause::Noise { noise } => {
                format!("雑音が {:.0} dBm あります。電子レンジ・電気メス・無線機器を確かめてください", noise.0)
            }
            Cause::Drift { lost } => {
                format!("前回の測定より {:.0} dB 下がりました。家具・扉・アンテナの向きを確かめてください", lost.0)
            }
            Cause::Lost { ap } => format!("{ap} が応答しません。電源と配線を確かめてください"),
        };
        format!("{what}(見込み +{gain:.0} dB)。")
    }

    /// The same in English.
    #[must_use]
    pub fn en(&self) -> String {
        let gain = self.gain.0;
        let what = match &self.cause {
            Cause::Distance { metres } => format!("The access point is {metres:.0} m away: move it nearer, or add one"),
            Cause::Wall { material, .. } => {
                format!("A wall ({}) lies between: move the access point to this side, or add one", material.en())
            }
            Cause::Power { now, most } => {
                format!("The access point sends {:.0} dBm; {:.0} dBm are allowed", now.0, most.0)
            }
            Cause::Overlap { with } => {
                let names: Vec<&str> = with.iter().map(|ap| ap.0.as_str()).collect();
                format!("It shares its channel with {}: give them different channels", names.join(", "))
            }
            Cause::Busy { share } => {
                format!(
                    "{:.0} % of the channel's time is in use: change the channel, or spread the devices",
                    share * 100.0
                )
            }
            Cause::Sticky { better } => {
                format!("{better} is stronger here but the device stays: reconnect it, or steer it by 802.11v")
            }
            Cause::Noise { noise } => {
                format!("There is noise of {:.0} dBm: look for microwave ovens, electric scalpels, radios", noise.0)
            }
            Cause::Drift { lost } => {
                format!("It is {:.0} dB less than at the last survey: look at furniture, doors, the antenna", lost.0)
            }
            Cause::Lost { ap } => format!("{ap} does not answer: look at its power and cable"),
        };
        format!("{what} (expected +{gain:.0} dB).")
    }
}
