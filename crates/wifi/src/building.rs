//! The declared clinic as floors that can be predicted.
//!
//! The clinic's file counts millimetres downwards from the corner of the plan, and storeys 1, 2 upwards and -1, -2
//! downwards without a 0. Here it is metres upwards, and storeys without a gap.

use crate::geometry::{Bounds, Floor, FloorError, Point, Segment, Storey, Wall};
use crate::japan;
use crate::material::Material;
use crate::predict::field::{Between, Field, Grid, Walls, predict_through, slabs};
use crate::predict::outlook::Target;
use crate::propagation::Propagation;
use crate::radio::{AccessPoint, ApId, Band, Channel, Db, Dbm, Pattern, Radio, Width};
use crate::room::Room;
use clinic::model;

/// All floors, lowest first, and what hangs on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Building {
    /// The storeys.
    pub storeys: Vec<Plan>,
    /// Access points of all storeys.
    pub aps: Vec<AccessPoint>,
}

/// One storey.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its id in the clinic's file.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Walls and bounds.
    pub floor: Floor,
    /// Rooms with the usual target.
    pub rooms: Vec<Room>,
}

/// Why a declared clinic has no floors to predict.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BuildingError {
    /// None is declared.
    #[error("the clinic declares no floor; add [[floor]] with its rooms and walls")]
    NoFloor,
    /// Neither rooms nor walls.
    #[error("line {line}: the floor {id} has neither rooms nor walls, so nothing is known of its size")]
    Empty {
        /// Where it is declared.
        line: model::Line,
        /// Its id.
        id: String,
    },
    /// A floor that cannot be.
    #[error("line {line}: the floor {id}: {why}")]
    Floor {
        /// Where it is declared.
        line: model::Line,
        /// Its id.
        id: String,
        /// Why.
        why: FloorError,
    },
}

impl Building {
    /// The floors and access points of `clinic`.
    ///
    /// # Errors
    /// No floor, or one without size.
    pub fn of(clinic: &model::Clinic) -> Result<Self, BuildingError> {
        let storeys: Vec<Plan> = clinic.floors.iter().map(|floor| plan(clinic, floor)).collect::<Result<_, _>>()?;
        if storeys.is_empty() {
            return Err(BuildingError::NoFloor);
        }
        let ap = |ap: &model::AccessPoint| Some(access_point(ap, clinic.floor(&ap.floor)?));
        Ok(Self { storeys, aps: clinic.access_points.iter().filter_map(ap).collect() })
    }

    /// The storey of this id.
    #[must_use]
    pub fn storey(&self, id: &str) -> Option<&Plan> {
        self.storeys.iter().find(|plan| plan.id == id)
    }

    /// The level of `ap` on a storey, through the slabs and over the heights of the storeys between as declared; a
    /// storey that is not declared is like the one asked for. `None` if it has no such radio.
    #[must_use]
    pub fn predict(
        &self,
        grid: Grid,
        storey: &Plan,
        walls: &Walls,
        ap: &AccessPoint,
        law: &Propagation,
    ) -> Option<Field> {
        predict_through(grid, walls, ap, law, self.between(storey.floor.storey(), ap.level, law.band))
    }

    /// What lies between `here` and the storey `level`.
    fn between(&self, here: Storey, level: i16, band: Band) -> Between {
        let known = |level: i16| {
            let plan = self.storeys.iter().find(|p| p.floor.storey().level == level);
            plan.map_or(here, |plan| plan.floor.storey())
        };
        // A slab belongs to the storey below it.
        let (low, high) = (here.level.min(level), here.level.max(level));
        let passed: Vec<Storey> = (low..high).map(known).collect();
        let metres: f64 = passed.iter().map(|s| s.height).sum();
        let count = passed.len() as f64;
        let each: f64 = passed.iter().map(|s| slabs(1.0, s.slab, band).0).sum();
        let together = if count == 0.0 {
            0.0
        } else {
            each / count * slabs(count, here.slab, band).0 / slabs(1.0, here.slab, band).0
        };
        Between { rise: if level < here.level { -metres } else { metres }, slabs: Db(together) }
    }
}

