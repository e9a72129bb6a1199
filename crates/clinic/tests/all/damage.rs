//! Damaged files: always an answer, always a line.

use clinic::model::patterns::{PATTERNS, pattern};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::properties::model;

/// Pieces that make TOML of another shape.
const PIECES: [&str; 16] = [
    "\"",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    "\n",
    "#",
    "'''",
    ",",
    "1e999",
    "id = \"internet\"\n",
    "[[device]]\n",
    "\u{202e}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_pattern_is_answered(
        name in select(vec!["cloud-chart", "on-premises"]),
        cuts in proptest::collection::vec((any::<Index>(), 0usize..40, select(PIECES.as_slice())), 1..6),
    ) {
        let mut text: Vec<char> = pattern(name).unwrap().text.chars().collect();
        for (at, length, piece) in cuts {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.chars());
        }
        model(text.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn lines_that_change_places_are_answered(a: Index, b: Index, c: Index) {
        let mut lines: Vec<&str> = pattern("cloud-chart").unwrap().text.lines().collect();
        let (a, b, c) = (a.index(lines.len()), b.index(lines.len()), c.index(lines.len()));
        lines.swap(a, b);
        lines.remove(c);
        model(lines.join("\n").as_bytes());
    }

    #[test]
    fn any_text_is_answered(text in "[\\[\\]{}=\"'#,.a-z0-9 \n-]{0,200}") {
        model(text.as_bytes());
    }
}

#[test]
fn what_once_mattered_is_answered() {
    for pattern in PATTERNS {
        model(pattern.text.as_bytes());
    }
    for text in [
        "",
        "\n\n",
        "=",
        "a.b.c = 1",
        "[clinic]\nname = 1\n[gateway]\n[[zone]]\n",
        "zone = [1]",
        "zone = {}",
        "clinic = 1",
    ] {
        model(text.as_bytes());
    }
    model(format!("{}x = 1", "a.".repeat(2000)).as_bytes());
    model(format!("x = {}{}", "{a = ".repeat(500), "}".repeat(500)).as_bytes());
    // A chain of devices each of which waits for the next.
    let device = |n: usize| {
        format!(
            "[[device]]\nid = \"d{n}\"\nname = \"d\"\nkind = \"pc\"\nzone = \"office\"\ndepends_on = [\"d{}\"]\n",
            n + 1
        )
    };
    let chain: String = (0..1500).map(device).collect();
    model(format!("{}{chain}", crate::read::SMALL).as_bytes());
}
