//! Floors, rooms, walls, and the access points in them.

use super::ids::{AccessPointId, DeviceId, FloorId, RoomId, ZoneId};
use super::line::Line;
use super::words::words;

/// A place on a floor, in millimetres from the floor's own corner, x to the right and y down, as plans are drawn.
/// The file has metres; whole millimetres compare exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    /// To the right.
    pub x_mm: i32,
    /// Down.
    pub y_mm: i32,
}

impl Point {
    /// In metres.
    #[must_use]
    pub fn metres(self) -> (f64, f64) {
        (f64::from(self.x_mm) / 1000.0, f64::from(self.y_mm) / 1000.0)
    }
}

words! {
    /// What a wall, door or slab is made of. Its loss is the business of `wifi` (ITU-R P.2040 names).
    Material {
        /// 石膏ボード on studs, the ordinary partition.
        Plasterboard "plasterboard" "石膏ボード" "plasterboard",
        /// Wood, a wooden door.
        Wood "wood" "木" "wood",
        /// Glass.
        Glass "glass" "ガラス" "glass",
        /// Brick, block, ALC.
        Brick "brick" "れんが・ブロック・ALC" "brick or block",
        /// Concrete, with steel.
        Concrete "concrete" "鉄筋コンクリート" "concrete",
        /// Steel door, lift shaft, metal partition.
        Metal "metal" "金属" "metal",
        /// The lead lining of an X-ray room.
        Lead "lead" "鉛 (X線室)" "lead lining",
    }
}

/// A wall, or a door in one: a straight piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wall {
    /// One end.
    pub from: Point,
    /// The other end; never the same.
    pub to: Point,
    /// What it is made of.
    pub material: Material,
    /// Its thickness, if known.
    pub thickness_mm: Option<u32>,
    /// Where it is declared.
    pub line: Line,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its id, unique in the clinic.
    pub id: RoomId,
    /// What people call it.
    pub name: String,
    /// Its corners in order, three or more; the last joins the first.
    pub corners: Vec<Point>,
    /// Where it is declared.
    pub line: Line,
}

/// A floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// Its id.
    pub id: FloorId,
    /// What people call it.
    pub name: String,
    /// 1 is the ground floor (1階), -1 the first basement; never 0.
    pub level: i8,
    /// Floor to floor.
    pub height_mm: u32,
    /// What separates it from the floor above.
    pub slab: Material,
    /// Thickness of the slab, if known.
    pub slab_mm: Option<u32>,
    /// Its rooms.
    pub rooms: Vec<Room>,
    /// Its walls.
    pub walls: Vec<Wall>,
    /// Where it is declared.
    pub line: Line,
}

words! {
    /// A radio band.
    Band {
        /// 2.4 GHz.
        Ghz2 "2.4" "2.4 GHz" "2.4 GHz",
        /// 5 GHz.
        Ghz5 "5" "5 GHz" "5 GHz",
        /// 6 GHz.
        Ghz6 "6" "6 GHz" "6 GHz",
    }
}

impl Band {
    /// Whether the band has this primary channel in Japan (14, for 802.11b alone, is left out).
    #[must_use]
    pub fn has_channel(self, channel: u16) -> bool {
        match self {
            Self::Ghz2 => (1..=13).contains(&channel),
            // W52, W53, W56.
            Self::Ghz5 => channel.is_multiple_of(4) && ((36..=64).contains(&channel) || (100..=144).contains(&channel)),
            // 24 channels of 20 MHz in 5925–6425 MHz.
            Self::Ghz6 => channel % 4 == 1 && (1..=93).contains(&channel),
        }
    }

    /// The channel widths of the band, in MHz.
    #[must_use]
    pub fn widths_mhz(self) -> &'static [u16] {
        match self {
            Self::Ghz2 => &[20, 40],
            Self::Ghz5 => &[20, 40, 80, 160],
            Self::Ghz6 => &[20, 40, 80, 160, 320],
        }
    }
}

/// One radio of an access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Radio {
    /// Its band.
    pub band: Band,
    /// Primary channel, one that the band has in Japan; none if it chooses itself.
    pub channel: Option<u16>,
    /// Channel width in MHz: 20, 40, 80, 160 or 320.
    pub width_mhz: u16,
    /// Radiated power (EIRP) in dBm.
    pub power_dbm: i8,
}

words! {
    /// How a Wi-Fi network lets devices in.
    WifiSecurity {
        /// WPA3 with a certificate or account per device.
        Wpa3Enterprise "wpa3-enterprise" "WPA3-Enterprise" "WPA3-Enterprise",
        /// WPA2 with a certificate or account per device.
        Wpa2Enterprise "wpa2-enterprise" "WPA2-Enterprise" "WPA2-Enterprise",
        /// WPA3 with a password.
        Wpa3Personal "wpa3-personal" "WPA3-Personal" "WPA3-Personal",
        /// WPA2 (AES) with a password.
        Wpa2Personal "wpa2-personal" "WPA2-Personal" "WPA2-Personal",
        /// Nothing asked, not even encrypted.
        Open "open" "暗号化なし" "open",
    }
}

/// A Wi-Fi network and the zone it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssid {
    /// Its name, 1 to 32 bytes.
    pub name: String,
    /// Where its devices land.
    pub zone: ZoneId,
    /// How they are let in.
    pub security: WifiSecurity,
}

/// An access point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPoint {
    /// Its id.
    pub id: AccessPointId,
    /// What people call it.
    pub name: String,
    /// Its floor.
    pub floor: FloorId,
    /// Where it hangs.
    pub at: Point,
    /// Height above the floor.
    pub height_mm: u32,
    /// The device it is, in the inventory.
    pub device: Option<DeviceId>,
    /// Its radios, one per band.
    pub radios: Vec<Radio>,
    /// What it offers.
    pub ssids: Vec<Ssid>,
    /// Where it is declared.
    pub line: Line,
}
