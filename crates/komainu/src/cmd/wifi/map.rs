//! `komainu wifi map`.

use ::wifi::map::{Picture, Scale, svg};
use ::wifi::place::UNSURVEYED;
use ::wifi::predict::field::{Grid, Walls};
use ::wifi::predict::outlook::likelihood;
use ::wifi::propagation::Propagation;
use ::wifi::radio::Dbm;

use super::floor::choose;
use super::unfit;
use crate::cli::{Show, WifiMap};
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// Writes what the access points of a floor, and those above and below it, reach.
pub(super) fn map(args: &WifiMap) -> Done {
    let chosen = choose(&args.floor)?;
    let (plan, aps) = (chosen.plan(), &chosen.building.aps);
    let law = Propagation::prior(args.floor.band);
    let grid = Grid::over(plan.floor.bounds(), args.cell).map_err(unfit)?;
    let walls = Walls::new(&plan.floor, &law);
    let mut best = vec![f32::NEG_INFINITY; grid.len()];
    for field in aps.iter().filter_map(|ap| chosen.building.predict(grid, plan, &walls, ap, &law)) {
        best.iter_mut().zip(field.dbm).for_each(|(best, level)| *best = best.max(level));
    }
    if best.iter().all(|level| level.is_infinite()) {
        let band = args.floor.band;
        return Err(Failure::new(
            Kind::Input,
            format!("{band} GHz のアクセスポイントがありません。"),
            format!("There is no access point of {band} GHz."),
        )
        .todo(
            "[[access_point]] か --aps で置くか、komainu wifi place で提案させてください。",
            "Declare them, give --aps, or see komainu wifi place.",
        ));
    }
    let scale = match args.show {
        Show::Level => Scale::Level { target: args.floor.level },
        Show::Probability => Scale::Probability { confidence: args.floor.confidence },
    };
    if args.show == Show::Probability {
        best.iter_mut().for_each(|v| *v = likelihood(Dbm(f64::from(*v)), Dbm(args.floor.level), UNSURVEYED) as f32);
    }
    let met = best.iter().filter(|v| f64::from(**v) >= scale.threshold()).count() as f64 / best.len() as f64;
    let title = format!("{} {} GHz", plan.name, args.floor.band);
    let picture = Picture { title: &title, grid, values: &best, scale, floor: &plan.floor, rooms: &plan.rooms, aps };
    std::fs::write(&args.out, svg(&picture)).map_err(|error| Failure::file("書く", "write", &args.out, &error))?;
    terminal::print(&format!(
        "{}: 面積の {:.0} % が目標を満たします。\n{:.0} % of the floor meets the target.",
        args.out.display(),
        met * 100.0,
        met * 100.0
    ));
    Ok(())
}
