//! Floors, access points, vendors and persons: what is read, and what is refused.

use clinic::model::{Band, Material, Role, WifiSecurity};

use crate::read::{check, with};

const FLOOR: &str = r#"[[floor]]
id = "f1"
name = "1階"
level = 1
height_m = 2.7
slab = "concrete"
slab_m = 0.15
"#;

fn floor(more: &str) -> String {
    format!("{FLOOR}{more}")
}

fn point(more: &str) -> String {
    floor(&format!(
        "[[access_point]]\nid = \"a\"\nname = \"a\"\nfloor = \"f1\"\nat = [1.25, 2]\nheight_m = 2.5\n{more}"
    ))
}

#[test]
fn a_floor_is_measured_in_whole_millimetres() {
    let room = "[[floor.room]]\nid = \"r\"\nname = \"診察室\"\ncorners = [[0, 0], [4.0006, 0], [4, 3.1]]\n";
    let wall = "[[floor.wall]]\nfrom = [0, 0]\nto = [0.1, 0.3]\nmaterial = \"lead\"\nthickness_m = 0.002\n";
    let clinic = with(&floor(&format!("{room}{wall}"))).unwrap();
    let floor = &clinic.floors[0];
    assert_eq!((floor.height_mm, floor.slab, floor.slab_mm), (2700, Material::Concrete, Some(150)));
    let corners: Vec<(i32, i32)> = floor.rooms[0].corners.iter().map(|corner| (corner.x_mm, corner.y_mm)).collect();
    assert_eq!(corners, [(0, 0), (4001, 0), (4000, 3100)]);
    assert_eq!((floor.walls[0].to.metres(), floor.walls[0].thickness_mm), ((0.1, 0.3), Some(2)));
    assert_eq!(clinic.room(&floor.rooms[0].id).unwrap().0.id, floor.id);
}

#[test]
fn floors_stand_in_order_of_height() {
    let above = FLOOR.replace("f1", "f3").replace("level = 1", "level = 3");
    let below = FLOOR.replace("f1", "b1").replace("level = 1", "level = -1");
    let clinic = with(&[above.as_str(), FLOOR, &below].concat()).unwrap();
    assert_eq!(clinic.floors.iter().map(|floor| floor.level).collect::<Vec<_>>(), [-1, 1, 3]);
}

#[test]
fn what_cannot_be_built_is_refused() {
    check(&FLOOR.replace("level = 1", "level = 0"), 4, &["never 0"]);
    check(&FLOOR.replace("2.7", "270"), 5, &["metres"]);
    check(&FLOOR.replace("\"concrete\"", "\"concret\""), 6, &["Did you mean \"concrete\"?"]);
    check(&floor("room = [{ id = \"r\", name = \"r\", corners = [[0, 0], [1, 1]] }]\n"), 8, &["3 to 64 corners"]);
    check(&floor("room = [{ id = \"r\", name = \"r\", corners = [[0, 0], [1, 1], [nan, 1]] }]\n"), 8, &["corners"]);
    check(&floor("[[floor.wall]]\nfrom = [1, 1]\nto = [1, 1]\nmaterial = \"wood\"\n"), 8, &["not the beginning"]);
    check(&floor("[[floor.wall]]\nfrom = [1, 1]\nto = [1, 2, 3]\nmaterial = \"wood\"\n"), 10, &["a place in metres"]);
    let room = "[[floor.room]]\nid = \"r\"\nname = \"r\"\ncorners = [[0, 0], [1, 0], [1, 1]]\n";
    let second = FLOOR.replace("f1", "f2").replace("level = 1", "level = 2");
    check(&[FLOOR, room, &second, room].concat(), 20, &["already used"]);
}