/// The place as the clinic's file has it.
#[must_use]
pub fn declared(at: Point) -> model::Point {
    let mm = |metres: f64| (metres * 1000.0).round() as i32;
    model::Point { x_mm: mm(at.x), y_mm: mm(-at.y) }
}

fn place(at: model::Point) -> Point {
    let (x, y) = at.metres();
    Point::new(x, -y)
}

/// 1, 2 … upwards; the first basement (-1) is 0, the next -1.
fn storey_number(level: i8) -> i16 {
    i16::from(level) + i16::from(level < 0)
}

fn material(material: model::Material) -> Material {
    match material {
        model::Material::Plasterboard => Material::Plasterboard,
        model::Material::Wood => Material::Wood,
        model::Material::Glass => Material::Glass,
        model::Material::Brick => Material::Brick,
        model::Material::Concrete => Material::Concrete,
        // A sheet of lead lets as little through as steel; what gets past it goes around the door.
        model::Material::Metal | model::Material::Lead => Material::Metal,
    }
}

fn plan(clinic: &model::Clinic, floor: &model::Floor) -> Result<Plan, BuildingError> {
    let rooms: Vec<Room> = floor.rooms.iter().map(room).collect();
    let wall = |wall: &model::Wall| Wall {
        segment: Segment::new(place(wall.from), place(wall.to)),
        material: material(wall.material),
    };
    let walls: Vec<Wall> = floor.walls.iter().map(wall).collect();
    let hung = clinic.access_points.iter().filter(|ap| ap.floor == floor.id).map(|ap| place(ap.at));
    let ends = walls.iter().flat_map(|w| [w.segment.a, w.segment.b]);
    let corners = rooms.iter().flat_map(|room| room.corners.iter().copied());
    let (line, id) = (floor.line, floor.id.to_string());
    if rooms.is_empty() && walls.is_empty() {
        return Err(BuildingError::Empty { line, id });
    }
    let bounds = Bounds::around(ends.chain(corners).chain(hung));
    let Some(bounds) = bounds else { return Err(BuildingError::Empty { line, id }) };
    let storey = Storey {
        level: storey_number(floor.level),
        height: f64::from(floor.height_mm) / 1000.0,
        slab: material(floor.slab),
    };
    let made = Floor::new(walls, bounds, storey);
    let floor_made = made.map_err(|why| BuildingError::Floor { line, id: id.clone(), why })?;
    Ok(Plan { id, name: floor.name.clone(), floor: floor_made, rooms })
}

fn room(room: &model::Room) -> Room {
    let corners = room.corners.iter().map(|corner| place(*corner)).collect();
    Room { name: room.name.clone(), corners, target: Target::default() }
}

fn access_point(ap: &model::AccessPoint, floor: &model::Floor) -> AccessPoint {
    AccessPoint {
        id: ApId(ap.id.to_string()),
        at: place(ap.at),
        height: f64::from(ap.height_mm) / 1000.0,
        level: storey_number(floor.level),
        radios: ap.radios.iter().map(radio).collect(),
    }
}

fn radio(radio: &model::Radio) -> Radio {
    let band = match radio.band {
        model::Band::Ghz2 => Band::Two,
        model::Band::Ghz5 => Band::Five,
        model::Band::Ghz6 => Band::Six,
    };
    let width = match radio.width_mhz {
        320 => Width::W320,
        160 => Width::W160,
        80 => Width::W80,
        40 => Width::W40,
        _ => Width::W20,
    };
    let chosen = radio.channel.and_then(|number| japan::channel(band, number, width));
    // One that chooses by itself may be anywhere; the middle of the band stands for it.
    let channel = chosen.unwrap_or(Channel { centre_mhz: band.typical_ghz() * 1000.0, width });
    Radio { band, channel, eirp: Dbm(f64::from(radio.power_dbm)), pattern: Pattern::Round }
}
