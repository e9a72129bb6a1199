//! Drawings as SVG: lines, polylines, polygons, rectangles and paths, with their transforms. The layer is the nearest
//! name above a shape: `inkscape:label`, then `id`, then `class`. Curves become chords.

use super::drawing::Drawing;
use super::table::{ImportError, show};
use crate::geometry::Point;
use roxmltree::{Document, Node, ParsingOptions};
use svgtypes::{PointsParser, SimplePathSegment, SimplifyingPathParser, Transform};

const MAX_BYTES: usize = 16 << 20;
const MAX_NODES: u32 = 500_000;
/// Groups within groups; drawings have a dozen.
const MAX_DEPTH: usize = 200;
const MAX_NAME: usize = 200;
/// Chords of one curve.
const CHORDS: u32 = 8;

/// Reads a drawing in which one unit of the user space is so many metres.
///
/// # Errors
/// A file that is no SVG, a number that is none, coordinates beyond any building, a scale that is none.
pub fn read(bytes: &[u8], metres_per_unit: f64) -> Result<Drawing, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge { what: format!("{} bytes, at most {MAX_BYTES}", bytes.len()) });
    }
    if !(metres_per_unit.is_finite() && metres_per_unit > 0.0) {
        return Err(ImportError::Drawing {
            line: 1,
            why: format!("a scale of {metres_per_unit} m per unit cannot be"),
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| ImportError::Drawing {
        line: line_at(bytes, error.valid_up_to()),
        why: "the text is not UTF-8".to_owned(),
    })?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| ImportError::Drawing {
        line: u64::from(error.pos().row),
        why: format!("this is no XML: {}", show(error.to_string().as_bytes())),
    })?;
    let mut reader = Reader { text, drawing: Drawing::default(), scale: metres_per_unit };
    // By hand and not by recursion: a drawing of a million groups within each other must not end the program.
    let mut open = vec![(document.root_element(), String::new(), Transform::default(), 0)];
    while let Some((node, layer, transform, depth)) = open.pop() {
        let layer = name(node).unwrap_or(layer);
        let transform = match node.attribute("transform").map(str::parse::<Transform>) {
            None => transform,
            Some(Ok(own)) => product(transform, own),
            Some(Err(_)) => return Err(reader.wrong(node, "the transform cannot be read")),
        };
        reader.shape(node, &layer, transform)?;
        if depth == MAX_DEPTH {
            return Err(reader.wrong(node, "groups lie within each other more than 200 deep"));
        }
        let inner = node
            .children()
            .filter(|n| n.is_element() && !matches!(n.tag_name().name(), "defs" | "clipPath" | "mask" | "symbol"));
        open.extend(inner.map(|child| (child, layer.clone(), transform, depth + 1)));
    }
    if reader.drawing.lines.is_empty() { Err(ImportError::Empty) } else { Ok(reader.drawing) }
}

fn line_at(bytes: &[u8], at: usize) -> u64 {
    1 + bytes[..at].iter().filter(|b| **b == b'\n').count() as u64
}

/// The name that a group or shape gives to what is drawn in it.
fn name(node: Node<'_, '_>) -> Option<String> {
    let label = node.attributes().find(|a| a.name() == "label").map(|a| a.value());
    let named = label.or_else(|| node.attribute("id")).or_else(|| node.attribute("class"))?;
    // Programs number their shapes; a number is no layer.
    let is_group = matches!(node.tag_name().name(), "g" | "a") || node.attribute("class").is_some() || label.is_some();
    is_group.then(|| named.chars().take(MAX_NAME).map(|c| if c.is_control() { '·' } else { c }).collect())
}

/// First `inner`, then `outer`.
fn product(outer: Transform, inner: Transform) -> Transform {
    Transform::new(
        outer.a * inner.a + outer.c * inner.b,
        outer.b * inner.a + outer.d * inner.b,
        outer.a * inner.c + outer.c * inner.d,
        outer.b * inner.c + outer.d * inner.d,
        outer.a * inner.e + outer.c * inner.f + outer.e,
        outer.b * inner.e + outer.d * inner.f + outer.f,
    )
}

struct Reader<'a> {
    text: &'a str,
    drawing: Drawing,
    scale: f64,
}

