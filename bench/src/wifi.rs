//! How long a prediction takes: one access point on very many cells, and a whole floor of access points.

mod place;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ::wifi::geometry::{Bounds, Floor, Point, Segment, Storey, Wall};
use ::wifi::import::{aps, lines};
use ::wifi::material::Material;
use ::wifi::predict::field::{Grid, Walls, predict};
use ::wifi::propagation::Propagation;
use ::wifi::radio::{AccessPoint, ApId, Band, Channel, Dbm, Pattern, Radio, Width};
use clap::Args as Arguments;

use crate::Done;

#[derive(Arguments)]
pub(crate) struct Args {
    /// Folder with the lines and access points of a measured floor (`syl_lines.csv`, `syl_aps.csv`)
    #[arg(long, value_name = "DIR", default_value = "../shared/data/wifi-office")]
    data: PathBuf,
    /// How often each is predicted; the fastest and the middle one are printed
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Write the clinic of the first figure as CSV (`clinic_lines.csv`), for a peer to predict the same
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// Solve the placement with HiGHS too (from PyPI into `target/peers` the first time)
    #[arg(long)]
    highs: bool,
    /// Seconds that HiGHS may take for each
    #[arg(long, default_value_t = 120)]
    seconds: u32,
}

pub(crate) fn wifi(args: &Args) -> Done {
    let law = Propagation::prior(Band::Five);
    let clinic = clinic()?;
    if let Some(folder) = &args.export {
        return export(&clinic, folder);
    }
    // A millionth of the area per cell.
    let grid = Grid::over(clinic.bounds(), 0.017_32).map_err(|e| e.to_string())?;
    let ap = access_point(Point::new(10.0, 7.5));
    measure("clinic", &clinic, std::slice::from_ref(&ap), grid, &law, args.repeat)?;

    if !args.data.is_dir() {
        println!("skipped: the measured floor is not in {}", args.data.display());
        return Ok(());
    }
    let (floor, aps) = office(&args.data)?;
    let bounds = Bounds { min: Point::new(0.0, 0.0), max: Point::new(84.0, 32.0) };
    let grid = Grid::over(bounds, 0.242).map_err(|e| e.to_string())?;
    measure("office", &floor, &aps, grid, &law, args.repeat)?;
    place::measure(&floor, args.highs, args.seconds)
}

/// Predicts `repeat` times on this thread alone and prints wall time and processor time.
fn measure(name: &str, floor: &Floor, aps: &[AccessPoint], grid: Grid, law: &Propagation, repeat: u32) -> Done {
    let mut taken = Vec::new();
    let before = processor()?;
    for _ in 0..repeat {
        let start = Instant::now();
        let walls = Walls::new(floor, law);
        for ap in aps {
            black_box(predict(grid, &walls, floor, black_box(ap), law));
        }
        taken.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let processor = (processor()? - before) / f64::from(repeat);
    taken.sort_by(f64::total_cmp);
    println!(
        "{name}: {} walls, {} access points, {} cells: fastest {:.1} ms, middle {:.1} ms, processor {processor:.1} ms each",
        floor.walls().len(),
        aps.len(),
        grid.len(),
        taken[0],
        taken[taken.len() / 2],
    );
    Ok(())
}

/// Milliseconds that this process has run on a processor, to the nanosecond.
fn processor() -> Done<f64> {
    let text = fs::read_to_string("/proc/self/schedstat").map_err(|e| format!("/proc/self/schedstat: {e}"))?;
    let spent = text.split_whitespace().next().and_then(|n| n.parse::<f64>().ok());
    spent.map(|ns| ns / 1e6).ok_or_else(|| "/proc/self/schedstat has another form".to_owned())
}

/// A clinic of 20 by 15 metres: eight rooms, 26 walls.
fn clinic() -> Done<Floor> {
    let mut walls = Vec::new();
    let mut line = |x1, y1, x2, y2, material| {
        walls.push(Wall { segment: Segment::new(Point::new(x1, y1), Point::new(x2, y2)), material });
    };
    for (x1, y1, x2, y2) in
        [(0.0, 0.0, 20.0, 0.0), (20.0, 0.0, 20.0, 15.0), (20.0, 15.0, 0.0, 15.0), (0.0, 15.0, 0.0, 0.0)]
    {
        line(x1, y1, x2, y2, Material::Concrete);
    }
    for y in [6.0, 9.0] {
        for room in 0..4 {
            // A door of 0.9 m in each.
            let x = 5.0 * f64::from(room);
            line(x, y, x + 2.0, y, Material::Plasterboard);
            line(x + 2.9, y, x + 5.0, y, Material::Plasterboard);
        }
    }
    for x in [5.0, 10.0, 15.0] {
        line(x, 0.0, x, 6.0, Material::Plasterboard);
        line(x, 9.0, x, 15.0, Material::Plasterboard);
    }
    let bounds = Bounds { min: Point::new(0.0, 0.0), max: Point::new(20.0, 15.0) };
    Floor::new(walls, bounds, Storey::default()).map_err(|e| e.to_string())
}

fn access_point(at: Point) -> AccessPoint {
    let channel = Channel { centre_mhz: 5_220.0, width: Width::W20 };
    let radio = Radio { band: Band::Five, channel, eirp: Dbm(20.0), pattern: Pattern::Round };
    AccessPoint { id: ApId("1".to_owned()), at, height: 2.7, level: 1, radios: vec![radio] }
}

/// The measured floor, walls alone.
fn office(folder: &Path) -> Done<(Floor, Vec<AccessPoint>)> {
    let read = |name: &str| fs::read(folder.join(name)).map_err(|e| format!("{name}: {e}"));
    let mut walls = lines::read(&read("syl_lines.csv")?).map_err(|e| e.to_string())?;
    walls.retain(|w| w.material == Material::Unknown);
    let aps = aps::read(&read("syl_aps.csv")?).map_err(|e| e.to_string())?;
    let bounds = Bounds { min: Point::new(0.0, 0.0), max: Point::new(84.0, 32.0) };
    let storey = Storey { level: aps.first().map_or(1, |ap| ap.level), ..Storey::default() };
    Ok((Floor::new(walls, bounds, storey).map_err(|e| e.to_string())?, aps))
}

fn export(floor: &Floor, folder: &Path) -> Done {
    let mut text = String::from("class,x1,y1,x2,y2\n");
    for wall in floor.walls() {
        let class = if wall.material == Material::Concrete { "concrete" } else { "plasterboard" };
        let Segment { a, b } = wall.segment;
        text += &format!("{class},{},{},{},{}\n", a.x, a.y, b.x, b.y);
    }
    fs::write(folder.join("clinic_lines.csv"), text).map_err(|e| e.to_string())
}
