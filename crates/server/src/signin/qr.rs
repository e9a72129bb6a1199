//! A QR code as the path of a drawing, so that a page draws it without taking over anybody's markup.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of quiet around it, as the standard asks (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// A square drawing: `side` units wide, dark where `path` (SVG's syntax) says.
pub(crate) struct Drawing {
    pub(crate) side: usize,
    pub(crate) path: zeroize::Zeroizing<String>,
}

/// Draws `text`; None when it is too long for a QR code.
pub(super) fn draw(text: &str) -> Option<Drawing> {
    use std::fmt::Write as _;
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let mut path = zeroize::Zeroizing::new(String::new());
    for (row, colors) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        for run in colors.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                // Writing to a String does not fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", column + QUIET, row + QUIET, run.len(), run.len());
            }
            column += run.len();
        }
    }
    Some(Drawing { side: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the drawing as a page would, `SCALE` dots to a unit, and reads it as a camera would.
    fn scan(drawing: &Drawing) -> String {
        const SCALE: usize = 4;
        let mut dark = vec![false; drawing.side * drawing.side];
        for run in drawing.path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (width, _) = rest.split_once("v1").unwrap();
            let [x, y, width] = [x, y, width].map(|number| number.parse::<usize>().unwrap());
            dark[y * drawing.side + x..][..width].fill(true);
        }
        let dots = drawing.side * SCALE;
        let paint = |x: usize, y: usize| if dark[y / SCALE * drawing.side + x / SCALE] { 0 } else { 255 };
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(dots, dots, paint);
        let (_, text) = seen.detect_grids()[0].decode().unwrap();
        text
    }

    #[test]
    fn a_camera_reads_what_was_drawn() {
        for issuer in ["ことり内科クリニック", "Komainu", &"医".repeat(60)] {
            let address = super::super::totp::address(&[7; 20], issuer, "dr-sato");
            assert_eq!(scan(&draw(&address).unwrap()), *address);
        }
    }

    #[test]
    fn what_does_not_fit_is_not_drawn() {
        assert!(draw(&"x".repeat(5000)).is_none());
    }
}
