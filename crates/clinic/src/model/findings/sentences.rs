//! Findings in words.

use super::super::problem::Wanted;
use super::{Finding, Unused, What};

impl Finding {
    /// The sentence in Japanese: what it is, and what to do.
    #[must_use]
    pub fn ja(&self) -> String {
        sentences(&self.what).0
    }

    /// The sentence in English: what it is, and what to do.
    #[must_use]
    pub fn en(&self) -> String {
        sentences(&self.what).1
    }

    /// The name of the kind, for programs: `duplicate-mac`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        code(&self.what)
    }
}

fn code(what: &What) -> &'static str {
    match what {
        What::OverlappingSubnets { .. } => "overlapping-subnets",
        What::OutsideWithin { .. } => "outside-within",
        What::SharedInterface { .. } => "shared-interface",
        What::OutsideItsZone { .. } => "outside-its-zone",
        What::RouterOutsideZone { .. } => "router-outside-zone",
        What::DuplicateAddress { .. } => "duplicate-address",
        What::DuplicateMac { .. } => "duplicate-mac",
        What::FlowToNowhere { .. } => "flow-to-nowhere",
        What::InternetInwards { .. } => "internet-inwards",
        What::GuestToCharts { .. } => "guest-to-charts",
        What::MedicalToInternet { .. } => "medical-to-internet",
        What::OpenWifi { .. } => "open-wifi",
        What::ExpiredFlow { .. } => "expired-flow",
        What::VendorWithoutLimit { .. } => "vendor-without-limit",
        What::ChartsToInternet { .. } => "charts-to-internet",
        What::PlainPasswords { .. } => "plain-passwords",
        What::Misplaced { .. } => "misplaced",
        What::SsidOfTwoZones { .. } => "ssid-of-two-zones",
        What::DuplicateVlan { .. } => "duplicate-vlan",
        What::Placeholder { .. } => "placeholder",
        What::NoSafetyManager => "no-safety-manager",
        What::NoDisclosure { .. } => "no-disclosure",
        What::ZoneToZone { .. } => "zone-to-zone",
        What::SaidTwice { .. } => "said-twice",
        What::Incomplete { .. } => "incomplete",
        What::RandomMac { .. } => "random-mac",
        What::Unused { .. } => "unused",
    }
}

impl Unused {
    fn words(self) -> Wanted {
        match self {
            Self::Group => ("グループ", "group"),
            Self::Outside => ("外部の接続先", "outside place"),
            Self::Service => ("サービス", "service"),
        }
    }
}

