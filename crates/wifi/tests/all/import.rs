//! Tables that are right, and what is said of those that are not.

use crate::properties;
use proptest::prelude::*;
use wifi::import::{aps, lines, readings};
use wifi::material::Material;
use wifi::radio::Band;

const LINES: &str = "class,cad_layer,x1,y1,x2,y2\nwall,A,0,0,10,0\nwindow,B,0,0,0,5\nhatch,C,1,1,2,2\n";
const APS: &str = "ap_id,band,mac,freq_mhz,x,y,floor\n1,2.4,m,2437,1,2,4\n1,5,n,5220,1,2,4\n2,5,o,5180,3,4,4\n";
const READINGS: &str = "x,y,phone,user,rssi_dbm,n_det,n_samp,ap_id,band\n\
                        1,1,p,u,-50.5,30,30,1,2.4\n1,1,p,u,-61,15,30,2,5\n2,1,p,u,-70,30,30,1,5\n";

#[test]
fn good_tables_are_read() {
    let walls = lines::read(LINES.as_bytes()).unwrap();
    assert_eq!(walls.iter().map(|w| w.material).collect::<Vec<_>>(), [Material::Unknown, Material::Glass]);
    let aps = aps::read(APS.as_bytes()).unwrap();
    assert_eq!((aps.len(), aps[0].radios.len(), aps[1].radio(Band::Two)), (2, 2, None));
    let survey = readings::read(READINGS.as_bytes()).unwrap();
    assert_eq!(survey.visits.len(), 2);
    assert_eq!((survey.visits[0].heard.len(), survey.visits[0].heard[1].share), (2, 0.5));
    // The phone hears both bands somewhere, so its silence at the second spot means something in both.
    assert_eq!(survey.visits[1].bands, [Band::Two, Band::Five]);
}

/// The error of reading `text` with one value replaced.
fn refused<T: std::fmt::Debug, E: std::fmt::Display>(
    read: impl Fn(&[u8]) -> Result<T, E>,
    text: &str,
    from: &str,
    to: &str,
) -> String {
    assert!(text.contains(from));
    read(text.replacen(from, to, 1).as_bytes()).map_err(|e| e.to_string()).unwrap_err()
}

#[test]
fn what_cannot_be_is_refused_with_line_and_column() {
    let level = |to| refused(readings::read, READINGS, "-61", to);
    for (to, why) in [("+30", "30 is no received level"), ("NaN", "NaN"), ("-inf", "-inf"), ("x", "\"x\" is no number")]
    {
        let text = level(to);
        assert!(text.starts_with("line 3, column \"rssi_dbm\"") && text.contains(why), "{text}");
    }
    let cases = [
        (refused(lines::read, LINES, "10,0", "NaN,0"), "line 2, column \"x2\""),
        (refused(lines::read, LINES, "10,0", "1e9,0"), "line 2, column \"x2\": 1000000000 is outside"),
        (refused(lines::read, LINES, "x2", "x9"), "no column \"x2\"; it has: class, cad_layer, x1, y1, x9, y2"),
        (refused(lines::read, LINES, "wall,A,0,0,10,0", "wall,A"), "line 2: the row cannot be read as CSV"),
        (refused(aps::read, APS, "2437", "5180"), "line 2, column \"freq_mhz\": 5180 MHz is not in the band 2.4"),
        (refused(aps::read, APS, "1,5,n,5220,1,2", "1,5,n,5220,9,2"), "line 3, column \"x\": access point 1 stands"),
        (refused(aps::read, APS, "1,5,n,5220", "1,2.4,n,2412"), "line 3, column \"band\": access point 1 has a radio"),
        (refused(readings::read, READINGS, "15,30", "31,30"), "line 3, column \"n_det\""),
        (
            refused(readings::read, READINGS, "2,5\n", "1,2.4\n"),
            "line 3, column \"ap_id\": access point 1 was heard twice",
        ),
        (refused(readings::read, READINGS, ",5\n", ",7\n"), "line 3, column \"band\": \"7\" is no band"),
    ];
    for (text, expected) in cases {
        assert!(text.contains(expected), "{text}\nshould say: {expected}");
    }
}

#[test]
fn empty_and_absurd_files_are_refused() {
    for text in ["", "\n", "class,x1,y1,x2,y2\n"] {
        assert!(lines::read(text.as_bytes()).is_err());
    }
    let many = "class,x1,y1,x2,y2\n".to_owned() + &"wall,0,0,1,1\n".repeat(20_001);
    assert!(lines::read(many.as_bytes()).unwrap_err().to_string().contains("more than 20000 walls"));
    let long = format!("class,x1,y1,x2,y2\n{},0,0,1,1\n", "w".repeat(300));
    assert!(lines::read(long.as_bytes()).unwrap_err().to_string().contains("too long"));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(data in prop::collection::vec(any::<u8>(), 0..300)) {
        properties::import(&data);
        properties::drawing(&data);
    }

    #[test]
    fn damaged_tables_are_answered(which in 0..3_usize, at in any::<prop::sample::Index>(), with in ".{0,6}") {
        let mut text = [LINES, APS, READINGS][which].to_owned();
        let at = at.index(text.len());
        text.replace_range(at..(at + with.len() / 2).min(text.len()), &with);
        properties::import(text.as_bytes());
    }
}
