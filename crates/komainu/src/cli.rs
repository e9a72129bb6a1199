//! The command line. Nothing secret is ever an argument or an environment variable: both can be read by
//! every process of the machine. Secrets come from files or are typed.

mod wifi;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clinic::model::patterns::PATTERNS;

pub(crate) use wifi::{Show, Wifi, WifiEvaluate, WifiFloor, WifiMap, WifiPlace};

const AFTER: &str = "\
終了コード / exit codes:
   0 完了 done                     6 鍵・権限の拒否 refused
   1 内部の失敗 internal           7 相手が応答しない unreachable
   2 使い方の誤り usage            8 一部のみ完了 partly done
   3 入力の誤り bad input          9 データの破損 damaged data
   4 見つからない not found       10 入出力エラーで停止 stopped on an I/O error
   5 使用中 busy                  11 空き容量なし disk full";

/// こまいぬ: 診療所の電子カルテサーバー / Komainu: a clinic's chart server
#[derive(Debug, Parser)]
#[command(name = "komainu", version, after_help = AFTER, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// サーバーを動かす / Run the server
    Serve(Serve),
    /// 見本の診療所で試す / Try it with a sample clinic
    Demo(Demo),
    /// 複数の診療所のハブを動かす / Run the hub of several clinics
    Hub(Hub),
    /// プログラム用のトークン / Tokens for programs
    #[command(subcommand)]
    Token(Token),
    /// FHIR の NDJSON・Bundle・患者一覧 CSV を取り込む / Import FHIR NDJSON, bundles, patient lists
    Import(Import),
    /// 診療所のファイルを見本から作る / Make the clinic's file from a pattern
    Init(Init),
    /// 診療所のファイルを確かめる / Check the clinic's file
    Check(Check),
    /// 診療所のファイルの変更で何が通り、何が通らなくなるかを示す / Show what a change of the clinic's file opens and closes
    Plan(Plan),
    /// 診療所のファイルから、ルーターの規則を作る / Make a router's rules from the clinic's file
    Compile(Compile),
    /// 動いている規則が宣言どおりかを証明する / Prove that the rules that run are those that were declared
    Prove(Prove),
    /// 診療所のファイルをこのコンピューターの規則として適用する / Apply the clinic's file to this computer's rules
    Apply(Apply),
    /// 事業者の遠隔保守を時間を限って開く / Let a vendor in for a while
    Open(Open),
    /// 規則が手で変えられていないかを確かめる / See whether rules were changed by hand
    Drift(Drift),
    /// 時間に合わせて規則を保つ(常駐) / Keep rules as the hours go (runs on)
    WatchRules(WatchRules),
    /// 監査記録 / The audit log
    #[command(subcommand)]
    Audit(Audit),
    /// 無線 LAN の予測と測定 / Wi-Fi: predict and measure
    #[command(subcommand)]
    Wifi(Wifi),
    /// OpenAPI を出力する / Print the OpenAPI description
    #[command(hide = true)]
    Openapi,
}

/// Where the data is and what opens it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Data {
    /// データの場所 / Data directory
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 鍵ファイル(0600)。無ければ作る。別の媒体に置くとよい / Key file (0600), made if missing; best on another medium
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    pub(crate) key_file: Option<PathBuf>,
    /// パスフレーズの入ったファイル / File that holds the passphrase
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// How the server listens.
#[derive(Debug, Clone, Args)]
pub(crate) struct Listen {
    /// 待ち受けるアドレス。ポート 0 は空きを選ぶ / Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    pub(crate) listen: SocketAddr,
    /// サーバーの名前やアドレス(繰り返せる) / Host name or address of this server (may be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Vec<String>,
    /// 古い端末のために TLS 1.2 も許す / Also allow TLS 1.2, for old devices
    #[arg(long)]
    pub(crate) allow_tls12: bool,
    /// 認証局を作り直す。全端末に入れ直しが必要 / Make a new certificate authority; every device must install it
    #[arg(long)]
    pub(crate) new_authority: bool,
    /// 暗号化しない。計測用で、このマシンの中でだけ使える / No encryption: for benchmarks, on this machine only
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// このコンピューターが診療所のゲートウェイで、画面から規則を適用できる。値は適用の記録の場所
    /// / This computer is the clinic's gateway, and rules may be applied from the page; where that is recorded
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "/var/lib/komainu/gateway")]
    pub(crate) gateway: Option<PathBuf>,
    /// 応答できるようになったら書くファイル(0600) / File to write once it answers (0600)
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// 診療所の名前(最初の起動) / Name of the clinic (first start)
    #[arg(long, value_name = "NAME")]
    pub(crate) clinic: Option<String>,
    /// 最初の管理者の利用者名 / User name of the first administrator
    #[arg(long, value_name = "USER", default_value = "admin")]
    pub(crate) admin: String,
    /// 最初の管理者のパスワードの入ったファイル / File with the first administrator's password
    #[arg(long, value_name = "FILE")]
    pub(crate) admin_password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// データの場所。省くと一時的な場所 / Data directory; a temporary one if left out
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// 患者の数 / Number of patients
    #[arg(long, default_value_t = 3000, value_parser = clap::value_parser!(u32).range(..=200_000))]
    pub(crate) patients: u32,
    /// 同じ種から同じ患者ができる / The same seed makes the same patients
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// 計測用: 患者 1 人あたりの記録を半分にする / For benchmarks: half as many resources a patient
    #[arg(long, hide = true)]
    pub(crate) bulk: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Hub {
    /// PostgreSQL のアドレス(パスワードは書かない) / Address of PostgreSQL, without a password
    #[arg(long, value_name = "URL")]
    pub(crate) database: String,
    /// そのパスワードの入ったファイル / File with its password
    #[arg(long, value_name = "FILE")]
    pub(crate) database_password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// 作って表示する。表示は一度だけ / Make one and print it, once
    Create(TokenCreate),
}

