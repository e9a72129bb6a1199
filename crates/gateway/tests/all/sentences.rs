//! Everything that can go wrong is told in both languages.

use std::net::IpAddr;
use std::path::PathBuf;

use clinic::model::{Hours, Platform, read};
use gateway::{Because, Error};
use network::policy::Shut;
use network::session::Session;

#[test]
fn every_error_has_a_sentence_in_both_languages() {
    let nobody = IpAddr::from([192, 0, 2, 7]);
    let session = Session { client: nobody, client_port: 1, server: nobody, server_port: 22, interface: None };
    let path = || PathBuf::from("/state/pending.json");
    let shut = |shut| Error::Shut { vendor: "ネットケア商会".to_owned(), shut };
    let errors = [
        (Error::File { path: path(), source: std::io::ErrorKind::StorageFull.into() }, "pending.json"),
        (Error::Damaged { path: path(), why: "x".to_owned() }, "pending.json"),
        (Error::NotAClinic(read("[clinik]").unwrap_err()), "corrections"),
        (Error::Unsound(3), "3 errors"),
        (Error::Platform(Platform::Rtx), "YAMAHA"),
        (Error::Nft("x".to_owned()), "kernel"),
        (Error::OnTrial { seconds_left: 41 }, "41"),
        (Error::NothingOnTrial, "confirmed"),
        (Error::WouldCut(session), "192.0.2.7"),
        (Error::NothingApplied, "Nothing"),
        (Error::NoSuchEvent(12), "12"),
        (Error::NoSuchVendor("acme".to_owned()), "acme"),
        (shut(Shut::NoMaintenance), "ネットケア商会"),
        (shut(Shut::NoAddress), "address"),
        (shut(Shut::Hours(vec![Hours::parse("mon-fri 09:00-18:00").unwrap()])), "09:00-18:00"),
    ];
    for (error, says) in &errors {
        assert!(error.en().contains(says), "{}", error.en());
        assert!(error.ja().ends_with('。') && !error.ja().is_ascii(), "{}", error.ja());
        assert!(error.en().ends_with('.'), "{}", error.en());
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn every_end_of_a_trial_has_a_reason_of_its_own() {
    let all = [Because::TimeOver, Because::Restarted, Because::Interrupted, Because::NotProven, Because::Withdrawn];
    let mut told: Vec<&str> = all.iter().flat_map(|because| [because.ja(), because.en()]).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 2 * all.len());
}
