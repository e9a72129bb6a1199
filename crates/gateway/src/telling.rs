//! The sentences of this crate, in both languages.

use network::policy::Shut;

use crate::error::Error;
use crate::history::{Because, Entry, What};

impl Error {
    /// 何が起きたか、一文で。
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::File { path, .. } => format!("規則の記録 {} を扱えません。", path.display()),
            Self::Damaged { path, .. } => format!("規則の記録 {} が壊れています。", path.display()),
            Self::NotAClinic(problems) => format!("診療所のファイルに直すところが {} か所あります。", problems.0.len()),
            Self::Unsound(errors) => format!("誤りが {errors} 件あるため、適用しません。"),
            Self::Platform(platform) => {
                format!("このファイルのゲートウェイは {} で、このコンピューターではありません。", platform.ja())
            }
            Self::Nft(_) => "カーネルの規則を扱えません。規則は前のままです。".to_owned(),
            Self::OnTrial { seconds_left } => {
                format!("確定を待っている規則があります(あと {seconds_left} 秒)。")
            }
            Self::NothingOnTrial => {
                "確定を待っている規則はありません。時間を過ぎたものは、前の規則に戻っています。".to_owned()
            }
            Self::WouldCut(session) => format!(
                "新しい規則では、今の接続 ({} から {} の {} 番) が切れます。適用しませんでした。",
                session.client, session.server, session.server_port
            ),
            Self::NotProven(_) => "読み返した規則が宣言と一致すると証明できないため、前の規則に戻しました。".to_owned(),
            Self::NothingApplied => "まだ何も適用されていません。".to_owned(),
            Self::NoSuchEvent(number) => format!("履歴の {number} 番には、適用されたファイルがありません。"),
            Self::NoSuchVendor(vendor) => format!("事業者 {vendor} は、宣言されていないか、開いていません。"),
            Self::Shut { vendor, shut } => format!("{vendor} は今は開けません。{}", shut_ja(shut)),
        }
    }

    /// What happened, in one sentence.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::File { path, .. } => format!("The record of rules {} cannot be used.", path.display()),
            Self::Damaged { path, .. } => format!("The record of rules {} is damaged.", path.display()),
            Self::NotAClinic(problems) => format!("The clinic's file needs {} corrections.", problems.0.len()),
            Self::Unsound(errors) => format!("It has {errors} errors, so it is not applied."),
            Self::Platform(platform) => {
                format!("The gateway of this file is {}, not this computer.", platform.en())
            }
            Self::Nft(_) => "The kernel's rules cannot be used. They are as they were.".to_owned(),
            Self::OnTrial { seconds_left } => format!("Rules wait to be confirmed, for {seconds_left} more seconds."),
            Self::NothingOnTrial => {
                "No rules wait to be confirmed. After their time the former ones are in force again.".to_owned()
            }
            Self::WouldCut(session) => format!(
                "The new rules would cut the connection from {} to {} port {}. They were not applied.",
                session.client, session.server, session.server_port
            ),
            Self::NotProven(_) => {
                "What was read back is not proven to be what is declared; the former rules are in force again."
                    .to_owned()
            }
            Self::NothingApplied => "Nothing has been applied yet.".to_owned(),
            Self::NoSuchEvent(number) => format!("Event {number} of the history put no file in force."),
            Self::NoSuchVendor(vendor) => format!("The vendor {vendor} is not declared, or not let in."),
            Self::Shut { vendor, shut } => format!("{vendor} cannot be let in now: {shut}."),
        }
    }
}

fn shut_ja(shut: &Shut) -> String {
    match shut {
        Shut::NoMaintenance => "遠隔保守が宣言されていません。".to_owned(),
        Shut::NoAddress => "接続元のアドレスが宣言されていません。".to_owned(),
        Shut::Hours(hours) => {
            let hours: Vec<String> = hours.iter().map(|hours| hours.ja()).collect();
            format!("宣言された時間({})の外です。", hours.join("、"))
        }
    }
}

impl Because {
    /// なぜか。
    #[must_use]
    pub fn ja(self) -> &'static str {
        match self {
            Self::TimeOver => "時間内に確定されなかった",
            Self::Restarted => "確定の前に再起動した",
            Self::Interrupted => "適用の途中で中断した",
            Self::NotProven => "宣言と一致すると証明できなかった",
            Self::Withdrawn => "取り下げられた",
        }
    }

    /// Why.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::TimeOver => "not confirmed in time",
            Self::Restarted => "the computer was started again before",
            Self::Interrupted => "interrupted while it was applied",
            Self::NotProven => "not proven to be what is declared",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Entry {
    /// 何をしたか。
    #[must_use]
    pub fn ja(&self) -> String {
        match &self.what {
            What::Applied(applied) => match applied.again {
                Some(number) => format!("適用 ({number} 番に戻した)"),
                None => "適用".to_owned(),
            },
            What::GivenUp { because, .. } => format!("取り消し ({})", because.ja()),
            What::Opened { vendor, until } => format!("{vendor} を開いた ({until} まで)"),
            What::Closed { vendor } => format!("{vendor} を閉じた"),
        }
    }

    /// What was done.
    #[must_use]
    pub fn en(&self) -> String {
        match &self.what {
            What::Applied(applied) => match applied.again {
                Some(number) => format!("applied (event {number} again)"),
                None => "applied".to_owned(),
            },
            What::GivenUp { because, .. } => format!("given up ({})", because.en()),
            What::Opened { vendor, until } => format!("let {vendor} in (until {until})"),
            What::Closed { vendor } => format!("shut {vendor} out"),
        }
    }
}