#[derive(Debug, Args)]
pub(crate) struct TokenCreate {
    #[command(flatten)]
    pub(crate) data: Data,
    /// できること(SMART 2.2) / What it may do (SMART 2.2)
    #[arg(long, default_value = "system/*.rs")]
    pub(crate) scope: String,
    /// 何に使うか / What it is for
    #[arg(long, default_value = "command line")]
    pub(crate) label: String,
    /// 有効な日数 / Days until it ends
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// ファイルかフォルダー / Files or folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// 止まっているサーバーのデータ / Data directory of a server that is not running
    #[arg(long, value_name = "DIR", required_unless_present = "url", conflicts_with = "url")]
    pub(crate) data: Option<PathBuf>,
    /// 鍵ファイル / Key file
    #[arg(long, value_name = "FILE", requires = "data", conflicts_with = "passphrase_file")]
    pub(crate) key_file: Option<PathBuf>,
    /// パスフレーズの入ったファイル / File that holds the passphrase
    #[arg(long, value_name = "FILE", requires = "data")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// 動いているサーバー / A server that is running
    #[arg(long, requires = "token_file")]
    pub(crate) url: Option<String>,
    /// トークンの入ったファイル / File that holds the token
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) token_file: Option<PathBuf>,
    /// サーバーの認証局の証明書 / Certificate of the server's authority
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) ca: Option<PathBuf>,
    /// 結果を JSON で出力 / Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[group(id = "what", required = true, args = ["list_patterns", "pattern"])]
pub(crate) struct Init {
    /// 見本の名前を一行に一つ出力する / Print the names of the patterns, one a line
    #[arg(long)]
    pub(crate) list_patterns: bool,
    /// 見本の名前 / Name of the pattern
    #[arg(long, value_name = "NAME", value_parser = PATTERNS.map(|pattern| pattern.name), conflicts_with = "list_patterns")]
    pub(crate) pattern: Option<String>,
    /// 書き出すファイル。既にあれば書かない。省くと標準出力 / File to write, never over another; standard output if left out
    #[arg(long, value_name = "FILE", requires = "pattern")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// 診療所のファイル / The clinic's file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Compile {
    /// 診療所のファイル / The clinic's file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// 何のための規則か / For what
    #[arg(long, value_enum)]
    pub(crate) target: Target,
    /// 書き出すフォルダー / Folder to write into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// What rules are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Linux
    Nftables,
    /// YAMAHA RTX
    Rtx,
    /// OpenWrt (/etc/config/firewall)
    Openwrt,
}

