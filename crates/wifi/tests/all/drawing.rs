//! Drawings as DXF and SVG, good and bad.

use proptest::prelude::*;
use wifi::geometry::{Point, Segment};
use wifi::import::drawing::{Drawing, guess};
use wifi::import::{dxf, svg};
use wifi::material::Material;

use crate::properties;

/// A DXF of these entities, in millimetres.
fn entities(unit: &str, body: &str) -> String {
    let header = format!("0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n{unit}\n0\nENDSEC\n");
    format!("{header}0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n")
}

const LINE: &str = "0\nLINE\n8\nA-WALL\n10\n0\n20\n0\n11\n5000\n21\n0\n";
const ROOM: &str = "0\nLWPOLYLINE\n8\nA-GLAZ\n90\n3\n70\n1\n10\n0\n20\n0\n10\n4000\n20\n0\n10\n4000\n20\n3000\n";
const OLD: &str = "0\nPOLYLINE\n8\nX線室 鉛\n66\n1\n10\n0\n20\n0\n0\nVERTEX\n8\nX線室 鉛\n10\n1000\n20\n1000\n0\nVERTEX\n10\n2000\n20\n1000\n0\nSEQEND\n";
const ARC: &str = "0\nARC\n8\nA-DOOR\n10\n1\n20\n1\n40\n900\n";

fn lines(drawing: &Drawing) -> Vec<(&str, Segment)> {
    drawing.lines.iter().map(|l| (l.layer.as_str(), l.segment)).collect()
}

fn segment(x1: f64, y1: f64, x2: f64, y2: f64) -> Segment {
    Segment::new(Point::new(x1, y1), Point::new(x2, y2))
}

#[test]
fn lines_and_polylines_of_a_dxf_become_metres() {
    let text = entities("4", &[LINE, ROOM, OLD, ARC].concat());
    let drawing = dxf::read(text.as_bytes(), None).unwrap();
    let expected = [
        ("A-WALL", segment(0.0, 0.0, 5.0, 0.0)),
        ("A-GLAZ", segment(0.0, 0.0, 4.0, 0.0)),
        ("A-GLAZ", segment(4.0, 0.0, 4.0, 3.0)),
        ("A-GLAZ", segment(4.0, 3.0, 0.0, 0.0)),
        ("X線室 鉛", segment(1.0, 1.0, 2.0, 1.0)),
    ];
    assert_eq!(lines(&drawing), expected);
    assert_eq!(drawing.left_out.get("ARC"), Some(&1));
    let walls = drawing.walls(guess).unwrap();
    let materials: Vec<Material> = walls.iter().map(|w| w.material).collect();
    assert_eq!(materials, [Material::Unknown, Material::Glass, Material::Glass, Material::Glass, Material::Metal]);
    // Someone who knows better is believed.
    let only = drawing.walls(|layer| (layer == "A-WALL").then_some(Material::Concrete)).unwrap();
    assert_eq!((only.len(), only[0].material), (1, Material::Concrete));
}

#[test]
fn layers_in_shift_jis_are_read() {
    let text = entities("6", &LINE.replace("A-WALL", "間仕切壁").replace("5000", "5"));
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    let drawing = dxf::read(&bytes, None).unwrap();
    assert_eq!(lines(&drawing), [("間仕切壁", segment(0.0, 0.0, 5.0, 0.0))]);
    assert_eq!(guess("間仕切壁"), Some(Material::Plasterboard));
}

#[test]
fn what_is_wrong_with_a_dxf_is_said_with_its_line() {
    let good = entities("4", LINE);
    let refused = |text: &str, scale| dxf::read(text.as_bytes(), scale).unwrap_err().to_string();
    let cases = [
        (refused(&good.replace("5000", "five"), None), "line 24: \"five\" is no coordinate"),
        (refused(&good.replace("5000", "NaN"), None), "line 24: \"NaN\" is no coordinate"),
        (refused(&good.replace("5000", "1e12"), None), "beyond 20000 m; check the unit"),
        (refused(&good.replace("11\n5000\n21\n0\n", ""), None), "this LINE lacks a coordinate"),
        (refused(&good.replace("20\n0\n11", "11"), None), "lacks a coordinate"),
        (refused(&good.replace("0\nEOF\n", ""), None), "was cut off"),
        (refused(&good.replace("\n4\n", "\n0\n"), None), "does not say its unit"),
        (refused(&good, Some(f64::NAN)), "does not say its unit"),
        (refused("AutoCAD Binary DXF\r\n", None), "save it as ASCII DXF"),
        (refused("<svg/>", None), "line 1: \"<svg/>\" is no group code"),
        (refused("", None), "no rows"),
        (refused(&entities("4", ""), None), "no rows"),
    ];
    for (text, expected) in cases {
        assert!(text.contains(expected), "{text}\nshould say: {expected}");
    }
    // A unit that is told overrides the one in the file.
    let drawing = dxf::read(good.as_bytes(), Some(0.01)).unwrap();
    assert_eq!(lines(&drawing), [("A-WALL", segment(0.0, 0.0, 50.0, 0.0))]);
    let none = drawing.walls(|_| None).unwrap_err().to_string();
    assert!(none.contains("It has: A-WALL"), "{none}");
    let many = dxf::read(entities("6", &LINE.replace("5000", "5").repeat(20_001)).as_bytes(), None).unwrap();
    assert!(many.walls(guess).unwrap_err().to_string().contains("20001 walls"));
}

