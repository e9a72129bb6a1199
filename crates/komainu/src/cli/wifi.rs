//! `komainu wifi …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Wifi {
    /// 測定値から学び、学ばなかった測定値と比べる / Learn from readings and compare with readings not learnt from
    Evaluate(WifiEvaluate),
    /// アクセスポイントを置く場所・台数・チャネルを提案する / Propose where to hang how many access points
    Place(WifiPlace),
    /// 届く電波の地図を SVG で書く / Write a map of what reaches where, as SVG
    Map(WifiMap),
}

/// Which floor. Either the clinic's file or a drawing.
#[derive(Debug, Args)]
pub(crate) struct WifiFloor {
    /// 診療所のファイル / The clinic's file
    #[arg(value_name = "CLINIC.toml", required_unless_present = "lines", conflicts_with = "lines")]
    pub(crate) clinic: Option<PathBuf>,
    /// 階の ID(既定は最初の階) / Id of the floor (default: the lowest)
    #[arg(long, value_name = "ID")]
    pub(crate) floor: Option<String>,
    /// 診療所のファイルの代わりに図面(.csv・.dxf・.svg) / A drawing in place of the clinic's file
    #[arg(long, value_name = "FILE")]
    pub(crate) lines: Option<PathBuf>,
    /// 図面の 1 単位は何メートルか(.svg では必須) / Metres per unit of the drawing (needed for .svg)
    #[arg(long, value_name = "METRES", requires = "lines")]
    pub(crate) scale: Option<f64>,
    /// レイヤーの材質(例 A-WALL=concrete、none で除外、繰り返せる) / Material of a layer; none leaves it out
    #[arg(long, value_name = "NAME=MATERIAL", requires = "lines")]
    pub(crate) layer: Vec<String>,
    /// 今あるアクセスポイントの CSV(図面のとき) / Access points that hang already, as CSV (with a drawing)
    #[arg(long, value_name = "CSV", requires = "lines")]
    pub(crate) aps: Option<PathBuf>,
    /// 帯域 2.4・5・6 / Band: 2.4, 5 or 6
    #[arg(long, default_value = "5")]
    pub(crate) band: wifi::radio::Band,
    /// 各室に必要な強さ(dBm) / Level that each room needs, dBm
    #[arg(long, default_value_t = -65.0, allow_negative_numbers = true, value_name = "DBM")]
    pub(crate) level: f64,
    /// 各地点で目標を満たす確率(0.01〜0.999) / How probable it must be at each spot that the target is met
    #[arg(long, default_value_t = 0.8)]
    pub(crate) confidence: f64,
}

#[derive(Debug, Args)]
pub(crate) struct WifiPlace {
    #[command(flatten)]
    pub(crate) floor: WifiFloor,
    /// 途切れずに移動したい部屋の名前(繰り返せる。all で全室) / Room with a second server (repeatable; all for every room)
    #[arg(long, value_name = "ROOM")]
    pub(crate) roaming: Vec<String>,
    /// 今あるアクセスポイントを残す / Keep the access points that hang already
    #[arg(long)]
    pub(crate) keep: bool,
    /// 候補の間隔(m) / Metres between places that may be taken
    #[arg(long, default_value_t = 2.0, value_name = "METRES")]
    pub(crate) places: f64,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WifiMap {
    #[command(flatten)]
    pub(crate) floor: WifiFloor,
    /// 書き出すファイル / File to write
    #[arg(long, value_name = "SVG")]
    pub(crate) out: PathBuf,
    /// 何を描くか / What to draw
    #[arg(long, value_enum, default_value = "probability")]
    pub(crate) show: Show,
    /// 升目の大きさ(m) / Size of a cell
    #[arg(long, default_value_t = 0.25, value_name = "METRES")]
    pub(crate) cell: f64,
}

/// What a map shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// 目標を満たす確率 / How probable it is that the target is met
    Probability,
    /// 電波の強さ / Level
    Level,
}

#[derive(Debug, Args)]
pub(crate) struct WifiEvaluate {
    /// 図面の線(class,x1,y1,x2,y2、メートル) / Lines of the drawing, metres
    #[arg(long, value_name = "CSV")]
    pub(crate) lines: PathBuf,
    /// アクセスポイント(ap_id,band,freq_mhz,x,y) / Access points
    #[arg(long, value_name = "CSV")]
    pub(crate) aps: PathBuf,
    /// 学ぶ測定値(x,y,ap_id,band,rssi_dbm ほか) / Readings to learn from
    #[arg(long, value_name = "CSV")]
    pub(crate) train: PathBuf,
    /// 比べる測定値 / Readings to compare with
    #[arg(long, value_name = "CSV")]
    pub(crate) test: PathBuf,
    /// 帯域 2.4・5・6 / Band: 2.4, 5 or 6
    #[arg(long)]
    pub(crate) band: wifi::radio::Band,
    /// 学ぶ地点の割合 / Part of the spots to learn from
    #[arg(long, default_value_t = 1.0)]
    pub(crate) fraction: f64,
    /// くじの回数 / Number of random draws of that part
    #[arg(long, default_value_t = 10)]
    pub(crate) draws: u32,
    /// 同じ種から同じくじ / The same seed draws the same spots
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// 未測定のアクセスポイントも評価する(1 台ずつ除いて学ぶ。全地点なら既定) / Leave out each access point in turn (default with all spots)
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    pub(crate) leave_ap_out: Option<bool>,
    /// JSON で出力 / Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
