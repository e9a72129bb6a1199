//! What a radio may use in Japan.
//!
//! Channels of 2.4 GHz (1, 6, 11 of the thirteen, since only those three stay out of each other's way), W52, W53 and
//! W56, and the lower 6 GHz. Powers are the limits that drivers keep (wireless-regdb 2026.05.30, JP), which lie at or
//! below those of the law: whoever stays within them stays within both.

use crate::radio::{Band, Channel, Dbm, Width};
use serde::Serialize;

/// A channel that may be used, and how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Allowed {
    /// The primary channel's number, as one types it into an access point.
    pub number: u16,
    /// Where it lies.
    pub channel: Channel,
    /// `2.4 GHz`, `W52`, `W53`, `W56` or `6 GHz LPI`.
    pub part: &'static str,
    /// Whether it must give way to radar: after switching on it listens for at least 60 s, and when it hears radar it
    /// leaves the channel at once and for 30 minutes, with everyone on it.
    pub dfs: bool,
    /// Whether it may be used indoors only.
    pub indoors: bool,
    /// The most that may be radiated.
    pub most: Dbm,
}

/// The channels of a band in one width, those that need not give way first; none where the width is not allowed.
#[must_use]
pub fn channels(band: Band, width: Width) -> Vec<Allowed> {
    match (band, width) {
        (Band::Two, Width::W20) => [1, 6, 11].map(|n| low(n, width)).to_vec(),
        (Band::Two, _) => Vec::new(),
        (Band::Five, _) => five(width),
        (Band::Six, _) => six(width),
    }
}

/// The part of the spectrum that the allowed channel with this primary number and width takes; `None` if there is none.
#[must_use]
pub fn channel(band: Band, number: u16, width: Width) -> Option<Channel> {
    let mhz = f64::from(number) * 5.0;
    match band {
        Band::Two => (1..=13).contains(&number).then(|| low(number, width).channel),
        Band::Five => {
            let many = (width.mhz() / 20.0) as u16;
            let block = PARTS_5.iter().flat_map(|part| blocks(part, many));
            let first = block.into_iter().find(|first| (*first..first + 4 * many).step_by(4).any(|n| n == number))?;
            Some(Channel { centre_mhz: 5_000.0 + f64::from(first) * 5.0 - 10.0 + width.mhz() / 2.0, width })
        }
        Band::Six => {
            let offset = ((mhz - 5.0) / width.mhz()).floor();
            let inside = number % 4 == 1 && (1..=93).contains(&number);
            inside.then(|| Channel { centre_mhz: 5_945.0 + (offset + 0.5) * width.mhz(), width })
        }
    }
}

fn low(number: u16, width: Width) -> Allowed {
    let channel = Channel { centre_mhz: 2_407.0 + 5.0 * f64::from(number), width };
    Allowed { number, channel, part: "2.4 GHz", dfs: false, indoors: false, most: Dbm(20.0) }
}

struct Part {
    name: &'static str,
    first: u16,
    last: u16,
    dfs: bool,
    indoors: bool,
    most: f64,
}

const PARTS_5: [Part; 3] = [
    // Outdoors only when registered, so a clinic plans it for indoors.
    Part { name: "W52", first: 36, last: 48, dfs: false, indoors: true, most: 20.0 },
    Part { name: "W53", first: 52, last: 64, dfs: true, indoors: true, most: 20.0 },
    Part { name: "W56", first: 100, last: 144, dfs: true, indoors: false, most: 23.0 },
];

/// First 20 MHz channel of each block of `many` in this part.
fn blocks(part: &Part, many: u16) -> Vec<u16> {
    let (first, last) = match (part.name, many) {
        // 160 MHz take W52 and W53 together, as one block that gives way to radar.
        ("W52", 8) => (36, 64),
        ("W53", 8) => return Vec::new(),
        _ => (part.first, part.last),
    };
    (first..=last).step_by(usize::from(4 * many)).filter(|f| f + 4 * (many - 1) <= last).collect()
}

fn five(width: Width) -> Vec<Allowed> {
    if width == Width::W320 {
        return Vec::new();
    }
    let many = (width.mhz() / 20.0) as u16;
    let of = |part: &'static Part| {
        blocks(part, many).into_iter().filter_map(move |number| {
            Some(Allowed {
                number,
                channel: channel(Band::Five, number, width)?,
                part: part.name,
                dfs: part.dfs || many == 8,
                indoors: part.indoors,
                most: Dbm(part.most),
            })
        })
    };
    PARTS_5.iter().flat_map(of).collect()
}

/// Low power indoors. Clients look for access points on the preferred channels (5, 21, 37 …) first, so wide channels
/// have those as their primary.
fn six(width: Width) -> Vec<Allowed> {
    let many = (width.mhz() / 20.0) as u16;
    let firsts = (1..=93_u16).step_by(usize::from(4 * many)).filter(|f| f + 4 * (many - 1) <= 93);
    let of = |first: u16| {
        let number = if many >= 4 { first + 4 } else { first };
        let channel = channel(Band::Six, number, width)?;
        Some(Allowed { number, channel, part: "6 GHz LPI", dfs: false, indoors: true, most: Dbm(23.0) })
    };
    firsts.filter_map(of).collect()
}
