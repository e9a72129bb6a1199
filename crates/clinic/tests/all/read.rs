//! What a file may say, and what is answered when it may not.

use clinic::model::{Clinic, Endpoint, NotAClinic, read};

/// A clinic of two zones; each test adds to it.
pub(crate) const SMALL: &str = r#"[clinic]
name = "こまいぬ内科"
code = "1310123456"

[gateway]
platform = "nftables"
uplink = "eth0"

[[zone]]
id = "chart"
name = "電子カルテ"
kind = "chart"
ipv4 = "192.168.10.0/24"
ipv6 = "fd00:10::/64"
interface = "eth1"

[[zone]]
id = "office"
name = "事務"
kind = "office"
ipv4 = "192.168.40.0/24"
interface = "eth2"

[[device]]
id = "server"
name = "電子カルテサーバー"
kind = "chart-server"
zone = "chart"
ipv4 = "192.168.10.5"
ipv6 = "fd00:10::5"

[[device]]
id = "pc1"
name = "受付PC"
kind = "pc"
zone = "office"
mac = ["00-A0-DE-00-00-01"]
ipv4 = "192.168.40.11"
depends_on = ["server"]
"#;

pub(crate) fn with(more: &str) -> Result<Clinic, NotAClinic> {
    read(&format!("{SMALL}{more}"))
}

/// Line and English sentence of each problem, the line counted from the addition's first.
fn problems(more: &str) -> Vec<(i64, String)> {
    let before = SMALL.lines().count();
    let problems = with(more).unwrap_err().0;
    problems.iter().map(|p| (i64::from(p.line.0) - i64::try_from(before).unwrap(), p.en())).collect()
}

#[track_caller]
pub(crate) fn check(more: &str, line: i64, words: &[&str]) {
    let found = problems(more);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].0, line, "{found:#?}");
    for word in words {
        assert!(found[0].1.contains(word), "{word:?} in {:?}", found[0].1);
    }
}

#[test]
fn a_small_clinic_reads_whole() {
    let clinic = with(
        r#"
[[flow]]
id = "pc-chart"
from = "pc1"
to = "server"
service = ["https", "karte"]
why = "受付でカルテを開く"
hours = "mon-sat 08:00-20:00"
until = 2030-03-31

[[service]]
id = "karte"
name = "カルテ本体"
ports = ["tcp/9443", "tcp/9000-9010"]
"#,
    )
    .unwrap();
    let flow = &clinic.flows[0];
    assert!(matches!(&flow.from, Endpoint::Device(id) if id.as_str() == "pc1"));
    assert_eq!(clinic.prefixes(&flow.to).len(), 2);
    let ports = |id| clinic.service(id).unwrap().ports.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ports(&flow.services[0]), ["tcp/443"]);
    assert_eq!(ports(&flow.services[1]), ["tcp/9000-9010", "tcp/9443"]);
    assert_eq!(clinic.devices[1].macs[0].to_string(), "00:a0:de:00:00:01");
    assert_eq!(clinic.devices[0].line.0, 24);
    assert!(!flow.is_over("2030-03-31".parse().unwrap()) && flow.is_over("2030-04-01".parse().unwrap()));
}

#[test]
fn a_slip_is_told_with_its_line_and_the_word_that_was_meant() {
    check("[[group]]\nid = \"desks\"\nnmae = \"x\"\nname = \"机\"\nmembers = [\"pc1\"]", 3, &["nmae", "\"name\""]);
    check("[[group]]\nid = \"desks\"\nname = \"机\"\nmembers = [\n  \"pc2\",\n]", 5, &["no device \"pc2\"", "\"pc1\""]);
    check("[[flow]]\nid = \"f\"\nfrom = \"pc1\"\nto = \"servre\"\nservice = \"smb\"\nwhy = \"x\"", 4, &["\"server\""]);
    check("[[flow]]\nid = \"f\"\nfrom = \"pc1\"\nto = \"server\"\nservice = \"htps\"\nwhy = \"x\"", 5, &["\"https\""]);
    check("[[zoen]]\nid = \"x\"", 1, &["zoen", "\"zone\""]);
    check("[[device]]\nid=\"d\"\nname=\"d\"\nkind=\"modalty\"\nzone=\"chart\"", 4, &["\"modality\""]);
}

