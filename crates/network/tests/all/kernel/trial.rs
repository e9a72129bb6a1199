//! Rules on trial: what the kernel does while the switch is on, and when it has gone off.

use network::nft::{Former, Trial, closed, nothing, settled, trial};
use network::packets::Space;
use network::{Policy, Proof, nft, prove};

use super::nft::{load, there};
use crate::policies;
use crate::properties;

fn does(policy: &Policy, account: &str) -> bool {
    let mut space = Space::default();
    let passage = nft::evaluate(&nft::read(account).unwrap(), &mut space);
    prove(policy, &passage, &mut space).proof == Proof::Equal
}

/// Takes the elements out of the sets of both tables, as the end of their time does.
fn over(text: &str) -> String {
    let tables = text.lines().filter_map(|line| line.strip_prefix("table inet ")?.strip_suffix(" {"));
    let out = |table: &str| format!("flush set inet {table} trial\n");
    let switched = tables.filter(|table| text.contains(&format!("table inet {table} {{\n\tset trial {{"))).map(out);
    format!("{text}{}", switched.collect::<String>())
}

#[test]
fn the_tried_rules_are_in_force_while_it_lasts_and_the_former_afterwards() {
    if !there() {
        return;
    }
    for seed in 0..12 {
        let (former, tried) = (policies::random(seed), policies::random(seed + 100));
        let text = trial(&Trial { former: Former::Rules(&former), tried: &tried, seconds: 60 });
        assert!(does(&tried, &load(&text)), "{seed}");
        let after = over(&text);
        assert_eq!(after.matches("flush set").count(), 2);
        assert!(does(&former, &load(&after)), "{seed}");
        // Whatever came before, one text makes an end of it.
        assert!(does(&tried, &load(&format!("{text}{}", settled(&tried)))), "{seed}");
        assert!(!load(&format!("{text}{}", nothing())).contains("\"table\""), "{seed}");
    }
}

#[test]
fn between_the_two_a_packet_passes_only_if_both_let_it() {
    if !there() {
        return;
    }
    for seed in 0..6 {
        let (former, tried) = (policies::random(seed), policies::random(seed + 100));
        let text = trial(&Trial { former: Former::Rules(&former), tried: &tried, seconds: 60 });
        let account = load(&format!("{text}flush set inet komainu trial\n"));
        let mut space = Space::default();
        let passage = nft::evaluate(&nft::read(&account).unwrap(), &mut space);
        for policy in [&former, &tried] {
            let intent = network::Intent::of(policy, &mut space);
            assert!(passage.unknown.is_empty() && passage.pass.is_within(&intent.pass), "{seed}");
        }
    }
}

#[test]
fn a_gateway_without_rules_or_with_closed_ones_goes_back_to_that() {
    if !there() {
        return;
    }
    let tried = policies::small();
    let from = |former| trial(&Trial { former, tried: &tried, seconds: 60 });
    let pass = |text: &str| {
        let mut space = Space::default();
        let passage = nft::evaluate(&nft::read(&load(text)).unwrap(), &mut space);
        assert!(passage.unknown.is_empty());
        let all = passage.pass.equals(&space.sound());
        // Nobody but the gateway itself is heard.
        let [lan, wan] = ["lan1", "wan0"].map(|name| space.interface(name).unwrap());
        let new = space.state(network::packets::State::New).minus(&space.protocol(58));
        let from = [lan, wan].map(|number| space.is(network::packets::Field::In, number.into()));
        (all, from.iter().any(|from| from.and(&new).meets(&passage.pass)))
    };
    assert!(does(&tried, &load(&from(Former::Nothing))) && does(&tried, &load(&from(Former::Closed))));
    assert_eq!(pass(&over(&from(Former::Nothing))), (true, true));
    assert_eq!(pass(&over(&from(Former::Closed))), (false, false));
    assert_eq!(pass(&closed()), (false, false));
    assert!(!does(&properties::nothing(), &load(&nothing())));
}
