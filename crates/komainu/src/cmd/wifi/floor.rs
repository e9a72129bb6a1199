//! Which floor a command is about: one of the declared clinic, or a drawing.

use std::path::Path;

use ::wifi::building::{Building, Plan, declared};
use ::wifi::geometry::{Bounds, Floor, Point, Storey, Wall};
use ::wifi::import::drawing::{Drawing, guess};
use ::wifi::import::{ImportError, aps, dxf, lines, svg};
use ::wifi::material::Material;
use ::wifi::predict::outlook::Target;
use ::wifi::radio::{AccessPoint, Dbm};
use ::wifi::room::Room;

use super::{read, unfit};
use crate::cli::WifiFloor;
use crate::cmd::check;
use crate::failure::{Done, Failure, Kind};

/// The building and which of its storeys is meant.
pub(super) struct Chosen {
    pub(super) building: Building,
    index: usize,
    is_declared: bool,
}

impl Chosen {
    pub(super) fn plan(&self) -> &Plan {
        &self.building.storeys[self.index]
    }

    pub(super) fn rooms_mut(&mut self) -> &mut [Room] {
        &mut self.building.storeys[self.index].rooms
    }

    /// A place as the input counts: a drawing upwards, the clinic's file downwards.
    pub(super) fn as_typed(&self, at: Point) -> (f64, f64) {
        if self.is_declared { declared(at).metres() } else { (at.x, at.y) }
    }
}

pub(super) fn choose(args: &WifiFloor) -> Done<Chosen> {
    let (mut building, is_declared) = match (&args.clinic, &args.lines) {
        (Some(path), _) => (Building::of(&check::clinic(path)?).map_err(unfit)?, true),
        (None, Some(lines)) => (drawn(args, lines)?, false),
        (None, None) => return Err(unfit("CLINIC.toml or --lines")),
    };
    let index = match &args.floor {
        None => 0,
        Some(id) => building.storeys.iter().position(|plan| plan.id == *id).ok_or_else(|| {
            let ids: Vec<&str> = building.storeys.iter().map(|plan| plan.id.as_str()).collect();
            Failure::new(Kind::NotFound, format!("階 {id} はありません。"), format!("There is no floor {id}."))
                .because(ids.join(", "))
        })?,
    };
    let plan = &mut building.storeys[index];
    if plan.rooms.is_empty() {
        plan.rooms.push(Room::whole("全体", plan.floor.bounds(), Target::default()));
    }
    plan.rooms.iter_mut().for_each(|room| room.target.level = Dbm(args.level));
    Ok(Chosen { building, index, is_declared })
}

fn drawn(args: &WifiFloor, path: &Path) -> Done<Building> {
    let bytes = read(path)?;
    let in_file = |error: ImportError| {
        let path = path.display();
        Failure::new(
            Kind::Input,
            format!("{path} を図面として読めません。"),
            format!("{path} is no drawing that can be used."),
        )
        .because(error)
    };
    let layers = layers(&args.layer)?;
    let material = |layer: &str| {
        let said = layers.iter().find(|(name, _)| name == layer);
        said.map_or_else(|| guess(layer), |(_, material)| *material)
    };
    let from = |drawing: Drawing| drawing.walls(material);
    let walls = match path.extension().and_then(|e| e.to_str()).map(str::to_lowercase).as_deref() {
        Some("dxf") => dxf::read(&bytes, args.scale).and_then(from),
        Some("svg") => {
            let scale = args.scale.ok_or_else(|| {
                Failure::new(Kind::Usage, "SVG には --scale が要ります。", "An SVG needs --scale.")
                    .todo("図面の 1 単位が何メートルかを渡してください。", "Say how many metres one unit of it is.")
            })?;
            svg::read(&bytes, scale).and_then(from)
        }
        _ => lines::read(&bytes),
    };
    let walls: Vec<Wall> = walls.map_err(in_file)?;
    let aps: Vec<AccessPoint> = match &args.aps {
        None => Vec::new(),
        Some(path) => aps::read(&read(path)?).map_err(unfit)?,
    };
    let ends = walls.iter().flat_map(|w| [w.segment.a, w.segment.b]).chain(aps.iter().map(|ap| ap.at));
    let bounds = Bounds::around(ends).ok_or_else(|| in_file(ImportError::Empty))?;
    let storey = Storey { level: aps.first().map_or(1, |ap| ap.level), ..Storey::default() };
    let floor = Floor::new(walls, bounds, storey).map_err(unfit)?;
    let id = args.floor.clone().unwrap_or_else(|| "drawing".to_owned());
    Ok(Building { storeys: vec![Plan { name: id.clone(), id, floor, rooms: Vec::new() }], aps })
}

/// `NAME=MATERIAL` or `NAME=none`.
fn layers(said: &[String]) -> Done<Vec<(String, Option<Material>)>> {
    let one = |text: &String| {
        let wrong = || {
            let names: Vec<String> = Material::ALL.iter().map(|m| format!("{m:?}").to_lowercase()).collect();
            Failure::new(
                Kind::Usage,
                format!("--layer {text} が読めません。"),
                format!("--layer {text} cannot be read."),
            )
            .because(format!("NAME=MATERIAL: {}, none", names.join(", ")))
        };
        let (name, material) = text.rsplit_once('=').ok_or_else(wrong)?;
        if material == "none" {
            return Ok((name.to_owned(), None));
        }
        let found = Material::ALL.into_iter().find(|m| format!("{m:?}").eq_ignore_ascii_case(material));
        Ok((name.to_owned(), Some(found.ok_or_else(wrong)?)))
    };
    said.iter().map(one).collect()
}
