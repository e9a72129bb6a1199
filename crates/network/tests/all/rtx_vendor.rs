//! A configuration as a vendor leaves it, held against the clinic it was made for.

use std::fmt::Write as _;

use clinic::model::ZoneKind;
use network::policy::{Side, Uplink};
use network::rtx::{Model, lint, parse, prove};
use network::{Policy, Proof};

use super::policies::{built_in_services, end, flow, host, one, tcp, udp, whole, zone};
use super::properties::nothing;
use super::rtx_policies::v4_only;

const VENDOR: &str = include_str!("../golden/vendor.rtx");

/// What was meant: the office reads the chart and the Web, the chart server fetches its updates.
fn meant() -> Policy {
    let (chart, pc) = (host(0, "chart", "電子カルテサーバー", 10), host(1, "pc", "受付PC", 20));
    let internet = || end("internet", vec![whole(Side::Uplink)]);
    let office = || end("office", vec![whole(Side::Zone(1))]);
    let gateway = || end("gateway", vec![whole(Side::Gateway)]);
    let flows = vec![
        flow("chart", "電子カルテを使う", office(), end("chart", vec![one(&chart)]), &[tcp(443, 443)]),
        flow("web", "調べもの", office(), internet(), &[tcp(80, 80), tcp(443, 443)]),
        flow("updates", "更新", end("charts", vec![whole(Side::Zone(0))]), internet(), &[tcp(443, 443)]),
        flow("names", "名前とアドレス", office(), gateway(), &[udp(53, 53), udp(67, 67)]),
        flow("time", "時刻", gateway(), internet(), &[udp(53, 53), udp(123, 123)]),
    ];
    v4_only(Policy {
        zones: vec![zone(0, "charts", "電子カルテ", ZoneKind::Chart), zone(1, "office", "受付", ZoneKind::Office)],
        uplink: Uplink { interface: "pp1".to_owned(), masquerade: true },
        hosts: vec![pc, chart],
        services: built_in_services(),
        flows,
        ..nothing()
    })
}

#[test]
fn told_line_by_line() {
    let config = parse(VENDOR.as_bytes()).unwrap();
    let proof = prove(&meant(), &config);
    let mut text = proof.to_string();
    for one in lint(&config, Model::Small.cap()) {
        let _ = writeln!(text, "{}: {}\n  {}", one.line, one.ja, one.en);
    }
    super::golden("vendor.rtx.txt", &text);
}

#[test]
fn without_the_lines_it_does_not_know_it_is_different() {
    let known: Vec<&str> = VENDOR.lines().filter(|line| !line.contains("dynamic 100 ")).collect();
    let text = known.join("\n").replace("dynamic 100 101", "dynamic 101");
    let proof = prove(&meant(), &parse(text.as_bytes()).unwrap());
    assert_eq!(proof.unknown, []);
    assert_eq!(proof.proof, Proof::Different);
}
