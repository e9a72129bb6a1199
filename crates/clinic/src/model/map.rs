//! The network as a drawing: zones as boxes with their devices in them, and lines that pass the gateway.
//!
//! Two rows of boxes face a corridor, in which the gateway lies as a bar: every line between two boxes goes through
//! the corridor, as every packet goes through the gateway. The same clinic gives the same drawing, and a device
//! that is added moves only what comes behind it.

use std::collections::BTreeMap;

use super::Clinic;
use super::flow::Endpoint;
use super::ids::FlowId;
use super::matrix::{Matrix, Side};

/// A rectangle, in units that are pixels at the natural size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "what they are called in every drawing")]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// A box with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A zone, or what is outside.
    pub side: Side,
    /// Where.
    pub area: Area,
    /// Devices, or outside: places, vendors and the Internet.
    pub tiles: Vec<(Endpoint, Area)>,
}

/// All that may be said between two sides, in both directions: one line, a curve whose two control points have the
/// x of their ends and this y.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// One end.
    pub a: Side,
    /// The other end.
    pub b: Side,
    /// Flows in which `a` calls.
    pub there: Vec<FlowId>,
    /// Flows in which `b` calls.
    pub back: Vec<FlowId>,
    /// Where it begins, at `a`.
    pub start: (u32, u32),
    /// Where it ends, at `b`.
    pub end: (u32, u32),
    /// How far it bends.
    pub bend_y: u32,
}

/// The drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Its natural width.
    pub width: u32,
    /// Its natural height.
    pub height: u32,
    /// The bar of the gateway.
    pub gateway: Area,
    /// Boxes: what is outside first, then the zones in the order of the file.
    pub places: Vec<Place>,
    /// Lines.
    pub links: Vec<Link>,
}

const TILE_WIDTH: u32 = 156;
const TILE_HEIGHT: u32 = 40;
const GAP: u32 = 8;
const PAD: u32 = 12;
const HEAD: u32 = 34;
const BETWEEN: u32 = 24;
const MARGIN: u32 = 12;
const CORRIDOR: u32 = 170;
const BAR: u32 = 34;
/// Width to height that suits a screen, in tenths.
const SHAPE_TENTHS: u32 = 19;
/// Rows of tiles in a box that are tried.
const ROWS: std::ops::RangeInclusive<usize> = 3..=10;

/// Draws a clinic.
#[must_use]
pub fn map(clinic: &Clinic, matrix: &Matrix) -> Map {
    let contents = contents(clinic);
    let far = |rows: &usize| {
        let (width, height) = Shape::of(&contents, *rows).size();
        (width * 10).abs_diff(height * SHAPE_TENTHS)
    };
    let shape = Shape::of(&contents, ROWS.min_by_key(far).unwrap_or(*ROWS.start()));
    let (width, height) = shape.size();
    let top = shape.height(..shape.split);
    let gateway = Area { x: MARGIN, y: MARGIN + top + (CORRIDOR - BAR) / 2, width: width - 2 * MARGIN, height: BAR };
    let places = shape.places(&contents, top);
    let links = links(matrix, &places, gateway);
    Map { width, height, gateway, places, links }
}

/// What each box holds.
fn contents(clinic: &Clinic) -> Vec<(Side, Vec<Endpoint>)> {
    let mut outside: Vec<Endpoint> = vec![Endpoint::Internet];
    outside.extend(clinic.outside.iter().map(|place| Endpoint::Outside(place.id.clone())));
    outside.extend(clinic.vendors.iter().map(|vendor| Endpoint::Vendor(vendor.id.clone())));
    let zones = clinic.zones.iter().map(|zone| {
        let devices = clinic.devices_in(&zone.id).filter(|device| clinic.side_of(device) != Side::Gateway);
        (Side::Zone(zone.id.clone()), devices.map(|device| Endpoint::Device(device.id.clone())).collect())
    });
    std::iter::once((Side::Outside, outside)).chain(zones).collect()
}

/// Columns and rows of each box, and how many boxes stand above the corridor.
struct Shape {
    boxes: Vec<(u32, u32)>,
    split: usize,
}

