//! Odd and hostile texts of UCI.

use network::openwrt::uci::{LINES_MAX, NoUci, TEXT_MAX};
use network::openwrt::{compile, read};
use proptest::prelude::*;

use super::openwrt_reading::FOREIGN;
use super::{policies, properties};

const PIECES: [&str; 16] = [
    "'",
    "\"",
    "\\",
    "!",
    "-",
    "/129",
    "*",
    "config zone\n",
    "config rule\n",
    "list entry '10.0.0.0/8 99999'\n",
    "option ipset '!x y'\n",
    "icmp_type",
    "255.0.255.0",
    "65536",
    "\u{0}",
    "\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn broken_texts(seed in 0..40_u64, breaks in proptest::collection::vec((any::<prop::sample::Index>(), 0..9_usize, prop::sample::select(&PIECES[..])), 1..9)) {
        let whole = if seed % 3 == 0 { FOREIGN.to_owned() } else { compile(&policies::random(seed)).unwrap() };
        let mut bytes = whole.into_bytes();
        for (at, cut, piece) in breaks {
            let at = at.index(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, piece.bytes());
        }
        properties::uci(&bytes);
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        properties::uci(&bytes);
    }
}

#[test]
fn limits() {
    assert_eq!(read(&"#".repeat(TEXT_MAX + 1)), Err(NoUci::Text(TEXT_MAX + 1)));
    assert_eq!(read(&"\n".repeat(LINES_MAX + 1)), Err(NoUci::Lines));
    assert_eq!(read("ip filter 1 pass * *\n"), Err(NoUci::NoSection));
}
