//! What is written reads back as what was meant, and a broken line never does.

use network::proof::Verdict;
use network::router::{Flow, Intent, Service};
use network::rtx::{Model, Refused, Segmentation, compile, parse, prove};
use proptest::prelude::*;

use super::intents;

fn verdict(intent: &Intent, text: &str) -> Verdict {
    prove(intent, &parse(text.as_bytes()).unwrap()).verdict()
}

/// Every one-line break of a text that must be found. A removed `out` list is not among them: the lists of the zones
/// that begin already name the destinations, so the same packets pass.
fn breaks(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut with = |at: usize, line: Option<String>| {
        let mut changed: Vec<String> = lines.iter().map(ToString::to_string).collect();
        match line {
            Some(line) => changed[at] = line,
            None => {
                changed.remove(at);
            }
        }
        found.push(changed.join("\n"));
    };
    for (at, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let numbered = words.get(2).is_some_and(|number| number.len() >= 4) && words.get(1) == Some(&"filter");
        if numbered && words[3] == "pass" {
            with(at, None);
            with(at, Some(line.replace(" pass ", " reject ")));
            with(at, Some(format!("{} {}", words[..7].join(" "), "*")));
            with(
                at,
                Some(line.replacen(" tcp ", " udp ", 1).replacen(" udp ", " tcp ", usize::from(words[6] == "udp"))),
            );
            let mut open = words.clone();
            open[4] = "*";
            with(at, Some(open.join(" ")));
        }
        if let Some((head, list)) = line.split_once(" secure filter ") {
            let numbers: Vec<&str> = list.split(' ').collect();
            for (n, number) in
                numbers.iter().enumerate().filter(|(_, number)| number.len() >= 4 && number.parse::<u32>().is_ok())
            {
                let mut fewer = numbers.clone();
                fewer.remove(n);
                let only = fewer.get(1) == Some(&"dynamic");
                // With its only number gone a list of a zone holds nothing and lets everything through; that `out`
                // changes nothing is told above.
                if !(only && numbers[0] == "out") {
                    with(at, Some(format!("{head} secure filter {}", fewer.join(" "))));
                }
                let _ = number;
            }
            if numbers[0] == "in" {
                with(at, None);
            }
            if numbers.iter().any(|number| number.len() >= 4 && number.parse::<u32>().is_ok()) {
                let still = list.split(" dynamic").next().unwrap();
                with(at, Some(format!("{head} secure filter {still}")));
            }
        }
        if line.contains(" address ") {
            with(at, None);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn written_and_read_it_is_what_was_meant(intent in intents::intent(), divided in any::<bool>()) {
        let segmentation = if divided { Segmentation::Divided } else { Segmentation::Tagged };
        let text = compile(&intent, Model::Large, segmentation).unwrap();
        prop_assert_eq!(&text, &compile(&intent, Model::Large, segmentation).unwrap());
        let proof = prove(&intent, &parse(text.as_bytes()).unwrap());
        prop_assert_eq!(proof.verdict(), Verdict::Equal, "{:?}\n{}", proof, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_broken_line_is_found(intent in intents::intent()) {
        let text = compile(&intent, Model::Large, Segmentation::Tagged).unwrap();
        for broken in breaks(&text).into_iter().filter(|broken| *broken != text.trim_end()) {
            prop_assert_ne!(verdict(&intent, &broken), Verdict::Equal, "{}\n\n{}", text, broken);
        }
    }
}

#[test]
fn a_list_too_long_is_refused_with_its_interface() {
    let mut intent = intents::reception();
    let one = intent.flows[0].clone();
    intent.flows = (0..130_u16)
        .map(|k| Flow {
            sources: vec![format!("10.0.0.{}/32", k + 2).parse().unwrap()],
            service: Service::Tcp(vec![(k + 1, k + 1)]),
            ..one.clone()
        })
        .collect();
    let refused = compile(&intent, Model::Small, Segmentation::Tagged).unwrap_err();
    assert_eq!(refused, Refused::TooMany { interface: "lan1/1".to_owned(), direction: "in", needed: 133, cap: 129 });
    assert!(compile(&intent, Model::Large, Segmentation::Tagged).is_ok());
}

#[test]
fn ports_and_addresses_are_joined() {
    let mut intent = intents::reception();
    let one = intent.flows[0].clone();
    intent.flows = (0..300_u16).map(|k| Flow { service: Service::Tcp(vec![(2 * k, 2 * k)]), ..one.clone() }).collect();
    let text = compile(&intent, Model::Small, Segmentation::Tagged).unwrap();
    assert_eq!(text.matches("ip filter 10").count(), 30, "{text}");
}

#[test]
fn a_reason_cannot_become_a_command() {
    let mut intent = intents::reception();
    intent.flows[0].why = "x\nip filter 1 pass * *".to_owned();
    let text = compile(&intent, Model::Small, Segmentation::Tagged).unwrap();
    assert!(text.contains("# x ip filter 1 pass * *\n"));
    assert_eq!(verdict(&intent, &text), Verdict::Equal);
}
