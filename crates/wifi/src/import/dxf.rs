//! Drawings as text DXF: `LINE`, `LWPOLYLINE` and `POLYLINE` of the entities. Pairs of lines, a group code and a value
//! (Autodesk, DXF Reference). Arcs and blocks are counted, not drawn: doors swing in arcs, and are no walls.

use super::drawing::Drawing;
use super::table::{ImportError, MAX_BYTES, show};
use crate::geometry::Point;

/// Corners of one polyline, and characters of one layer's name.
const MAX_CORNERS: usize = 100_000;
const MAX_NAME: usize = 200;

/// Reads a drawing. `metres_per_unit` is asked for where the drawing does not say its unit, and overrides it where it
/// does.
///
/// # Errors
/// A file that is no text DXF or was cut off, a number that is none, coordinates beyond any building, no unit.
pub fn read(bytes: &[u8], metres_per_unit: Option<f64>) -> Result<Drawing, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge { what: format!("{} bytes, at most {MAX_BYTES}", bytes.len()) });
    }
    if bytes.starts_with(b"AutoCAD Binary DXF") {
        return Err(wrong(1, "this is binary DXF; save it as ASCII DXF"));
    }
    let text = text(bytes);
    let mut reader = Reader { drawing: Drawing::default(), scale: metres_per_unit, now: Thing::default() };
    let (mut section, mut variable, mut ended) = (String::new(), String::new(), false);
    let mut pairs = Pairs { lines: text.lines(), number: 0 };
    for pair in pairs.by_ref() {
        let (line, code, value) = pair?;
        match (code, value) {
            (0, "EOF") => {
                ended = true;
                break;
            }
            (0, "ENDSEC") => {
                reader.finish(line)?;
                section.clear();
            }
            (2, name) if section == "SECTION" => name.clone_into(&mut section),
            (0, "SECTION") => "SECTION".clone_into(&mut section),
            (9, name) => name.clone_into(&mut variable),
            (70, unit) if section == "HEADER" && variable == "$INSUNITS" && metres_per_unit.is_none() => {
                reader.scale = metres(unit);
            }
            _ if section == "ENTITIES" => reader.take(line, code, value)?,
            _ => {}
        }
    }
    match (ended, pairs.number) {
        (_, 0) => Err(ImportError::Empty),
        (false, last) => Err(wrong(last, "the drawing ends here without EOF; it was cut off, export it again")),
        (true, _) if reader.drawing == Drawing::default() => Err(ImportError::Empty),
        (true, _) => Ok(reader.drawing),
    }
}

fn wrong(line: u64, why: impl Into<String>) -> ImportError {
    ImportError::Drawing { line, why: why.into() }
}

/// Drawings of Japan before 2007 are in Shift_JIS, later ones in UTF-8.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes).0,
    }
}

/// Metres per unit of `$INSUNITS`.
fn metres(unit: &str) -> Option<f64> {
    match unit {
        "1" => Some(0.0254),
        "2" => Some(0.3048),
        "4" => Some(0.001),
        "5" => Some(0.01),
        "6" => Some(1.0),
        _ => None,
    }
}

/// Code and value, with the line of the code.
struct Pairs<'a> {
    lines: std::str::Lines<'a>,
    number: u64,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Result<(u64, i32, &'a str), ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.lines.next()?;
        self.number += 1;
        let line = self.number;
        let Ok(code) = first.trim().parse() else {
            let why = format!("\"{}\" is no group code; this is no DXF, or it is damaged here", show(first.as_bytes()));
            return Some(Err(wrong(line, why)));
        };
        // A code without a value is where the file was cut off; the missing EOF tells.
        let value = self.lines.next()?;
        self.number += 1;
        Some(Ok((line, code, value.trim())))
    }
}

/// An entity while its groups come in.
#[derive(Default)]
struct Thing {
    kind: String,
    layer: String,
    closed: bool,
    corners: Vec<(f64, f64)>,
    line: u64,
}

struct Reader {
    drawing: Drawing,
    scale: Option<f64>,
    now: Thing,
}

impl Reader {
    fn take(&mut self, line: u64, code: i32, value: &str) -> Result<(), ImportError> {
        match (code, value) {
            // Corners of the polyline that is being read.
            (0, "VERTEX") if self.now.kind == "POLYLINE" => {}
            (0, kind) => {
                self.finish(line)?;
                self.now = Thing { kind: kind.chars().take(MAX_NAME).collect(), line, ..Thing::default() };
            }
            (8, layer) if self.now.layer.is_empty() => {
                let clean = layer.chars().take(MAX_NAME).map(|c| if c.is_control() { '·' } else { c });
                self.now.layer = clean.collect();
            }
            (70, flags) if self.now.kind.ends_with("POLYLINE") && self.now.corners.is_empty() => {
                self.now.closed = flags.parse::<i32>().is_ok_and(|f| f & 1 == 1);
            }
            (10 | 11, x) if self.is_line() => {
                if self.now.corners.len() == MAX_CORNERS {
                    return Err(ImportError::TooLarge {
                        what: format!("a polyline of more than {MAX_CORNERS} corners"),
                    });
                }
                self.now.corners.push((number(line + 1, x)?, f64::NAN));
            }
            (20 | 21, y) if self.is_line() => {
                let y = number(line + 1, y)?;
                match self.now.corners.last_mut() {
                    Some(corner) if corner.1.is_nan() => corner.1 = y,
                    _ => return Err(wrong(line, "a y (20) without the x (10) before it; the drawing is damaged here")),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn is_line(&self) -> bool {
        matches!(self.now.kind.as_str(), "LINE" | "LWPOLYLINE" | "POLYLINE")
    }

    fn finish(&mut self, line: u64) -> Result<(), ImportError> {
        let mut thing = std::mem::take(&mut self.now);
        match thing.kind.as_str() {
            "" | "SEQEND" => return Ok(()),
            // The first point of an old polyline is a placeholder.
            "POLYLINE" if !thing.corners.is_empty() => drop(thing.corners.remove(0)),
            "LINE" | "LWPOLYLINE" => {}
            _ => {
                *self.drawing.left_out.entry(thing.kind).or_insert(0) += 1;
                return Ok(());
            }
        }
        if thing.corners.iter().any(|c| c.1.is_nan()) || thing.corners.len() < 2 {
            return Err(wrong(thing.line, format!("this {} lacks a coordinate before line {line}", thing.kind)));
        }
        let Some(scale) = self.scale.filter(|s| s.is_finite() && *s > 0.0) else {
            return Err(wrong(
                thing.line,
                "the drawing does not say its unit ($INSUNITS); say how many metres one unit is",
            ));
        };
        if thing.closed {
            thing.corners.push(thing.corners[0]);
        }
        let point = |(x, y): (f64, f64)| Point::new(x * scale, y * scale);
        for pair in thing.corners.windows(2) {
            self.drawing.push(thing.line, &thing.layer, point(pair[0]), point(pair[1]))?;
        }
        Ok(())
    }
}

fn number(line: u64, text: &str) -> Result<f64, ImportError> {
    let number = text.parse::<f64>().ok().filter(|n| n.is_finite());
    number.ok_or_else(|| wrong(line, format!("\"{}\" is no coordinate", show(text.as_bytes()))))
}
