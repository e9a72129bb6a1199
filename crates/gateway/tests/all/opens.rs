//! Vendors let in for a while.

use gateway::{Error, Opening};
use network::policy::Shut;

use crate::computer::{Computer, model, nft, request, smaller};

fn opening(vendor: &str) -> Opening {
    Opening { vendor: vendor.to_owned(), minutes: 30, who: "院長".to_owned(), why: "点検".to_owned() }
}

#[test]
fn a_vendor_is_let_in_and_shut_out() {
    let Some(computer) = Computer::new() else { return };
    let gateway = &computer.gateway;
    assert!(matches!(gateway.open(&opening("netcare")), Err(Error::NothingApplied)));
    computer.settle(&model());
    assert!(matches!(gateway.open(&opening("nobody")), Err(Error::NoSuchVendor(_))));
    let opened = gateway.open(&opening("netcare")).unwrap();
    assert_eq!(opened.until.duration_since(opened.since).as_mins(), 30);
    assert!(computer.agrees());
    let rules = nft(&["list", "ruleset"]);
    assert!(rules.contains("timeout 30m") && rules.contains("chain grant_netcare"), "{rules}");
    assert_eq!(gateway.status().unwrap().opened, [opened]);
    // Opened again it is open for the new time, not for both.
    let again = gateway.open(&Opening { minutes: 10, ..opening("netcare") }).unwrap();
    assert_eq!(gateway.status().unwrap().opened, [again]);
    gateway.close("netcare", "院長", "終わった").unwrap();
    assert!(computer.agrees() && !nft(&["list", "ruleset"]).contains("grant_"));
    assert!(matches!(gateway.close("netcare", "院長", ""), Err(Error::NoSuchVendor(_))));
    assert_eq!(computer.events(), ["applied", "opened", "opened", "closed"]);
}

#[test]
fn two_vendors_do_not_shut_each_other_out() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    let vendors: Vec<String> =
        computer.gateway.clinic().unwrap().vendors.iter().map(|each| each.id.to_string()).collect();
    for vendor in &vendors[..2] {
        computer.gateway.open(&opening(vendor)).unwrap();
    }
    computer.gateway.close(&vendors[0], "院長", "").unwrap();
    let left = computer.gateway.status().unwrap().opened;
    assert_eq!((left.len(), &left[0].vendor), (1, &vendors[1]));
    assert!(computer.agrees());
}

#[test]
fn outside_its_hours_nobody_is_let_in() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model().replace("daily 00:00-24:00", &closed_now()));
    assert!(matches!(computer.gateway.open(&opening("netcare")), Err(Error::Shut { shut: Shut::Hours(_), .. })));
    assert_eq!(computer.events(), ["applied"], "nothing was opened, and nothing is told of");
}

/// Two hours of the day that are not now and not soon.
fn closed_now() -> String {
    let from = (gateway::Moment::now().local().hour() + 11) % 22;
    format!("daily {from:02}:00-{:02}:00", from + 2)
}

#[test]
fn a_trial_and_a_vendor_do_not_disturb_each_other() {
    let Some(computer) = Computer::new() else { return };
    let gateway = &computer.gateway;
    computer.settle(&model());
    gateway.apply(&request(&smaller())).unwrap();
    gateway.open(&opening("netcare")).unwrap();
    assert!(computer.agrees());
    assert!(gateway.status().unwrap().trial.unwrap().seconds_left > 500, "the time to confirm goes on");
    gateway.withdraw().unwrap();
    assert!(computer.agrees());
    assert_eq!(gateway.status().unwrap().opened.len(), 1);
    gateway.apply(&request(&smaller())).unwrap();
    gateway.confirm("院長").unwrap();
    assert!(computer.agrees() && nft(&["list", "ruleset"]).contains("grant_netcare"));
}

#[test]
fn what_is_opened_into_changed_rules_is_shut_again() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    nft(&[
        "add table inet other; add chain inet other c { type filter hook forward priority 5; }; add rule inet other c tcp dport 22 drop",
    ]);
    assert!(matches!(computer.gateway.open(&opening("netcare")), Err(Error::NotProven(_))));
    assert!(computer.gateway.status().unwrap().opened.is_empty());
    assert!(!nft(&["list", "ruleset"]).contains("grant_"));
    assert_eq!(computer.events(), ["applied", "opened", "closed"]);
}

/// The clock of a computer without a battery may be years behind after a power cut.
#[test]
fn a_clock_that_was_set_back_opens_nothing_again() {
    let Some(computer) = Computer::new() else { return };
    computer.settle(&model());
    computer.gateway.open(&opening("netcare")).unwrap();
    computer.edit("open.json", |record| {
        record[0]["since"] = "2099-01-01T00:00:00Z".into();
        record[0]["until"] = "2099-01-01T01:00:00Z".into();
    });
    nft(&["flush ruleset"]);
    computer.gateway.boot().unwrap();
    assert!(computer.gateway.status().unwrap().opened.is_empty());
    assert!(computer.agrees() && !nft(&["list", "ruleset"]).contains("grant_"));
}