fn sentences(what: &What) -> (String, String) {
    match what {
        What::OverlappingSubnets { zone, other } => (
            format!("ゾーン {zone} と {other} のサブネットが重なっています。どちらかのサブネットを変えてください。"),
            format!("The subnets of zones {zone} and {other} overlap. Give one of them another subnet."),
        ),
        What::OutsideWithin { end, zone } => (
            format!("外部の {end} のアドレスがゾーン {zone} の中にあります。アドレスを確かめてください。"),
            format!("{end} is outside, but its addresses lie within zone {zone}. Check the addresses."),
        ),
        What::SharedInterface { zone, other, interface } => (
            format!("ゾーン {zone} と {other} が同じインターフェイス {interface} です。別のインターフェイスにしてください。"),
            format!("Zone {zone} and {other} share interface {interface}. Give each its own."),
        ),
        What::OutsideItsZone { device, address, zone } => (
            format!("{device} の {address} はゾーン {zone} のサブネットにありません。アドレスかゾーンを直してください。"),
            format!("{address} of {device} is not in the subnet of zone {zone}. Correct the address or the zone."),
        ),
        What::RouterOutsideZone { address, zone } => (
            format!("ゾーン {zone} のルーターのアドレス {address} がそのサブネットにありません。"),
            format!("The router's address {address} in zone {zone} is not in the zone's subnet."),
        ),
        What::DuplicateAddress { device, other, address } => (
            format!("{device} と {other} が同じアドレス {address} です。一方を変えてください。"),
            format!("{device} and {other} have the same address {address}. Change one."),
        ),
        What::DuplicateMac { device, other, mac } => (
            format!("{device} と {other} が同じ MAC アドレス {mac} です。機器の表示を確かめてください。"),
            format!("{device} and {other} have the same MAC address {mac}. Read it off the devices."),
        ),
        What::FlowToNowhere { flow, end } => (
            format!("通信 {flow} は {end} に届きません。両端に同じ種類(IPv4 か IPv6)の固定アドレスを書いてください。"),
            format!("Flow {flow} cannot reach {end}. Give both ends a fixed address of one family (IPv4 or IPv6)."),
        ),
        What::InternetInwards { flow, end } => (
            format!("通信 {flow} により、インターネットの誰でも {end} に接続できます。VPN を使うか、公開ゾーンに移してください。"),
            format!("Flow {flow} lets anyone on the Internet connect to {end}. Use a VPN, or move it to a public zone."),
        ),
        What::GuestToCharts { flow, end } => (
            format!("通信 {flow} により、来院者用 Wi-Fi から {end} に届きます。この通信を消してください。"),
            format!("Flow {flow} lets guests reach {end}. Remove it."),
        ),
        What::MedicalToInternet { flow, device } => (
            format!("通信 {flow} により、医療機器 {device} がインターネット全体とつながります。接続先を [[outside]] に書いて絞ってください。"),
            format!("Flow {flow} joins medical device {device} to the whole Internet. Declare the place it needs as [[outside]]."),
        ),
        What::OpenWifi { ssid, zone } => (
            format!("暗号化のない Wi-Fi「{ssid}」がゾーン {zone} につながっています。WPA3 か WPA2 にしてください。"),
            format!("The open Wi-Fi \"{ssid}\" leads into zone {zone}. Use WPA3 or WPA2."),
        ),
        What::ExpiredFlow { flow, last } => (
            format!("通信 {flow} は {last} で終わっています。続けるなら日付を延ばし、要らなければ消してください。"),
            format!("Flow {flow} ended on {last}. Give it a later day, or remove it."),
        ),
        What::VendorWithoutLimit { flow, end } => (
            format!("通信 {flow} では {end} がいつでも入れます。hours か until を書くか、[[vendor.maintenance]] にして使う時だけ開けてください。"),
            format!("Flow {flow} lets {end} in at any time. Add hours or until, or make it [[vendor.maintenance]], opened when needed."),
        ),
        What::ChartsToInternet { flow, device } => (
            format!("通信 {flow} により、診療情報のある {device} がインターネット全体に出られます。接続先を [[outside]] に書いて絞ってください。"),
            format!("Flow {flow} lets {device}, which holds charts, call the whole Internet. Declare the place it needs as [[outside]]."),
        ),
        What::PlainPasswords { flow, service } => (
            format!("通信 {flow} の {service} はパスワードを暗号化せずに送ります。ssh などに替えてください。"),
            format!("{service} in flow {flow} sends passwords in clear. Use ssh or the like."),
        ),
        What::Misplaced { device, zone } => (
            format!("{device} がゾーン {zone} にあります。同じゾーンの機器の間は守れません。役割に合うゾーンに移してください。"),
            format!("{device} is in zone {zone}, and nothing stands between devices of one zone. Move it to a zone of its own kind."),
        ),
        What::SsidOfTwoZones { ssid, zone, other } => (
            format!("Wi-Fi「{ssid}」が場所によって {zone} と {other} につながります。名前を分けてください。"),
            format!("The Wi-Fi \"{ssid}\" leads to {zone} or {other}, depending on the place. Use two names."),
        ),
        What::DuplicateVlan { zone, other, vlan } => (
            format!("ゾーン {zone} と {other} が同じ VLAN {vlan} です。番号を分けてください。"),
            format!("Zones {zone} and {other} have the same VLAN {vlan}. Use two numbers."),
        ),
        What::Placeholder { end, address } => (
            format!("{end} のアドレス {address} は文書用です。事業者の接続資料にあるアドレスに置き換えてください。"),
            format!("Address {address} of {end} is one for documents. Replace it with that from the vendor's papers."),
        ),
        What::NoSafetyManager => (
            "医療情報システム安全管理責任者(role = \"safety-manager\")が決まっていません。[[person]] に書いてください。".to_owned(),
            "No safety manager (role = \"safety-manager\") is appointed. Add a [[person]].".to_owned(),
        ),
        What::NoDisclosure { vendor } => (
            format!("事業者 {vendor} の MDS/SDS を受け取った日(disclosure)がありません。取り寄せてください。"),
            format!("Vendor {vendor} has no disclosure date (MDS/SDS). Ask for the document."),
        ),
        What::ZoneToZone { flow } => (
            format!("通信 {flow} はゾーン全体どうしです。必要な機器かグループに絞れます。"),
            format!("Flow {flow} joins whole zones. Name the devices or a group instead."),
        ),
        What::SaidTwice { flow, other } => (
            format!("通信 {flow} は {other} と同じことを許しています。一つにまとめてください。"),
            format!("Flow {flow} allows what {other} allows. Make them one."),
        ),
        What::Incomplete { device, missing } => {
            let missing = missing.join(", ");
            (
                format!("大切な機器 {device} に {missing} がありません。故障の時に要ります。"),
                format!("{device} matters, but lacks {missing}, which is needed when it fails."),
            )
        }
        What::RandomMac { device, mac } => (
            format!("{device} の MAC アドレス {mac} はランダムで、変わることがあります。端末の「プライベート アドレス」を切ってください。"),
            format!("MAC address {mac} of {device} is random and may change. Switch the private address off on the device."),
        ),
        What::Unused { kind, id } => {
            let (ja, en) = kind.words();
            (
                format!("{ja} {id} を使っている通信がありません。要らなければ消してください。"),
                format!("No flow uses the {en} {id}. Remove it if it is not needed."),
            )
        }
    }
}
