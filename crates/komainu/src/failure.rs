//! Why a command did not do what was asked, in words, with an exit code per kind.

use std::fmt;
use std::process::ExitCode;

/// The kinds, each with its exit code. Scripts branch on the code; people read the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A fault of Komainu itself.
    Internal = 1,
    /// The command was given wrongly. clap uses the same code.
    Usage = 2,
    /// Something given (a file, a password, a name) is not fit for use.
    Input = 3,
    /// Not there: a data directory, a file.
    NotFound = 4,
    /// In use by another process.
    Busy = 5,
    /// The key, passphrase or token is wrong, or has not the right.
    Refused = 6,
    /// The server or database does not answer.
    Unreachable = 7,
    /// Something was left undone, and the report says what.
    Partly = 8,
    /// Stored data is not what was written.
    Damaged = 9,
    /// The store stopped on an I/O error. What the disk holds is known only after a restart; whatever
    /// restarts the server should raise an alarm if this comes twice.
    Stopped = 10,
    /// No room on the disk.
    Full = 11,
}

/// A failure. Never holds a secret or anything from a chart.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    /// What happened and why: 日本語, English.
    what: (String, String),
    /// What to do next.
    todo: Option<(&'static str, &'static str)>,
    /// What the system or a library said.
    cause: Option<String>,
}

pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(kind: Kind, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { kind, what: (ja.into(), en.into()), todo: None, cause: None }
    }

    pub(crate) fn todo(mut self, ja: &'static str, en: &'static str) -> Self {
        self.todo = Some((ja, en));
        self
    }

    pub(crate) fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// A file could not be read or written.
    pub(crate) fn file(doing_ja: &str, doing_en: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => Kind::NotFound,
            std::io::ErrorKind::StorageFull => Kind::Full,
            _ => Kind::Input,
        };
        let path = path.display();
        Self::new(kind, format!("{path} を{doing_ja}ことができません。"), format!("Cannot {doing_en} {path}."))
            .because(error)
    }

    #[cfg(test)]
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Prints it and gives the exit code.
    #[expect(clippy::print_stderr, reason = "the last words of a command are for the person at the terminal")]
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("{self}");
        ExitCode::from(self.kind as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ja, en) = &self.what;
        write!(f, "エラー: {ja}\nerror: {en}")?;
        if let Some(cause) = &self.cause {
            write!(f, "\n  ({cause})")?;
        }
        if let Some((ja, en)) = self.todo {
            write!(f, "\n次に: {ja}\nnext: {en}")?;
        }
        Ok(())
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        use store::StoreError as E;
        let failure = match &error {
            E::WrongKey => {
                Self::new(Kind::Refused, "この鍵ではデータベースを開けません。", "The key does not open the database.")
                    .todo(
                        "作ったときの鍵ファイルかパスフレーズを --key-file / --passphrase-file で渡してください。",
                        "Give the key file or passphrase it was made with: --key-file, --passphrase-file.",
                    )
            }
            E::Newer { .. } => Self::new(
                Kind::Input,
                "このデータは新しい版のこまいぬで作られています。",
                "The data was written by a later Komainu.",
            )
            .todo("こまいぬを更新してください。", "Update Komainu."),
            E::Stopped(_) => Self::new(
                Kind::Stopped,
                "ディスクの入出力エラーのため停止しました。",
                "Stopped after an I/O error of the disk.",
            )
            .todo(
                "ディスクを確かめてから起動し、komainu audit verify を実行してください。",
                "Check the disk, start again, and run komainu audit verify.",
            ),
            E::Full => Self::new(Kind::Full, "ディスクに空きがありません。", "No room is left on the disk.")
                .todo("空きを作ってからもう一度実行してください。", "Make room and run it again."),
            E::Unavailable(_) => {
                Self::new(Kind::Unreachable, "データベースを使えません。", "The database cannot be used.")
            }
            E::Corrupt(_) | E::Tampered(_) => Self::new(
                Kind::Damaged,
                "保存されたデータが壊れています。",
                "Stored data does not read back as it was written.",
            )
            .todo("バックアップから戻してください。", "Restore from a backup."),
            _ => Self::new(Kind::Internal, "こまいぬの内部で失敗しました。", "Komainu failed inside."),
        };
        failure.because(error)
    }
}

impl From<gateway::Error> for Failure {
    fn from(error: gateway::Error) -> Self {
        use gateway::Error as E;
        let kind = match &error {
            E::File { source, path } => return Self::file("扱う", "use", path, source),
            E::Damaged { .. } => Kind::Damaged,
            E::NotAClinic(_) | E::Unsound(_) | E::Platform(_) => Kind::Input,
            E::Nft(_) => Kind::Unreachable,
            E::OnTrial { .. } => Kind::Busy,
            E::NothingOnTrial | E::NothingApplied | E::NoSuchEvent(_) | E::NoSuchVendor(_) => Kind::NotFound,
            E::WouldCut(_) | E::NotProven(_) | E::Shut { .. } => Kind::Refused,
        };
        let failure = Self::new(kind, error.ja(), error.en());
        let failure = match &error {
            E::Nft(_) => failure.todo(
                "nftables を入れ、管理者として実行してください (apt-get install nftables)。",
                "Install nftables and run this as root (apt-get install nftables).",
            ),
            E::Platform(_) => failure.todo(
                "ルーターの規則は komainu compile で作ります。ここで適用するなら platform = \"nftables\" とします。",
                "A router's rules are made by komainu compile. To apply them here: platform = \"nftables\".",
            ),
            E::OnTrial { .. } => failure.todo(
                "komainu apply --confirm で確定するか、--cancel で取り下げてください。",
                "Confirm them with komainu apply --confirm, or give them up with --cancel.",
            ),
            E::NothingApplied => {
                failure.todo("komainu apply FILE で適用してください。", "Apply a file: komainu apply FILE.")
            }
            E::NoSuchEvent(_) => {
                failure.todo("komainu apply --history で見てください。", "See komainu apply --history.")
            }
            E::NoSuchVendor(_) => failure.todo("komainu open で見てください。", "See komainu open."),
            E::WouldCut(_) => failure.todo(
                "この接続を通信として宣言するか、別の道を確保して --force を付けてください。",
                "Declare this connection as a flow, or have another way in and add --force.",
            ),
            _ => failure,
        };
        match &error {
            E::NotAClinic(problems) => {
                let lines =
                    problems.0.iter().map(|each| format!("\n  {}: {}\n    {}", each.line, each.ja(), each.en()));
                failure.because(lines.collect::<String>() + "\n  ")
            }
            E::NotProven(report) => failure.because(format!("\n{report}")),
            E::Damaged { .. } | E::Nft(_) => failure.because(error),
            _ => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_next() {
        let failure =
            Failure::new(Kind::Busy, "使用中です。", "In use.").because("pid 1").todo("止めてください。", "Stop it.");
        assert_eq!(
            failure.to_string(),
            "エラー: 使用中です。\nerror: In use.\n  (pid 1)\n次に: 止めてください。\nnext: Stop it."
        );
    }

    #[test]
    fn an_io_error_has_a_code_of_its_own() {
        assert_eq!(Failure::from(store::StoreError::Stopped("EIO".into())).kind(), Kind::Stopped);
        assert_eq!(Failure::from(store::StoreError::Full).kind(), Kind::Full);
        assert_eq!(Failure::from(store::StoreError::WrongKey).kind(), Kind::Refused);
    }
}
