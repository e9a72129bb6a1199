//! A floor's prediction as a picture: SVG text that any browser and any report shows.
//!
//! Colours are classes of a scale whose lightness alone tells the order (viridis for levels, cividis for probabilities:
//! both hold for colour-blind eyes and in grey print). What matters is said without colour too: contours bear their
//! value, and what misses the target is hatched.

mod contour;

use crate::geometry::{Floor, Point};
use crate::predict::field::Grid;
use crate::radio::AccessPoint;
use crate::room::Room;
use std::fmt::Write;

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// dBm; what is below the target is hatched.
    Level {
        /// The target.
        target: f64,
    },
    /// How probable it is that the target is met, 0 to 1; what is less probable than this is hatched.
    Probability {
        /// The confidence asked for.
        confidence: f64,
    },
}

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Above the picture.
    pub title: &'a str,
    /// Where the values are.
    pub grid: Grid,
    /// One per cell.
    pub values: &'a [f32],
    /// What they are.
    pub scale: Scale,
    /// Walls.
    pub floor: &'a Floor,
    /// Names.
    pub rooms: &'a [Room],
    /// Marks.
    pub aps: &'a [AccessPoint],
}

const VIRIDIS: [[u8; 3]; 10] = [
    [68, 1, 84],
    [72, 40, 120],
    [62, 73, 137],
    [49, 104, 142],
    [38, 130, 142],
    [31, 158, 137],
    [53, 183, 121],
    [110, 206, 88],
    [181, 222, 43],
    [253, 231, 37],
];
const CIVIDIS: [[u8; 3]; 10] = [
    [0, 34, 78],
    [18, 53, 112],
    [59, 73, 108],
    [87, 93, 109],
    [112, 113, 115],
    [138, 134, 120],
    [165, 156, 116],
    [195, 179, 105],
    [225, 204, 85],
    [254, 232, 56],
];

impl Scale {
    /// Lower ends of the classes; the first class takes all below the second.
    fn steps(self) -> [f64; 10] {
        match self {
            Self::Level { .. } => std::array::from_fn(|i| -85.0 + 5.0 * i as f64),
            Self::Probability { .. } => std::array::from_fn(|i| 0.1 * i as f64),
        }
    }

    fn class(self, value: f64) -> usize {
        self.steps().iter().rposition(|low| value >= *low).unwrap_or(0)
    }

    fn colour(self, class: usize) -> String {
        let table = if matches!(self, Self::Level { .. }) { VIRIDIS } else { CIVIDIS };
        let [r, g, b] = table[class.min(9)];
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// What is below is hatched.
    #[must_use]
    pub fn threshold(self) -> f64 {
        match self {
            Self::Level { target } => target,
            Self::Probability { confidence } => confidence,
        }
    }

    fn contours(self) -> Vec<f64> {
        let mut all = match self {
            Self::Level { .. } => vec![-80.0, -75.0, -70.0, -65.0, -60.0, -55.0, -50.0],
            Self::Probability { .. } => vec![0.1, 0.5, 0.9],
        };
        if !all.contains(&self.threshold()) {
            all.push(self.threshold());
        }
        all
    }

    fn said(self, value: f64) -> String {
        match self {
            Self::Level { .. } => format!("{value:.0}"),
            Self::Probability { .. } => format!("{:.0} %", value * 100.0),
        }
    }
}

/// The picture, in metres; y is turned, since floors count upwards and pictures downwards.
#[must_use]
pub fn svg(picture: &Picture<'_>) -> String {
    let grid = picture.grid;
    let (step, left) = (grid.step, grid.first.x - grid.step / 2.0);
    let (w, h) = (step * f64::from(grid.columns), step * f64::from(grid.rows));
    let top = grid.first.y - step / 2.0 + h;
    let place = |p: Point| (p.x - left, top - p.y);
    // Texts keep their size on the page whatever the floor measures.
    let unit = (w / 60.0).clamp(0.1, 3.0);
    let mut out = String::new();
    let ends = 4.0 * unit;
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{:.2} {:.2} {:.2} {:.2}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"{unit:.2}\">\n<title>{}</title>\n\
         <defs><pattern id=\"miss\" width=\"{:.3}\" height=\"{:.3}\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"{:.3}\" height=\"{unit:.3}\" fill=\"#fff\"/></pattern></defs>\n\
         <text x=\"0\" y=\"{:.2}\" font-size=\"{:.2}\">{}</text>\n",
        -unit,
        -3.0 * unit,
        w + 2.0 * unit,
        h + 4.0 * unit + ends,
        escaped(picture.title),
        unit * 0.8,
        unit * 0.8,
        unit * 0.12,
        -unit,
        unit * 1.4,
        escaped(picture.title),
    );
    cells(&mut out, picture);
    for value in picture.scale.contours() {
        contour(&mut out, picture, value, unit);
    }
    for wall in picture.floor.walls() {
        let ((x1, y1), (x2, y2)) = (place(wall.segment.a), place(wall.segment.b));
        let _ = writeln!(
            out,
            "<path d=\"M{x1:.2} {y1:.2}L{x2:.2} {y2:.2}\" stroke=\"#000\" stroke-width=\"{:.3}\"/>",
            unit * 0.12
        );
    }
    for room in picture.rooms {
        let Some(bounds) = room.bounds() else { continue };
        let (x, y) =
            place(Point::new(f64::midpoint(bounds.min.x, bounds.max.x), f64::midpoint(bounds.min.y, bounds.max.y)));
        label(&mut out, (x, y), &room.name, unit);
    }
    for ap in picture.aps.iter().filter(|ap| ap.level == picture.floor.storey().level) {
        let (x, y) = place(ap.at);
        let _ = writeln!(
            out,
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{:.2}\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"{:.3}\"/>",
            unit * 0.5,
            unit * 0.2
        );
        label(&mut out, (x, y - unit), &ap.id.0, unit);
    }
    legend(&mut out, picture.scale, (w, h), unit);
    out.push_str("</svg>\n");
    out
}

