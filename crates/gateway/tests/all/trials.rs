//! Trials, and how they end.

use std::net::IpAddr;

use gateway::{Because, Error, Request, What};
use network::session::Session;

use crate::computer::{Computer, model, nft, request, smaller};

#[test]
fn a_trial_is_in_force_until_it_is_decided() {
    let Some(computer) = Computer::new() else { return };
    let gateway = &computer.gateway;
    let trial = gateway.apply(&request(&model())).unwrap();
    assert!(trial.seconds_left > 500 && trial.seconds_left <= 600);
    assert_eq!(trial.report.proof, network::Proof::Equal);
    assert!(trial.missing_interfaces.iter().any(|name| name == "vlan10"), "{:?}", trial.missing_interfaces);
    let status = gateway.status().unwrap();
    assert!(status.current.is_none());
    let on_trial = status.trial.unwrap();
    assert_eq!((on_trial.model, on_trial.who.as_str(), on_trial.why.as_str()), (model(), "院長", "試す"));
    assert!(computer.agrees());
    assert!(matches!(gateway.apply(&request(&smaller())), Err(Error::OnTrial { .. })));
    gateway.confirm("事務長").unwrap();
    let current = gateway.status().unwrap().current.unwrap();
    let applied = current.applied().unwrap();
    assert_eq!((current.number, applied.confirmed_by.as_str(), applied.again), (1, "事務長", None));
    assert_eq!(applied.model, model());
    assert!(applied.rules.contains("table inet komainu {") && !applied.rules.contains("set trial"));
    assert!(computer.agrees() && !computer.path("pending.json").exists());
    assert!(matches!(gateway.confirm("事務長"), Err(Error::NothingOnTrial)));
    assert!(matches!(gateway.withdraw(), Err(Error::NothingOnTrial)));
}

#[test]
fn what_is_withdrawn_leaves_what_was() {
    let Some(computer) = Computer::new() else { return };
    let gateway = &computer.gateway;
    gateway.apply(&request(&model())).unwrap();
    gateway.withdraw().unwrap();
    assert_eq!(nft(&["list", "ruleset"]), "");
    computer.settle(&model());
    gateway.apply(&request(&smaller())).unwrap();
    gateway.withdraw().unwrap();
    assert!(computer.agrees());
    let because = gateway.history().unwrap().into_iter().filter_map(|entry| match entry.what {
        What::GivenUp { because, .. } => Some(because),
        _ => None,
    });
    assert_eq!(because.collect::<Vec<_>>(), [Because::Withdrawn, Because::Withdrawn]);
}

#[test]
fn a_way_back_is_a_trial_too() {
    let Some(computer) = Computer::new() else { return };
    let gateway = &computer.gateway;
    computer.settle(&model());
    computer.settle(&smaller());
    for absent in [0, 3, 99] {
        assert!(matches!(gateway.revert(absent, &request("")), Err(Error::NoSuchEvent(number)) if number == absent));
    }
    gateway.revert(1, &request("what stands here does not matter")).unwrap();
    gateway.confirm("院長").unwrap();
    let current = gateway.status().unwrap().current.unwrap();
    assert_eq!((current.number, current.applied().unwrap().again), (3, Some(1)));
    assert_eq!(current.applied().unwrap().model, model());
    assert!(computer.agrees());
}

#[test]
fn what_is_not_proven_is_not_in_force() {
    let Some(computer) = Computer::new() else { return };
    let gateway = &computer.gateway;
    computer.settle(&model());
    nft(&[
        "add table inet other; add chain inet other c { type filter hook input priority 5; }; add rule inet other c tcp dport 8443 drop",
    ]);
    let Err(Error::NotProven(report)) = gateway.apply(&request(&smaller())) else { panic!("it was applied") };
    assert!(!report.differences.is_empty());
    nft(&["delete table inet other"]);
    assert!(computer.agrees());
    // Something that is not understood proves nothing either.
    nft(&[
        "add table inet other; add chain inet other c { type filter hook input priority 5; }; add rule inet other c meta cpu 1 drop",
    ]);
    let Err(Error::NotProven(report)) = gateway.apply(&request(&smaller())) else { panic!("it was applied") };
    assert_eq!(report.proof, network::Proof::NotUnderstood);
    nft(&["delete table inet other"]);
    assert!(computer.agrees());
    assert_eq!(computer.events(), ["applied", "given up", "given up"]);
}

#[test]
fn what_must_not_be_is_refused_before_anything_is_touched() {
    let Some(computer) = Computer::new() else { return };
    let gateway = &computer.gateway;
    let inward = "\n[[flow]]\nid = \"inward\"\nfrom = \"internet\"\nto = \"chart\"\nservice = \"rdp\"\nwhy = \"x\"\n";
    let refused = |model: String| gateway.apply(&request(&model)).unwrap_err();
    assert!(matches!(refused(model() + inward), Error::Unsound(1..)));
    assert!(matches!(refused(model().replace("[clinic]", "[clinik]")), Error::NotAClinic(_)));
    assert!(matches!(
        refused(model().replace("platform = \"nftables\"", "platform = \"openwrt\"")),
        Error::Platform(_)
    ));
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let (client, server) = (address("192.168.40.11"), address("192.168.40.1"));
    let session = Session { client, client_port: 50_000, server, server_port: 22, interface: None };
    let cut = Request { sessions: vec![session.clone()], ..request(&model()) };
    assert!(matches!(gateway.apply(&cut), Err(Error::WouldCut(cut)) if cut == session));
    assert_eq!(nft(&["list", "ruleset"]), "");
    assert_eq!(computer.events(), [""; 0]);
    gateway.apply(&Request { force: true, ..cut }).unwrap();
}
