//! Devices and groups of them.

use super::ids::{DeviceId, GroupId, PersonId, RoomId, VendorId, ZoneId};
use super::line::Line;
use super::mac::Mac;
use super::words::words;
use super::zone::Addresses;

words! {
    /// What a device is.
    DeviceKind {
        /// Holds charts.
        ChartServer "chart-server" "電子カルテサーバー" "chart server",
        /// レセコン, ORCA.
        ReceiptComputer "receipt-computer" "レセコン" "receipt computer",
        /// Komainu's own computer.
        Komainu "komainu" "こまいぬ" "Komainu",
        /// オンライン資格確認端末.
        EligibilityTerminal "eligibility-terminal" "資格確認端末" "eligibility terminal",
        /// 顔認証付きカードリーダー.
        CardReader "card-reader" "顔認証付きカードリーダー" "card reader",
        /// Image archive.
        Pacs "pacs" "PACS" "PACS",
        /// CT, CR, ultrasound, endoscope.
        Modality "modality" "撮影装置" "modality",
        /// Laboratory analyser.
        Analyser "analyser" "検査装置" "analyser",
        /// Monitor, electrocardiograph, pump.
        Monitor "monitor" "生体情報機器" "patient monitor",
        /// Image viewer.
        Viewer "viewer" "画像ビューア" "image viewer",
        /// A desk's computer.
        Pc "pc" "PC" "PC",
        /// Tablet or notebook.
        Tablet "tablet" "タブレット" "tablet",
        /// Telephone.
        Phone "phone" "電話" "telephone",
        /// Printer, copier.
        Printer "printer" "プリンター" "printer",
        /// File server.
        Nas "nas" "ファイルサーバー" "file server",
        /// Any other server.
        Server "server" "サーバー" "server",
        /// 再来受付機, 自動精算機.
        Kiosk "kiosk" "受付機・精算機" "kiosk",
        /// Camera.
        Camera "camera" "カメラ" "camera",
        /// Router or gateway.
        Router "router" "ルーター" "router",
        /// Switch.
        Switch "switch" "スイッチ" "switch",
        /// Access point.
        AccessPoint "access-point" "無線アクセスポイント" "access point",
        /// UPS, sensor, anything small.
        Appliance "appliance" "その他の機器" "appliance",
    }
}

impl DeviceKind {
    /// Whether charts or claims are kept there.
    #[must_use]
    pub fn holds_charts(self) -> bool {
        matches!(self, Self::ChartServer | Self::ReceiptComputer | Self::Pacs | Self::Komainu)
    }

    /// Whether a device of this kind is medical unless the file says otherwise.
    #[must_use]
    pub fn is_medical(self) -> bool {
        matches!(self, Self::Modality | Self::Analyser | Self::Monitor)
    }
}

words! {
    /// What stops when the device stops.
    Criticality {
        /// Care stops within minutes.
        Critical "critical" "止まると診療が止まる" "care stops without it",
        /// Work goes on by hand for a day.
        Important "important" "半日は手作業でしのげる" "half a day can be bridged by hand",
        /// It can wait.
        Ordinary "ordinary" "急がない" "it can wait",
    }
}

/// Who looks after a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maintainer {
    /// A vendor under contract.
    Vendor(VendorId),
    /// One of the clinic's own people.
    Person(PersonId),
}

/// One line of the inventory (台帳).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Where it is on the network.
    pub zone: ZoneId,
    /// Where it stands.
    pub room: Option<RoomId>,
    /// Its interfaces; a notebook has two.
    pub macs: Vec<Mac>,
    /// Its fixed or reserved addresses. A device without any cannot be named in a rule.
    pub addresses: Addresses,
    /// Who made it.
    pub maker: Option<String>,
    /// Model name.
    pub model: Option<String>,
    /// Firmware or system version.
    pub firmware: Option<String>,
    /// Who looks after it.
    pub maintained_by: Option<Maintainer>,
    /// What must work for it to work.
    pub depends_on: Vec<DeviceId>,
    /// What stops with it.
    pub criticality: Criticality,
    /// Whether it is a medical device.
    pub medical: bool,
    /// Where it is declared.
    pub line: Line,
}

/// Devices that are named together in flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// What people call it.
    pub name: String,
    /// Its devices, each once.
    pub members: Vec<DeviceId>,
    /// Where it is declared.
    pub line: Line,
}