/// Runs of cells of one class as one rectangle each; what misses the target is hatched.
fn cells(out: &mut String, picture: &Picture<'_>) {
    let (grid, scale) = (picture.grid, picture.scale);
    let columns = grid.columns as usize;
    let look = |value: f32| (scale.class(f64::from(value)), f64::from(value) < scale.threshold());
    for (row, values) in picture.values.chunks_exact(columns.max(1)).enumerate() {
        let y = grid.step * (f64::from(grid.rows) - 1.0 - row as f64);
        let mut first = 0;
        while first < columns {
            let (class, misses) = look(values[first]);
            let long = values[first..].iter().take_while(|v| look(**v) == (class, misses)).count();
            let (x, w, h) = (grid.step * first as f64, grid.step * long as f64, grid.step);
            let fills = [Some(scale.colour(class)), misses.then(|| "url(#miss)".to_owned())];
            for fill in fills.into_iter().flatten() {
                let _ = writeln!(out, "<path d=\"M{x:.2} {y:.2}h{w:.2}v{h:.2}h-{w:.2}z\" fill=\"{fill}\"/>");
            }
            first += long;
        }
    }
}

fn contour(out: &mut String, picture: &Picture<'_>, value: f64, unit: f64) {
    let grid = picture.grid;
    let is_target = (value - picture.scale.threshold()).abs() < 1e-9;
    let width = unit * if is_target { 0.25 } else { 0.08 };
    for chain in contour::chains(grid.columns as usize, picture.values, value as f32) {
        let place = |(x, y): (f32, f32)| {
            let at = |cell: f32| grid.step * (f64::from(cell) + 0.5);
            (at(x), grid.step * f64::from(grid.rows) - at(y))
        };
        let points: Vec<(f64, f64)> = chain.into_iter().map(place).collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.2} {y:.2}")).collect();
        // White beside black: seen on every class of both scales.
        for (colour, width) in [("#fff", width * 2.0), ("#000", width)] {
            let _ = writeln!(
                out,
                "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.3}\"/>",
                path.join("L")
            );
        }
        let long: f64 = points.windows(2).map(|p| (p[0].0 - p[1].0).hypot(p[0].1 - p[1].1)).sum();
        if long > 8.0 * unit {
            label(out, points[points.len() / 2], &picture.scale.said(value), unit * 0.9);
        }
    }
}

fn label(out: &mut String, (x, y): (f64, f64), text: &str, unit: f64) {
    let _ = writeln!(
        out,
        "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{unit:.2}\" text-anchor=\"middle\" dominant-baseline=\"middle\" \
         fill=\"#000\" stroke=\"#fff\" stroke-width=\"{:.3}\" paint-order=\"stroke\">{}</text>",
        unit * 0.25,
        escaped(text)
    );
}

fn legend(out: &mut String, scale: Scale, (w, h): (f64, f64), unit: f64) {
    let each = w / 10.0;
    let y = h + unit;
    for (class, low) in scale.steps().into_iter().enumerate() {
        let x = each * class as f64;
        let _ = writeln!(
            out,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{each:.2}\" height=\"{unit:.2}\" fill=\"{}\"/>",
            scale.colour(class)
        );
        let from = if class == 0 { "<".to_owned() + &scale.said(scale.steps()[1]) } else { scale.said(low) };
        let _ = writeln!(out, "<text x=\"{x:.2}\" y=\"{:.2}\">{}</text>", y + 2.1 * unit, escaped(&from));
    }
    let what = match scale {
        Scale::Level { target } => format!("dBm; 斜線 hatched: {target:.0} dBm 未満 below"),
        Scale::Probability { confidence } => {
            format!(
                "目標を満たす確率 probability of meeting the target; 斜線 hatched: {:.0} % 未満 below",
                confidence * 100.0
            )
        }
    };
    let _ = writeln!(out, "<text x=\"0\" y=\"{:.2}\">{}</text>", y + 3.4 * unit, escaped(&what));
}

fn escaped(text: &str) -> String {
    let allowed = text.chars().filter(|c| !c.is_control());
    allowed.fold(String::new(), |mut out, c| {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
        out
    })
}
