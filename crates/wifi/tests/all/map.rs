//! The map as a picture.

use crate::synthetic::{aps, bounds, floor, random};
use wifi::map::{Picture, Scale, svg};
use wifi::predict::field::{Grid, Walls, predict};
use wifi::predict::outlook::Target;
use wifi::propagation::Propagation;
use wifi::radio::{ApId, Band};
use wifi::room::Room;

fn drawn(scale: Scale, name: &str) -> String {
    let (floor, law) = (floor(), Propagation::prior(Band::Five));
    let mut aps = aps(1, &mut random(1));
    aps[0].id = ApId(name.to_owned());
    let grid = Grid::over(bounds(), 0.5).unwrap();
    let mut values = predict(grid, &Walls::new(&floor, &law), &floor, &aps[0], &law).unwrap().dbm;
    if matches!(scale, Scale::Probability { .. }) {
        values.iter_mut().for_each(|v| *v = ((*v + 90.0) / 60.0).clamp(0.0, 1.0));
    }
    let rooms = [Room::whole("待合 & 受付", bounds(), Target::default())];
    svg(&Picture { title: "1階 <5 GHz>", grid, values: &values, scale, floor: &floor, rooms: &rooms, aps: &aps })
}

#[test]
fn a_map_is_sound_xml_with_names_walls_contours_and_a_legend() {
    for (scale, label) in [(Scale::Level { target: -50.0 }, "-50"), (Scale::Probability { confidence: 0.8 }, "80 %")] {
        let text = drawn(scale, "ap<1>\u{7}");
        let document = roxmltree::Document::parse(&text).unwrap();
        let texts: Vec<&str> =
            document.descendants().filter(|n| n.has_tag_name("text")).filter_map(|n| n.text()).collect();
        for expected in ["1階 <5 GHz>", "待合 & 受付", "ap<1>", label] {
            assert!(texts.contains(&expected), "{expected} is not among {texts:?}");
        }
        let count = |name: &str| document.descendants().filter(|n| n.has_tag_name(name)).count();
        assert_eq!((count("circle"), count("title")), (1, 1));
        assert!(text.contains("fill=\"url(#miss)\""), "nothing is hatched");
        // Runs and not single cells: 1,800 cells make some hundred rectangles.
        assert!(count("path") < 900, "{}", count("path"));
    }
}

#[test]
fn what_meets_the_target_is_not_hatched() {
    assert!(!drawn(Scale::Level { target: -200.0 }, "a").contains("fill=\"url(#miss)\""));
}

/// Colours must be told apart by lightness alone.
#[test]
fn lightness_rises_along_both_scales() {
    for scale in [Scale::Level { target: -200.0 }, Scale::Probability { confidence: 0.0 }] {
        let text = drawn(scale, "a");
        let document = roxmltree::Document::parse(&text).unwrap();
        let legend = document.descendants().filter(|n| n.has_tag_name("rect")).filter_map(|n| n.attribute("fill"));
        let light: Vec<f64> = legend
            .filter(|f| f.len() == 7)
            .map(|fill| {
                let part = |i: usize| f64::from(u8::from_str_radix(&fill[i..i + 2], 16).unwrap());
                0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
            })
            .collect();
        assert_eq!(light.len(), 10);
        assert!(light.windows(2).all(|pair| pair[1] > pair[0] + 3.0), "{light:?}");
    }
}
