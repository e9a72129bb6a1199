//! Accounts of rules that no kernel has printed: cut, crossed, and made of the right words in the wrong places.

use proptest::prelude::*;

use crate::properties;

/// What the kernel says of a small table, in most of the forms it knows.
const ACCOUNT: &str = r#"{"nftables": [{"metainfo": {"json_schema_version": 1}}, {"table": {"family": "inet", "name": "t", "handle": 1}},
{"set": {"family": "inet", "name": "s", "table": "t", "type": ["ipv4_addr", "inet_service"], "flags": ["interval"], "elem": [{"concat": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, {"range": [80, 90]}]}, {"elem": {"val": {"concat": ["1.2.3.4", 443]}, "timeout": 9}}]}},
{"map": {"family": "inet", "name": "m", "table": "t", "type": "inet_service", "map": "verdict", "elem": [[22, {"drop": null}], [23, {"jump": {"target": "d"}}]]}},
{"chain": {"family": "inet", "table": "t", "name": "c", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}}, {"chain": {"family": "inet", "table": "t", "name": "d"}},
{"rule": {"family": "inet", "table": "t", "chain": "c", "handle": 7, "expr": [{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "t", "chain": "c", "handle": 8, "expr": [{"match": {"op": "==", "left": {"concat": [{"payload": {"protocol": "ip", "field": "saddr"}}, {"payload": {"protocol": "tcp", "field": "dport"}}]}, "right": "@s"}}, {"counter": {"packets": 0, "bytes": 0}}, {"goto": {"target": "d"}}]}},
{"rule": {"family": "inet", "table": "t", "chain": "c", "handle": 9, "expr": [{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@m"}}]}},
{"rule": {"family": "inet", "table": "t", "chain": "d", "handle": 10, "expr": [{"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": {"set": ["a", "b"]}}}, {"reject": {"type": "tcp reset"}}]}}]}"#;

#[test]
fn the_account_itself_is_understood() {
    assert_eq!(network::nft::read(ACCOUNT).unwrap().unknown, vec![]);
    properties::nft(ACCOUNT.as_bytes());
}

#[test]
fn every_beginning_and_every_missing_byte() {
    for at in 0..ACCOUNT.len() {
        properties::nft(&ACCOUNT.as_bytes()[..at]);
    }
    for at in (0..ACCOUNT.len()).step_by(7) {
        let mut bytes = ACCOUNT.as_bytes().to_vec();
        bytes.remove(at);
        properties::nft(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A word of the account replaced by another one of it.
    #[test]
    fn words_in_wrong_places(from in 0usize..400, to in 0usize..400) {
        let words: Vec<&str> = ACCOUNT.split('"').collect();
        let (from, to) = (from % words.len(), to % words.len());
        let mut swapped = words.clone();
        swapped.swap(from, to);
        properties::nft(swapped.join("\"").as_bytes());
    }

    #[test]
    fn bytes_of_any_kind(bytes: Vec<u8>) {
        properties::nft(&bytes);
    }
}