impl Shape {
    fn of(contents: &[(Side, Vec<Endpoint>)], rows_max: usize) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX / 1000);
        let boxes: Vec<(u32, u32)> = contents
            .iter()
            .map(|(_, tiles)| {
                let columns = tiles.len().div_ceil(rows_max).max(1);
                (count(columns), count(tiles.len().div_ceil(columns).max(1)))
            })
            .collect();
        let mut shape = Self { boxes, split: 0 };
        let longer = |split: &usize| shape.width(..*split).max(shape.width(*split..));
        shape.split = (1..=shape.boxes.len()).min_by_key(longer).unwrap_or(1);
        shape
    }

    fn box_width(columns: u32) -> u32 {
        2 * PAD + columns * TILE_WIDTH + (columns - 1) * GAP
    }

    fn box_height(rows: u32) -> u32 {
        HEAD + PAD + rows * TILE_HEIGHT + (rows - 1) * GAP
    }

    fn width(&self, boxes: impl std::slice::SliceIndex<[(u32, u32)], Output = [(u32, u32)]>) -> u32 {
        self.boxes[boxes].iter().map(|(columns, _)| Self::box_width(*columns) + BETWEEN).sum::<u32>()
    }

    fn height(&self, boxes: impl std::slice::SliceIndex<[(u32, u32)], Output = [(u32, u32)]>) -> u32 {
        self.boxes[boxes].iter().map(|(_, rows)| Self::box_height(*rows)).max().unwrap_or(0)
    }

    fn size(&self) -> (u32, u32) {
        let width = self.width(..self.split).max(self.width(self.split..)).saturating_sub(BETWEEN);
        let height = self.height(..self.split) + CORRIDOR + self.height(self.split..);
        (width + 2 * MARGIN, height + 2 * MARGIN)
    }

    fn places(&self, contents: &[(Side, Vec<Endpoint>)], top: u32) -> Vec<Place> {
        let total = self.size().0;
        let mut places = Vec::new();
        let mut x = 0;
        for (index, ((side, ends), (columns, rows))) in contents.iter().zip(&self.boxes).enumerate() {
            let above = index < self.split;
            if index == 0 || index == self.split {
                // A row that is shorter stands in the middle.
                let row = if above { self.width(..self.split) } else { self.width(self.split..) };
                x = (total - row.saturating_sub(BETWEEN)) / 2;
            }
            let height = Self::box_height(*rows);
            // Both rows touch the corridor.
            let y = if above { MARGIN + top - height } else { MARGIN + top + CORRIDOR };
            let area = Area { x, y, width: Self::box_width(*columns), height };
            x += area.width + BETWEEN;
            let tile = |(number, end): (u32, &Endpoint)| {
                let (column, row) = (number % columns, number / columns);
                let area = Area {
                    x: area.x + PAD + column * (TILE_WIDTH + GAP),
                    y: area.y + HEAD + row * (TILE_HEIGHT + GAP),
                    width: TILE_WIDTH,
                    height: TILE_HEIGHT,
                };
                (end.clone(), area)
            };
            places.push(Place { side: side.clone(), area, tiles: (0..).zip(ends).map(tile).collect() });
        }
        places
    }
}

fn links(matrix: &Matrix, places: &[Place], gateway: Area) -> Vec<Link> {
    let mut pairs: BTreeMap<(usize, usize), (Vec<FlowId>, Vec<FlowId>)> = BTreeMap::new();
    let at = |side: &Side| places.iter().position(|place| place.side == *side).unwrap_or(places.len());
    for cell in &matrix.cells {
        let (from, to) = (at(&cell.from), at(&cell.to));
        let (there, back) = pairs.entry((from.min(to), from.max(to))).or_default();
        let own = if from < to { there } else { back };
        own.extend(cell.flows.iter().cloned());
    }
    // The ends at each box, in the order of what they lead to, so that lines cross as little as they can.
    let middle = |index: usize| places.get(index).map_or(u32::MAX, |place| place.area.x + place.area.width / 2);
    let mut ports: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(a, b) in pairs.keys() {
        ports.entry(a).or_default().push(b);
        ports.entry(b).or_default().push(a);
    }
    for (own, others) in &mut ports {
        // What leads straight into the gateway stands in the middle of its box.
        others.sort_by_key(|other| if *other == places.len() { (middle(*own), 0) } else { (middle(*other), *other) });
    }
    let port = |own: usize, other: usize| {
        let others = &ports[&own];
        let number = others.iter().position(|each| *each == other).unwrap_or(0);
        let (number, count) = (u32::try_from(number).unwrap_or(0), u32::try_from(others.len()).unwrap_or(1));
        places.get(own).map(|place| {
            let area = place.area;
            let x = area.x + area.width * (number + 1) / (count + 1);
            let above = area.y < gateway.y;
            (x, if above { area.y + area.height } else { area.y }, above)
        })
    };
    let mut links = Vec::new();
    let side = |index: usize| places.get(index).map_or(Side::Gateway, |place| place.side.clone());
    for ((a, b), (there, back)) in pairs {
        let Some((x, y, above)) = port(a, b) else { continue };
        let edge = if above { gateway.y } else { gateway.y + gateway.height };
        let (end, bend_y) = match port(b, a) {
            // Straight down into the bar.
            None => ((x, edge), u32::midpoint(y, edge)),
            // There and back on one side of the bar: the curve reaches three quarters of the way to its control points.
            Some((x, end_y, other)) if other == above => {
                let centre = gateway.y + gateway.height / 2;
                let deep = y.abs_diff(centre) * 4 / 3;
                ((x, end_y), if above { y + deep } else { y.saturating_sub(deep) })
            }
            Some((x, end_y, _)) => ((x, end_y), gateway.y + gateway.height / 2),
        };
        links.push(Link { a: side(a), b: side(b), there, back, start: (x, y), end, bend_y });
    }
    links
}
