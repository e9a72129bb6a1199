//! Odd and hostile texts.

use network::rtx::parse::{LINE_MAX, LINES_MAX, TEXT_MAX};
use network::rtx::{Model, Statement, TooMuch, compile, parse};
use proptest::prelude::*;

use super::{properties, rtx_policies};

const PIECES: [&str; 14] = [
    "*",
    "-",
    "/",
    ",",
    "10.0.0.0/255.0.255.0",
    "0xffffff00",
    "::/129",
    "icmp",
    "established",
    "dynamic",
    "99999999999",
    "tcpflag!=0x0002/0x0017",
    "pp select 1\n",
    "\u{0}\u{ff}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn broken_texts(seed in 0..64_u64, breaks in proptest::collection::vec((any::<prop::sample::Index>(), 0..9_usize, prop::sample::select(&PIECES[..])), 1..9)) {
        let mut bytes = compile(&rtx_policies::any(seed), Model::Large).unwrap().into_bytes();
        for (at, cut, piece) in breaks {
            let at = at.index(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, piece.bytes());
        }
        properties::rtx(&bytes);
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        properties::rtx(&bytes);
    }
}

fn refused(line: &str) -> String {
    let config = parse(format!("#\n{line}\n").as_bytes()).unwrap();
    assert_eq!(config.lines[1].number, 2);
    match &config.lines[1].statement {
        Statement::NotUnderstood(why) => why.clone(),
        other => panic!("{line} was read as {other:?}"),
    }
}

#[test]
fn what_is_not_understood_is_said() {
    for (line, why) in [
        ("ip filter 1 pass 10.0.0.0/255.0.255.0 *", "mask"),
        ("ip filter 1 pass chart.example.jp *", "no address"),
        ("ip filter 1 pass 10.*.0.1 *", "star in the middle"),
        ("ip filter 1 pass 10.0.0.9-10.0.0.1 *", "backwards"),
        ("ip filter 1 pass fd00::1 *", "family"),
        ("ip filter 1 restrict * *", "depends on more"),
        ("ip filter 0 pass * *", "no number"),
        ("ip filter 1 pass * * tcp * 1,2,3,4,5,6,7,8,9,10,11", "11 ports"),
        ("ip filter 1 pass * * tcp * 99999", "port"),
        ("ip filter 1 pass * * tcp * * extra", "after the last"),
        ("ip filter 1 pass * * tcpflag=0x0100/0x0100", "flags"),
        ("ip filter dynamic 1 * * ftp", "ftp"),
        ("ip filter dynamic 1 * * filter 1 in 2", "'in'"),
        ("ip pp secure filter in 1", "without 'pp select'"),
        ("ip lan2 secure filter sideways 1", "in or out"),
        ("no ip filter 1", "not known"),
        ("nat descriptor masquerade static 1 1 10.0.0.1 sctp 80", "not understood"),
        ("nat descriptor type 1 nat-masquerade", "not known"),
        ("nat descriptor masquerade incoming 1 through", "not known"),
        ("ip route default gateway pp 1 weight 2 gateway pp 2", "more than the destination"),
        ("ip route default gateway nowhere", "no neighbour"),
        ("ip route fd00::/8 gateway pp 1", "family"),
        ("schedule at 1 */* 03:00:00 * ip filter 1 pass * *", "not known"),
        ("systematic", "not known"),
    ] {
        let said = refused(line);
        assert!(said.contains(why), "{line}: {said}");
    }
}

#[test]
fn limits() {
    assert_eq!(parse(&vec![b'#'; TEXT_MAX + 1]), Err(TooMuch::Text(TEXT_MAX + 1)));
    assert_eq!(parse(&vec![b'\n'; LINES_MAX]), Err(TooMuch::Lines(LINES_MAX + 1)));
    let long = [b"#\n".to_vec(), vec![b'#'; LINE_MAX + 1]].concat();
    assert_eq!(parse(&long), Err(TooMuch::Line(2)));
}