#[test]
fn what_cannot_be_is_refused_with_what_can() {
    let device =
        |field: &str| format!("[[device]]\nid = \"d\"\nname = \"d\"\nkind = \"pc\"\nzone = \"chart\"\n{field}\n");
    check(&device("ipv4 = \"192.168.10.256\""), 6, &["192.168.10.256", "such as \"192.168.10.5\""]);
    check(&device("ipv4 = \"224.0.0.1\""), 6, &["IPv4 address"]);
    check(&device("mac = \"ff:ff:ff:ff:ff:ff\""), 6, &["MAC"]);
    check(&device("firmware = \"1\\nreject\""), 6, &["without line breaks"]);
    check(&device("medical = \"yes\""), 6, &["true or false"]);
    check(&device("room = \"r1\""), 6, &["no room \"r1\""]);
    check("[[device]]\nid = \"D\"\nname = \"d\"\nkind = \"pc\"\nzone = \"chart\"", 2, &["lower-case"]);
    check("[[device]]\nid = \"internet\"\nname = \"d\"\nkind = \"pc\"\nzone = \"chart\"", 2, &["internet"]);
    check("[[service]]\nid = \"smb\"\nname = \"x\"\nports = [\"tcp/1\"]", 1, &["built in"]);
    check("[[service]]\nid = \"x\"\nname = \"x\"\nports = [\"tcp/0\"]", 4, &["tcp/0"]);
    check(
        "[[outside]]\nid = \"all\"\nname = \"x\"\naddresses = [\"0.0.0.0/0\"]\n[[outside]]\nid=\"y\"\nname=\"y\"\naddresses=\"192.0.2.0/24\"",
        4,
        &["0.0.0.0/0"],
    );
}

#[test]
fn one_id_names_one_thing() {
    check(
        "[[device]]\nid = \"office\"\nname = \"d\"\nkind = \"pc\"\nzone = \"chart\"",
        2,
        &["already used on line 18"],
    );
    check("[[group]]\nid = \"g\"\nname = \"g\"\nmembers = [\"pc1\", \"pc1\"]", 4, &["twice"]);
}

#[test]
fn a_flow_must_pass_the_gateway() {
    let printer = "[[device]]\nid = \"printer\"\nname = \"印刷\"\nkind = \"printer\"\nzone = \"office\"\n";
    let flow = "[[flow]]\nid = \"f\"\nfrom = \"pc1\"\nto = \"printer\"\nservice = \"ipp\"\nwhy = \"x\"\n";
    check(&format!("{printer}{flow}"), 6, &["in zone \"office\""]);
    check(
        "[[flow]]\nid = \"f\"\nfrom = \"internet\"\nto = \"internet\"\nservice = \"ipp\"\nwhy = \"x\"\n",
        1,
        &["both outside"],
    );
}

#[test]
fn devices_that_wait_for_each_other_are_refused() {
    let device = |id: &str, on: &str| {
        format!("[[device]]\nid = \"{id}\"\nname = \"d\"\nkind = \"pc\"\nzone = \"chart\"\ndepends_on = [\"{on}\"]\n")
    };
    check(&[device("a", "b"), device("b", "c"), device("c", "b")].concat(), 13, &["b → c → b"]);
    check(&device("a", "a"), 1, &["a → a"]);
}

#[test]
fn everything_wrong_is_told_at_once_in_order() {
    let found = problems("[[device]]\nid = \"d\"\n[[flow]]\nfrom = \"x\"\n");
    let lines: Vec<i64> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 1, 1, 3, 3, 3, 3, 4], "{found:#?}");
}

#[test]
fn broken_toml_has_a_line() {
    let found = problems("[[device]]\nid = \"d\nname = \"x\"\n");
    assert_eq!(found[0].0, 2, "{found:?}");
    assert!(read("").unwrap_err().to_string().contains("lacks \"clinic\""));
    let long = format!("# {}\n", "x".repeat(clinic::model::TEXT_LEN_MAX));
    assert!(read(&long).unwrap_err().to_string().contains("1 MiB"));
    let deep = format!("a = {}1{}", "[".repeat(5000), "]".repeat(5000));
    assert!(read(&deep).is_err());
}
