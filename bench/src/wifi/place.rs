//! Access points for the measured floor: ours, and the optimum of the very same problem by HiGHS.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ::wifi::geometry::Floor;
use ::wifi::place::cover::Cover;
use ::wifi::place::{Request, demands, propose};
use ::wifi::predict::outlook::Target;
use ::wifi::propagation::{Propagation, free_space};
use ::wifi::radio::{Band, Db};
use ::wifi::room::Room;

use super::processor;
use crate::Done;

/// The whole floor at −65 dBm, one wall costing so many dB without an end, as the peer's figures are known for; then
/// the law that a plan starts with, at its usual confidence.
pub(super) fn measure(floor: &Floor, peer: bool, seconds: u32) -> Done {
    let rooms = [Room::whole("floor", floor.bounds(), Target::default())];
    for (name, request) in [("4 dB a wall", plain(4.0)), ("8 dB a wall", plain(8.0)), ("as planned", planned())] {
        let before = processor()?;
        let proposal = propose(floor, &rooms, &[], &request).map_err(|e| e.to_string())?;
        let spent = (processor()? - before) / 1e3;
        let (count, least, greedy) = (proposal.aps.len(), proposal.least, proposal.greedy);
        println!("place, {name}: {count} access points, at least {least}, greedy {greedy}: processor {spent:.1} s");
        if peer {
            let cover = demands(floor, &rooms, &[], &request).map_err(|e| e.to_string())?;
            let rows = cover.rows().len();
            println!("  HiGHS ({} places, {rows} different demands): {}", cover.columns(), highs(&cover, seconds)?);
        }
    }
    Ok(())
}

fn plain(wall: f64) -> Request {
    let band = Band::Five;
    let law = Propagation {
        reference: free_space(1.0, band.typical_ghz()),
        exponent: 2.0,
        walls: Propagation::prior(band).walls.map(|_| Db(wall)),
        saturation: Db(1e6),
        ..Propagation::prior(band)
    };
    Request { confidence: 0.5, ..Request::new(law) }
}

fn planned() -> Request {
    Request::new(Propagation::prior(Band::Five))
}

fn highs(cover: &Cover, seconds: u32) -> Done<String> {
    let home = installed()?;
    let model = home.join("cover.lp");
    std::fs::write(&model, linear_programme(cover)).map_err(|e| e.to_string())?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wifi/highs.py");
    let mut command = Command::new(home.join("bin/python"));
    let out = command.arg(script).arg(model).arg(seconds.to_string()).output().map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&out.stdout);
    match said.split_whitespace().collect::<Vec<_>>()[..] {
        [count, bound, cpu] => Ok(format!("{count} access points, bound {bound}, processor {cpu} s")),
        _ => Err(format!("HiGHS said nothing that can be read: {}", String::from_utf8_lossy(&out.stderr))),
    }
}

/// The environment, made the first time.
fn installed() -> Done<PathBuf> {
    let home = Path::new("target/peers/highspy");
    let run = |command: &mut Command| match command.status() {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("{command:?}: {other:?}")),
    };
    if !home.join("bin/python").is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        run(Command::new(home.join("bin/pip")).args(["install", "--quiet", "highspy"]))?;
    }
    Ok(home.to_owned())
}

/// In the LP format, which every solver reads.
fn linear_programme(cover: &Cover) -> String {
    let names = |columns: &[usize]| columns.iter().map(|c| format!("x{c}")).collect::<Vec<_>>();
    let all: Vec<usize> = (0..cover.columns()).collect();
    let mut text = format!("minimize\n obj: {}\nsubject to\n", names(&all).join(" + "));
    for (i, row) in cover.rows().iter().enumerate() {
        let _ = writeln!(text, " r{i}: {} >= {}", names(&row.columns).join(" + "), row.demand);
    }
    let _ = writeln!(text, "binary\n {}\nend", names(&all).join("\n "));
    text
}