#[derive(Debug, Args)]
#[command(
    after_help = "終了コード / exit codes: 0 等しい equal, 1 違う different, 2 読み取れない規則がある not fully understood"
)]
pub(crate) struct Prove {
    /// 診療所のファイル / The clinic's file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// nft -j list ruleset・RTX の show config・OpenWrt の uci export の出力、または kernel / What nft -j list ruleset, an RTX's show config or OpenWrt's uci export printed, or kernel
    #[arg(long, value_name = "FILE|kernel")]
    pub(crate) against: String,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where applied files are kept, unless it is said otherwise.
const STATE: &str = "/var/lib/komainu/gateway";

#[derive(Debug, Args)]
#[group(id = "task", required = true, args = ["file", "confirm", "cancel", "revert", "boot", "status", "history"])]
pub(crate) struct Apply {
    /// 診療所のファイル / The clinic's file
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// 試している規則を確定する / Confirm the rules on trial
    #[arg(long)]
    pub(crate) confirm: bool,
    /// 試している規則を取り下げる / Give the rules on trial up
    #[arg(long)]
    pub(crate) cancel: bool,
    /// 履歴の N 番で適用したファイルに戻す / Apply the file of event N of the history again
    #[arg(long, value_name = "N")]
    pub(crate) revert: Option<u64>,
    /// 起動時: 最後に確定した規則を読み込む / At start: load the rules confirmed last
    #[arg(long)]
    pub(crate) boot: bool,
    /// 今の状態を示す / Show what is in force
    #[arg(long)]
    pub(crate) status: bool,
    /// 履歴を示す / Show the history
    #[arg(long)]
    pub(crate) history: bool,
    /// この時間内に確定しなければ元に戻す(例: 60s, 5m) / Go back unless confirmed within this time (60s, 5m)
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = window)]
    pub(crate) confirm_within: u32,
    /// 証明できたら、たずねずに確定する / Confirm without asking once it is proven
    #[arg(long)]
    pub(crate) yes: bool,
    /// 今の接続が切れる規則でも適用する / Apply rules even if they cut the connection you work through
    #[arg(long)]
    pub(crate) force: bool,
    /// 理由。履歴に残る / For what reason; kept in the history
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) why: String,
    /// 記録の場所 / Where applied files are kept
    #[arg(long, value_name = "DIR", default_value = STATE)]
    pub(crate) state: PathBuf,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// 事業者の ID。省くと、開いているものを示す / The vendor's id; left out: show who is let in
    #[arg(value_name = "VENDOR")]
    pub(crate) vendor: Option<String>,
    /// 開けておく時間(例: 60m)。宣言された上限と時間帯まで / For how long (60m), within what is declared
    #[arg(long = "for", value_name = "TIME", default_value = "60m", value_parser = minutes)]
    pub(crate) minutes: u16,
    /// 理由。履歴に残る / For what reason; kept in the history
    #[arg(long, value_name = "TEXT", requires = "vendor")]
    pub(crate) why: Option<String>,
    /// 時間の前に閉じる / Shut it out before its time is over
    #[arg(long, requires = "vendor")]
    pub(crate) close: bool,
    /// 記録の場所 / Where applied files are kept
    #[arg(long, value_name = "DIR", default_value = STATE)]
    pub(crate) state: PathBuf,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "終了コード / exit codes: 0 適用したまま as applied, 1 違う changed, 2 読み取れない規則がある not fully understood"
)]
pub(crate) struct Drift {
    /// 記録の場所 / Where applied files are kept
    #[arg(long, value_name = "DIR", default_value = STATE)]
    pub(crate) state: PathBuf,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WatchRules {
    /// 記録の場所 / Where applied files are kept
    #[arg(long, value_name = "DIR", default_value = STATE)]
    pub(crate) state: PathBuf,
}

/// `90`, `90s`, `5m`, `1h`, in seconds.
fn seconds(text: &str) -> Option<u32> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) => (number, &text[number.len()..]),
        None => (text, "s"),
    };
    let each = match unit {
        "m" => 60,
        "h" => 3600,
        _ => 1,
    };
    number.parse::<u32>().ok()?.checked_mul(each).filter(|seconds| *seconds > 0)
}

fn window(text: &str) -> Result<u32, String> {
    let fits = seconds(text).filter(|seconds| *seconds <= gateway::WINDOW_MAX_SECONDS);
    fits.ok_or_else(|| "1s から 1h まで / from 1s to 1h".to_owned())
}

fn minutes(text: &str) -> Result<u16, String> {
    let fits = seconds(text).filter(|seconds| seconds % 60 == 0 && *seconds <= 24 * 3600);
    fits.and_then(|seconds| u16::try_from(seconds / 60).ok())
        .ok_or_else(|| "1m から 24h まで / from 1m to 24h".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// 今のファイル。NEW を省くと新しいファイル / The file as it is; with NEW left out, the new file
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// 新しいファイル。省くと、適用済みのファイルと比べる / The new file; left out: compare with what was applied
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<PathBuf>,
    /// 適用の記録の場所 / Where applied files are kept
    #[arg(long, value_name = "DIR", default_value = STATE, conflicts_with = "new")]
    pub(crate) state: PathBuf,
    /// 表で出力 / Print a table
    #[arg(long, conflicts_with = "json")]
    pub(crate) table: bool,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// 監査記録が書かれたままか確かめる / Check that the log is as it was written
    Verify(AuditVerify),
}

#[derive(Debug, Args)]
pub(crate) struct AuditVerify {
    #[command(flatten)]
    pub(crate) data: Data,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_is_explained_in_both_languages() {
        fn check(command: &clap::Command) {
            let texts = command.get_about().into_iter().chain(command.get_arguments().filter_map(clap::Arg::get_help));
            for text in texts.map(ToString::to_string).filter(|t| !t.starts_with("Print ")) {
                assert!(text.contains(" / ") && !text.is_ascii(), "{}: {text}", command.get_name());
            }
            for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
                assert!(sub.get_about().is_some(), "{}", sub.get_name());
                check(sub);
            }
        }
        check(&Cli::command());
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(["90", "90s", "5m", "1h"].map(seconds), [Some(90), Some(90), Some(300), Some(3600)]);
        assert_eq!(["", "0", "m", "-1s", "1d", "9999999h"].map(seconds), [None; 6]);
        assert_eq!((minutes("2h"), minutes("25h").is_err(), minutes("90s").is_err()), (Ok(120), true, true));
        assert_eq!((window("60s"), window("2h").is_err()), (Ok(60), true));
    }

    #[test]
    fn no_secret_is_an_argument() {
        fn check(command: &clap::Command) {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                let secret = ["password", "passphrase", "token", "key", "secret"].iter().any(|s| id.contains(s));
                assert!(!secret || id.ends_with("_file"), "{id}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