fn picture(body: &str) -> String {
    let names = "xmlns=\"http://www.w3.org/2000/svg\" xmlns:inkscape=\"http://www.inkscape.org/namespaces/inkscape\"";
    format!("<svg {names}>\n{body}\n</svg>")
}

#[test]
fn shapes_of_an_svg_become_lines_upwards() {
    let body = "<g inkscape:label=\"壁\" transform=\"translate(10 0)\"><line x1=\"0\" y1=\"0\" x2=\"10\" y2=\"0\"/>\n\
                <g id=\"glass\" transform=\"scale(2)\"><polyline points=\"0,0 1,0 1,5\"/></g></g>\n\
                <rect class=\"concrete\" x=\"0\" y=\"0\" width=\"4\" height=\"2\"/>\n\
                <g id=\"lead\"><path d=\"M0 0h10v10z\"/></g><text>x</text><defs><line x2=\"9\"/></defs>";
    let drawing = svg::read(picture(body).as_bytes(), 0.1).unwrap();
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let has = |layer: &str, s: Segment| {
        drawing.lines.iter().any(|l| {
            let (a, b) = (l.segment.a, l.segment.b);
            l.layer == layer && close(a.x, s.a.x) && close(a.y, s.a.y) && close(b.x, s.b.x) && close(b.y, s.b.y)
        })
    };
    assert!(has("壁", segment(1.0, 0.0, 2.0, 0.0)), "{drawing:?}");
    assert!(has("glass", segment(1.2, 0.0, 1.2, -1.0)), "{drawing:?}");
    assert!(has("concrete", segment(0.4, -0.2, 0.0, -0.2)), "{drawing:?}");
    assert!(has("lead", segment(1.0, -1.0, 0.0, 0.0)), "{drawing:?}");
    assert_eq!((drawing.lines.len(), drawing.left_out.get("text")), (1 + 2 + 4 + 3, Some(&1)));
}

#[test]
fn curves_become_chords() {
    let drawing = svg::read(picture("<path d=\"M0 0C0 10 10 10 10 0Q20 0 20 10\"/>").as_bytes(), 1.0).unwrap();
    assert_eq!(drawing.lines.len(), 16);
    assert!(drawing.lines.windows(2).all(|pair| pair[0].segment.b == pair[1].segment.a));
    assert_eq!(drawing.lines[15].segment.b, Point::new(20.0, -10.0));
}

#[test]
fn what_is_wrong_with_an_svg_is_said_with_its_line() {
    let refused = |body: &str, scale| svg::read(picture(body).as_bytes(), scale).unwrap_err().to_string();
    let cases = [
        (refused("<line x1=\"a\"/>", 1.0), "line 2: <line>: x1=\"a\" is no length"),
        (refused("\n<line x1=\"NaN\"/>", 1.0), "line 3: <line>: x1=\"NaN\" is no length"),
        (refused("<line x2=\"1e9\"/>", 1.0), "beyond 20000 m"),
        (refused("<rect width=\"1\"/>", 1.0), "the attribute height is missing"),
        (refused("<path d=\"M0 0 L x\"/>", 1.0), "cannot be read as a path"),
        (refused("<g transform=\"turn(1)\"/>", 1.0), "the transform cannot be read"),
        (refused("<line", 1.0), "this is no XML"),
        (refused("<line x2=\"1\"/>", f64::NAN), "a scale of NaN"),
        (refused("<line x2=\"1\"/>", 0.0), "a scale of 0"),
        (refused("<text/>", 1.0), "no rows"),
        (refused(&format!("{}<line x2=\"1\"/>{}", "<g>".repeat(300), "</g>".repeat(300)), 1.0), "200 deep"),
    ];
    for (text, expected) in cases {
        assert!(text.contains(expected), "{text}\nshould say: {expected}");
    }
    // A document that declares entities of entities is refused as a whole.
    let bomb = "<!DOCTYPE svg [<!ENTITY a \"aaaa\">]><svg><text>&a;</text></svg>";
    assert!(svg::read(bomb.as_bytes(), 1.0).is_err());
}

#[test]
fn names_of_layers_say_their_material() {
    let cases = [
        ("A-WALL-RC", Some(Material::Concrete)),
        ("壁_LGS", Some(Material::Plasterboard)),
        ("建具", Some(Material::Wood)),
        ("鉛ボード X線室", Some(Material::Metal)),
        ("寸法 壁", None),
        ("A-ANNO-TEXT", None),
        ("arch", None),
        ("内壁", Some(Material::Unknown)),
        ("0", None),
    ];
    for (layer, material) in cases {
        assert_eq!(guess(layer), material, "{layer}");
    }
}

proptest! {
    #[test]
    fn damaged_drawings_are_answered(svg in any::<bool>(), at in any::<prop::sample::Index>(), with in "[-0-9a-z<>\"./\n ]{0,6}") {
        let mut text = if svg {
            picture("<g id=\"wall\" transform=\"rotate(30 1 1)\"><path d=\"M0 0h10v10C1 2 3 4 5 6z\"/><rect width=\"1\" height=\"2\"/></g>")
        } else {
            entities("4", &[LINE, ROOM, OLD, ARC].concat())
        };
        let at = (at.index(text.len())..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let end = (at + with.len() / 2..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
        text.replace_range(at..end, &with);
        properties::drawing(text.as_bytes());
    }
}