#[test]
fn an_access_point_keeps_to_the_channels_of_japan() {
    let radio = |band: &str, channel: u16, width: u16| {
        point(&format!("radio = [{{ band = \"{band}\", channel = {channel}, width_mhz = {width}, power_dbm = 17 }}]\n"))
    };
    for (band, channel, width) in [("2.4", 13, 20), ("5", 36, 80), ("5", 144, 20), ("6", 93, 20), ("6", 37, 320)] {
        let clinic = with(&radio(band, channel, width)).unwrap();
        let read = clinic.access_points[0].radios[0];
        assert_eq!((read.band.word(), read.channel, read.width_mhz), (band, Some(channel), width));
    }
    check(&radio("2.4", 14, 20), 14, &["14", "in Japan"]);
    check(&radio("5", 68, 20), 14, &["68"]);
    check(&radio("5", 149, 20), 14, &["149"]);
    check(&radio("6", 97, 20), 14, &["97"]);
    check(&radio("2.4", 1, 80), 14, &["80"]);
    let own = "{ band = \"5\", width_mhz = 40, power_dbm = 17 }";
    assert_eq!(with(&point(&format!("radio = [{own}]\n"))).unwrap().access_points[0].radios[0].channel, None);
    check(&point(&format!("radio = [{own}, {own}]\n")), 8, &["\"5\" twice"]);
}

#[test]
fn a_wifi_network_leads_to_a_zone() {
    let ssid = |name: &str, zone: &str| {
        point(&format!("ssid = [{{ name = \"{name}\", zone = \"{zone}\", security = \"wpa3-personal\" }}]\n"))
    };
    let clinic = with(&ssid("診療", "chart")).unwrap();
    assert_eq!(clinic.access_points[0].ssids[0].security, WifiSecurity::Wpa3Personal);
    check(&ssid("診療", "chrat"), 14, &["\"chart\""]);
    check(&ssid("この名前は三十二バイトに入らない", "chart"), 14, &["32 bytes"]);
    assert!(Band::of("7").is_none());
}

#[test]
fn a_way_in_says_how_long_it_may_stay_open() {
    let vendor = "[[vendor]]\nid = \"v\"\nname = \"v\"\naddresses = [\"9.9.9.9\", \"2620:fe::/48\"]\n";
    let way = |minutes: &str| {
        format!(
            "{vendor}[[vendor.maintenance]]\nto = \"server\"\nservice = \"ssh\"\nwhy = \"w\"\nminutes_max = {minutes}\n"
        )
    };
    let clinic = with(&way("90")).unwrap();
    assert_eq!(clinic.vendors[0].maintenance[0].minutes_max, 90);
    assert_eq!(clinic.vendors[0].addresses[0].to_string(), "9.9.9.9/32");
    check(&way("0"), 9, &["1 to 1440"]);
    check(&way("1441"), 9, &["1 to 1440"]);
    check(&way("90").replace("\"server\"", "\"internet\""), 5, &["both outside"]);
    check(&way("90").replace("9.9.9.9", "9.9.9.9/24"), 4, &["9.9.9.9/24"]);
    check(&way("90").replace("minutes_max = 90", ""), 5, &["lacks \"minutes_max\""]);
}

#[test]
fn a_person_has_a_duty() {
    let person = |role: &str| format!("[[person]]\nid = \"p\"\nname = \"院長\"\nrole = {role}\n");
    let clinic = with(&person("[\"director\", \"safety-manager\"]")).unwrap();
    assert_eq!(clinic.persons[0].roles, [Role::Director, Role::SafetyManager]);
    check(&person("\"boss\""), 4, &["safety-manager"]);
    check(&person("[]"), 4, &["role"]);
}

#[test]
fn a_list_that_must_say_something_is_not_empty() {
    check("[[group]]\nid = \"g\"\nname = \"g\"\nmembers = []\n", 4, &["members", "[]"]);
    check("[[service]]\nid = \"s\"\nname = \"s\"\nports = []\n", 4, &["ports", "[]"]);
    check("[[outside]]\nid = \"o\"\nname = \"o\"\naddresses = []\n", 4, &["addresses", "[]"]);
    check("[[flow]]\nid = \"f\"\nfrom = \"pc1\"\nto = \"server\"\nservice = []\nwhy = \"w\"\n", 5, &["service", "[]"]);
    check("[[group]]\nid = \"g\"\nname = \"g\"\n", 1, &["lacks \"members\""]);
}

#[test]
fn days_are_written_as_days() {
    let flow = |until: &str| {
        format!(
            "[[flow]]\nid = \"f\"\nfrom = \"pc1\"\nto = \"server\"\nservice = \"https\"\nwhy = \"w\"\nuntil = {until}\n"
        )
    };
    assert!(with(&flow("2027-03-31")).is_ok());
    for until in ["\"2027-03-31\"", "2027-03-31T10:00:00", "20270331"] {
        check(&flow(until), 7, &["2027-03-31, without quotes"]);
    }
}
