//! Access points: `ap_id,band,freq_mhz,x,y`, one row per radio; `floor` and `eirp_dbm` if known.

use super::table::{ImportError, Table};
use crate::geometry::{MAX_SIDE, Point};
use crate::radio::{AccessPoint, ApId, Band, Channel, Dbm, Pattern, Radio, Width};

/// Metres above the floor where nothing is said: under a usual ceiling.
const HEIGHT: f64 = 2.7;
/// What indoor access points send where nothing is said: the limit of most bands in Japan.
const EIRP: Dbm = Dbm(20.0);

/// The access points in the order of the file.
///
/// # Errors
/// A missing column, a value that cannot be, two places or two radios of one band for one access point.
pub fn read(text: &[u8]) -> Result<Vec<AccessPoint>, ImportError> {
    let table = Table::read(text)?;
    let (id, band, mhz) = (table.column("ap_id")?, table.column("band")?, table.column("freq_mhz")?);
    let (x, y) = (table.column("x")?, table.column("y")?);
    let (floor, eirp) = (table.optional("floor"), table.optional("eirp_dbm"));
    let mut aps: Vec<AccessPoint> = Vec::new();
    for line in table.rows() {
        let reach = 10.0 * MAX_SIDE;
        let at = Point::new(line.number(x, -reach, reach, "m")?, line.number(y, -reach, reach, "m")?);
        let name = ApId(line.name(id)?);
        let this: Band = line.text(band)?.parse().map_err(|e| line.wrong(band, format!("{e}")))?;
        let centre_mhz = line.number(mhz, 2_400.0, 7_125.0, "MHz")?;
        if Band::of_mhz(centre_mhz) != Some(this) {
            return Err(line.wrong(mhz, format!("{centre_mhz} MHz is not in the band {this}")));
        }
        let eirp = eirp.map_or(Ok(EIRP), |c| line.number(c, -10.0, 36.0, "dBm").map(Dbm))?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within ±200")]
        let level = floor.map_or(Ok(1.0), |c| line.number(c, -20.0, 200.0, ""))?.round() as i16;
        let channel = Channel { centre_mhz, width: Width::W20 };
        let radio = Radio { band: this, channel, eirp, pattern: Pattern::Round };
        match aps.iter_mut().find(|ap| ap.id == name) {
            Some(ap) if ap.at != at || ap.level != level => {
                return Err(line.wrong(x, format!("access point {name} stands elsewhere in an earlier row")));
            }
            Some(ap) if ap.radio(this).is_some() => {
                return Err(line.wrong(band, format!("access point {name} has a radio of this band already")));
            }
            Some(ap) => ap.radios.push(radio),
            None => aps.push(AccessPoint { id: name, at, height: HEIGHT, level, radios: vec![radio] }),
        }
    }
    Ok(aps)
}
