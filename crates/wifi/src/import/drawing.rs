//! A drawing of any kind: straight lines on named layers. Which layer is which material is for a person to say;
//! [`guess`] offers what the name suggests.

use super::table::ImportError;
use crate::geometry::{MAX_SIDE, MAX_WALLS, Point, Segment, Wall};
use crate::material::Material;
use std::collections::BTreeMap;

/// More lines than this are not read: texts and hatching of a whole building have less.
pub const MAX_LINES: usize = 500_000;

/// Straight lines in metres, and what could not be read as such.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// Lines and the layer of each.
    pub lines: Vec<Drawn>,
    /// Kinds of things that are no lines (texts, blocks, arcs), and how many of each were left out.
    pub left_out: BTreeMap<String, usize>,
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Its layer.
    pub layer: String,
    /// In metres, y up.
    pub segment: Segment,
}

impl Drawing {
    /// Takes in a line.
    pub(super) fn push(&mut self, line: u64, layer: &str, a: Point, b: Point) -> Result<(), ImportError> {
        if !(a.is_sane() && b.is_sane()) {
            let reach = 10.0 * MAX_SIDE;
            let why = format!("a coordinate is no number or beyond {reach} m; check the unit of the drawing");
            return Err(ImportError::Drawing { line, why });
        }
        if self.lines.len() == MAX_LINES {
            return Err(ImportError::TooLarge { what: format!("more than {MAX_LINES} lines") });
        }
        if a != b {
            self.lines.push(Drawn { layer: layer.to_owned(), segment: Segment::new(a, b) });
        }
        Ok(())
    }

    /// The layers and how many lines each has.
    #[must_use]
    pub fn layers(&self) -> BTreeMap<&str, usize> {
        let mut layers = BTreeMap::new();
        self.lines.iter().for_each(|line| *layers.entry(line.layer.as_str()).or_insert(0) += 1);
        layers
    }

    /// The walls: lines of layers to which `of` gives a material.
    ///
    /// # Errors
    /// More than [`MAX_WALLS`]; no line at all on such a layer, with the layers there are.
    pub fn walls(&self, of: impl Fn(&str) -> Option<Material>) -> Result<Vec<Wall>, ImportError> {
        let wall = |line: &Drawn| Some(Wall { segment: line.segment, material: of(&line.layer)? });
        let walls: Vec<Wall> = self.lines.iter().filter_map(wall).collect();
        match walls.len() {
            0 => {
                Err(ImportError::NoLayer { layers: self.layers().into_keys().take(30).collect::<Vec<_>>().join(", ") })
            }
            1..=MAX_WALLS => Ok(walls),
            many => Err(ImportError::TooLarge { what: format!("{many} walls, at most {MAX_WALLS}") }),
        }
    }
}

/// What names of layers usually stand for, the more telling first.
const NAMES: [(&[&str], Option<Material>); 9] = [
    (&["dim", "text", "hatch", "寸法", "文字", "通芯", "通り芯", "defpoints", "title"], None),
    (
        &["lead", "鉛", "x-ray", "xray", "x線", "レントゲン", "metal", "steel", "elev", "エレベ", "金属", "鉄骨"],
        Some(Material::Metal),
    ),
    (&["glass", "glaz", "window", "wind", "ガラス", "窓", "サッシ"], Some(Material::Glass)),
    (&["concrete", "conc", "rc", "コンクリ", "躯体", "s-wall"], Some(Material::Concrete)),
    (&["brick", "block", "alc", "れんが", "ブロック"], Some(Material::Brick)),
    (&["plaster", "drywall", "gypsum", "lgs", "石膏", "間仕切", "ボード", "partition"], Some(Material::Plasterboard)),
    (&["door", "wood", "建具", "扉", "ドア", "木"], Some(Material::Wood)),
    (&["wall", "壁"], Some(Material::Unknown)),
    (&["furn", "家具", "什器", "stair", "階段"], Some(Material::Clutter)),
];

/// What a layer of this name probably stands for.
#[must_use]
pub fn guess(layer: &str) -> Option<Material> {
    let name = layer.to_lowercase();
    let named = |word: &&str| {
        if word.len() > 2 || !word.is_ascii() { name.contains(*word) } else { words(&name).any(|w| w == *word) }
    };
    NAMES.iter().find(|(words, _)| words.iter().any(&named)).and_then(|(_, material)| *material)
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
}
