//! What holds for any bytes; the fuzz targets run these too.

use wifi::import::drawing::guess;
use wifi::import::{ImportError, aps, dxf, lines, readings, svg};

/// Every importer either gives values within the limits or an error that a person can use.
pub(crate) fn import(data: &[u8]) {
    if let Some(walls) = checked(lines::read(data)) {
        assert!(walls.iter().all(|w| w.segment.a.is_sane() && w.segment.b.is_sane()));
    }
    if let Some(aps) = checked(aps::read(data)) {
        assert!(aps.iter().all(|ap| ap.at.is_sane() && !ap.id.0.is_empty() && !ap.radios.is_empty()));
    }
    if let Some(survey) = checked(readings::read(data)) {
        for visit in &survey.visits {
            assert!(visit.at.is_sane() && !visit.heard.is_empty());
            assert!(visit.heard.iter().all(|h| h.share > 0.0 && h.share <= 1.0 && h.level.dbm().0.is_finite()));
        }
    }
}

/// The same for drawings; what is read makes walls, or an error again.
pub(crate) fn drawing(data: &[u8]) {
    for drawing in [checked(dxf::read(data, Some(0.001))), checked(svg::read(data, 0.01))].into_iter().flatten() {
        assert!(
            drawing.lines.iter().all(|l| l.segment.a.is_sane() && l.segment.b.is_sane() && l.segment.length() > 0.0)
        );
        assert!(drawing.lines.iter().all(|l| l.layer.len() <= 1_000 && !l.layer.chars().any(char::is_control)));
        checked(drawing.walls(guess));
    }
}

fn checked<T>(read: Result<T, ImportError>) -> Option<T> {
    read.inspect_err(|error| {
        let text = error.to_string();
        assert!(!text.is_empty() && text.len() < 20_000 && !text.chars().any(|c| c.is_control()), "{text:?}");
    })
    .ok()
}
