//! The declared clinic as floors.

use wifi::building::{Building, BuildingError, declared};
use wifi::geometry::Point;
use wifi::material::Material;
use wifi::predict::field::{Grid, Walls};
use wifi::propagation::Propagation;
use wifi::radio::{Band, Width};

const CLINIC: &str = r#"
[clinic]
name = "診療所"
[gateway]
platform = "openwrt"
uplink = "eth0"
[[zone]]
id = "office"
name = "院内"
kind = "office"
ipv4 = "192.168.10.0/24"
interface = "eth1"
"#;

fn floor(id: &str, level: i32, slab: &str) -> String {
    format!(
        "[[floor]]\nid = \"{id}\"\nname = \"{id}\"\nlevel = {level}\nheight_m = 3.5\nslab = \"{slab}\"\n\
         [[floor.room]]\nid = \"{id}-x\"\nname = \"X線室\"\ncorners = [[0, 0], [6, 0], [6, 4], [0, 4]]\n\
         [[floor.wall]]\nfrom = [6, 0]\nto = [6, 4]\nmaterial = \"lead\"\n"
    )
}

const AP: &str = "[[access_point]]\nid = \"ap1\"\nname = \"ap\"\nfloor = \"f1\"\nat = [9, 2]\nheight_m = 2.5\n\
                  radio = [{ band = \"5\", channel = 44, width_mhz = 40, power_dbm = 17 }]\n";

fn building(more: &str) -> Result<Building, BuildingError> {
    let clinic = clinic::model::read(&format!("{CLINIC}{more}"));
    Building::of(&clinic.unwrap_or_else(|problems| panic!("{problems:?}")))
}

#[test]
fn a_declared_floor_has_its_walls_rooms_and_access_points() {
    let building = building(&(floor("f1", 1, "concrete") + AP)).unwrap();
    let plan = building.storey("f1").unwrap();
    // Lead is metal, and the file counts downwards.
    assert_eq!(plan.floor.walls()[0].material, Material::Metal);
    assert_eq!(plan.floor.walls()[0].segment.b, Point::new(6.0, -4.0));
    assert_eq!((plan.floor.bounds().width(), plan.floor.bounds().height()), (9.0, 4.0));
    assert!(plan.rooms[0].contains(Point::new(3.0, -2.0)) && !plan.rooms[0].contains(Point::new(3.0, 2.0)));
    let ap = &building.aps[0];
    assert_eq!((ap.at, ap.height, ap.level), (Point::new(9.0, -2.0), 2.5, 1));
    let radio = ap.radio(Band::Five).unwrap();
    assert_eq!((radio.channel.centre_mhz, radio.channel.width, radio.eirp.0), (5_230.0, Width::W40, 17.0));
    let back = declared(ap.at);
    assert_eq!((back.x_mm, back.y_mm), (9_000, 2_000));
}

#[test]
fn the_lead_of_an_x_ray_room_shades_it() {
    let building = building(&(floor("f1", 1, "concrete") + AP)).unwrap();
    let (plan, law) = (&building.storeys[0], Propagation::prior(Band::Five));
    let grid = Grid::over(plan.floor.bounds(), 0.5).unwrap();
    let field = building.predict(grid, plan, &Walls::new(&plan.floor, &law), &building.aps[0], &law).unwrap();
    let at = |x: f64| field.dbm[grid.cell(Point::new(x, -2.1)).unwrap()];
    assert!(at(6.3) - at(5.7) > 9.0, "{} {}", at(6.3), at(5.7));
}

#[test]
fn every_slab_between_costs_what_it_is_made_of_and_there_is_no_storey_zero() {
    let mean = |slab: &str, storey: &str| {
        let floors = floor("b1", -1, slab) + &floor("f1", 1, slab) + &floor("f2", 2, "wood");
        let building = building(&(floors + AP)).unwrap();
        let (plan, law) = (building.storey(storey).unwrap(), Propagation::prior(Band::Five));
        let grid = Grid::over(plan.floor.bounds(), 0.5).unwrap();
        let field = building.predict(grid, plan, &Walls::new(&plan.floor, &law), &building.aps[0], &law).unwrap();
        field.dbm.iter().sum::<f32>() / field.dbm.len() as f32
    };
    // Between the basement and the ground floor lies one slab, that of the basement.
    let (same, below, above) = (mean("concrete", "f1"), mean("concrete", "b1"), mean("concrete", "f2"));
    assert!((15.0..30.0).contains(&(same - below)), "{same} {below}");
    assert!((15.0..30.0).contains(&(same - above)), "{same} {above}");
    // It is the slab that counts, not that of the floor which is looked at.
    assert!(mean("wood", "f2") > above + 10.0 && mean("wood", "b1") > below + 10.0);
}

#[test]
fn a_clinic_without_floors_or_with_one_of_no_size_is_told() {
    assert_eq!(building("").unwrap_err(), BuildingError::NoFloor);
    let bare = "[[floor]]\nid = \"f1\"\nname = \"1階\"\nlevel = 1\nheight_m = 3\nslab = \"concrete\"\n";
    let text = building(bare).unwrap_err().to_string();
    assert!(text.contains("line 13: the floor f1 has neither rooms nor walls"), "{text}");
    let line = format!("{bare}[[floor.wall]]\nfrom = [0, 0]\nto = [5, 0]\nmaterial = \"wood\"\n");
    let text = building(&line).unwrap_err().to_string();
    assert!(text.contains("line 13: the floor f1: the floor measures 5 m by 0 m"), "{text}");
}