impl Reader<'_> {
    fn wrong(&self, node: Node<'_, '_>, why: &str) -> ImportError {
        let line = line_at(self.text.as_bytes(), node.range().start);
        ImportError::Drawing { line, why: format!("<{}>: {why}", show(node.tag_name().name().as_bytes())) }
    }

    fn number(&self, node: Node<'_, '_>, name: &str, missing: Option<f64>) -> Result<f64, ImportError> {
        let Some(text) = node.attribute(name) else {
            return missing.ok_or_else(|| self.wrong(node, &format!("the attribute {name} is missing")));
        };
        let number = text.trim().trim_end_matches("px").parse::<f64>().ok().filter(|n| n.is_finite());
        number.ok_or_else(|| self.wrong(node, &format!("{name}=\"{}\" is no length in px", show(text.as_bytes()))))
    }

    fn shape(&mut self, node: Node<'_, '_>, layer: &str, transform: Transform) -> Result<(), ImportError> {
        let chains: Vec<Vec<(f64, f64)>> = match node.tag_name().name() {
            "line" => {
                let at = |name| self.number(node, name, Some(0.0));
                vec![vec![(at("x1")?, at("y1")?), (at("x2")?, at("y2")?)]]
            }
            "polyline" => vec![points(node)],
            "polygon" => vec![closed(points(node))],
            "rect" => {
                let at = |name| self.number(node, name, Some(0.0));
                let (x, y) = (at("x")?, at("y")?);
                let (w, h) = (self.number(node, "width", None)?, self.number(node, "height", None)?);
                vec![closed(vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h)])]
            }
            "path" => path(node.attribute("d").unwrap_or_default())
                .ok_or_else(|| self.wrong(node, "its d cannot be read as a path"))?,
            "circle" | "ellipse" | "text" | "image" | "use" => {
                *self.drawing.left_out.entry(node.tag_name().name().to_owned()).or_insert(0) += 1;
                return Ok(());
            }
            _ => return Ok(()),
        };
        let place = |(x, y): (f64, f64)| {
            let (u, v) =
                (transform.a * x + transform.c * y + transform.e, transform.b * x + transform.d * y + transform.f);
            // Pictures count downwards, floors upwards.
            Point::new(u * self.scale, -v * self.scale)
        };
        let lines: Vec<(Point, Point)> =
            chains.iter().flat_map(|chain| chain.windows(2)).map(|pair| (place(pair[0]), place(pair[1]))).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let line = line_at(self.text.as_bytes(), node.range().start);
        lines.into_iter().try_for_each(|(a, b)| self.drawing.push(line, layer, a, b))
    }
}

fn points(node: Node<'_, '_>) -> Vec<(f64, f64)> {
    PointsParser::from(node.attribute("points").unwrap_or_default()).collect()
}

fn closed(mut corners: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    corners.extend(corners.first().copied());
    corners
}

/// The chains of a path; `None` if it is broken.
fn path(text: &str) -> Option<Vec<Vec<(f64, f64)>>> {
    let mut chains: Vec<Vec<(f64, f64)>> = Vec::new();
    for segment in SimplifyingPathParser::from(text) {
        let segment = segment.ok()?;
        if let SimplePathSegment::MoveTo { x, y } = segment {
            chains.push(vec![(x, y)]);
            continue;
        }
        let chain = chains.last_mut()?;
        let from = *chain.last()?;
        match segment {
            SimplePathSegment::MoveTo { .. } => {}
            SimplePathSegment::LineTo { x, y } => chain.push((x, y)),
            SimplePathSegment::Quadratic { x1, y1, x, y } => {
                let third = |a: f64, b: f64| a + (b - a) * 2.0 / 3.0;
                let (c1, c2) = ((third(from.0, x1), third(from.1, y1)), (third(x, x1), third(y, y1)));
                curve(chain, [from, c1, c2, (x, y)]);
            }
            SimplePathSegment::CurveTo { x1, y1, x2, y2, x, y } => curve(chain, [from, (x1, y1), (x2, y2), (x, y)]),
            SimplePathSegment::ClosePath => {
                let first = *chain.first()?;
                chain.push(first);
                chains.push(vec![first]);
            }
        }
    }
    Some(chains)
}

fn curve(chain: &mut Vec<(f64, f64)>, [p, q, r, s]: [(f64, f64); 4]) {
    let bernstein = |t: f64, f: fn((f64, f64)) -> f64| {
        let u = 1.0 - t;
        u * u * u * f(p) + 3.0 * u * u * t * f(q) + 3.0 * u * t * t * f(r) + t * t * t * f(s)
    };
    let at = |i: u32| f64::from(i) / f64::from(CHORDS);
    chain.extend((1..=CHORDS).map(|i| (bernstein(at(i), |p| p.0), bernstein(at(i), |p| p.1))));
}
