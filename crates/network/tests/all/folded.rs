//! Sentences of a proof that say the same but for one word.

use network::openwrt::{compile, prove, read};

use super::policies::small;

/// What a text that is broken says, in Japanese.
fn told(one: &str, other: &str) -> Vec<String> {
    let text = compile(&small()).unwrap();
    assert!(text.contains(one), "{text}");
    let report = prove(&small(), &read(&text.replace(one, other)).unwrap());
    report.differences.iter().map(network::proof::Difference::ja).collect()
}

#[test]
fn ports_of_one_rule_are_told_together() {
    let told =
        told("\tlist dest_port '104'\n", "\tlist dest_port '104'\n\tlist dest_port '22'\n\tlist dest_port '3389'\n");
    // Both families, since the device has both and one rule is named for each.
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert!(told.starts_with("電子カルテ から PACS へ、SSH、3389/tcp (リモートデスクトップ) が届く。"), "{told}");
}

#[test]
fn what_two_rules_decide_is_told_apart() {
    let told = told(
        "\toption family 'ipv4'\n\toption proto 'tcp'\n\tlist src_ip '10.1.0.0/24'\n",
        "\toption family 'ipv4'\n\toption proto 'udp'\n\tlist src_ip '10.1.0.0/24'\n",
    );
    let opened: Vec<&String> = told.iter().filter(|told| told.contains("が届く。")).collect();
    let closed: Vec<&String> = told.iter().filter(|told| told.contains("届かない")).collect();
    assert_eq!((opened.len(), closed.len()), (1, 1), "{told:?}");
    assert!(opened[0].contains("104/udp") && closed[0].contains("DICOM"), "{told:?}");
}
