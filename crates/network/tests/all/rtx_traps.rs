//! Each trap is found on its line, and a sound text has none.

use network::rtx::{Model, compile, lint, parse};

use super::rtx_policies::any;

fn check(text: &str, line: usize, ja: &str, en: &str) {
    let found = lint(&parse(text.as_bytes()).unwrap(), 129);
    let hit = found.iter().any(|one| one.line == line && one.ja.contains(ja) && one.en.contains(en));
    assert!(hit, "{text}: {found:?}");
}

#[test]
fn traps() {
    check("ip lan1 secure filter in 5", 1, "定義のないフィルター 5", "filter 5, which is not defined");
    check("ip lan1 secure filter in dynamic 6", 1, "定義のないフィルター 6", "filter 6");
    check("ip lan1 secure filter in 5", 1, "反対方向", "other direction");
    check("ip lan1 secure filter in 5", 1, "IPv6", "IPv6");
    check("ip lan1 secure filter name x", 1, "セット x", "set x");
    check("\nip filter 7 pass * * * * 104", 2, "ポート", "ports of filter 7");
    check("\nip filter 7 pass * * tcp,icmp * 104", 2, "ポート", "ports of filter 7");
    check("ip filter 8 pass * * established", 1, "established", "ACK bit");
    check("vlan lan1/1 802.1q vid=10", 1, "VLAN 間", "reach each other");
    check("telnetd host any", 1, "だれからの", "anyone");
    let many: Vec<String> = (1..=130).map(|number| number.to_string()).collect();
    check(&format!("ip lan1 secure filter in {}", many.join(" ")), 1, "上限の 129", "more than the 129");
}

#[test]
fn what_we_write_falls_into_none() {
    // Both families and tagged VLANs: a text of one family is told that the other has no filters.
    let text = compile(&any(1), Model::Large).unwrap();
    assert_eq!(lint(&parse(text.as_bytes()).unwrap(), 300), []);
}
