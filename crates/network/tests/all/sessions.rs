//! Whether rules leave the connection of whoever applies them alive.

use clinic::model::PortRange;
use network::policy::{Live, Match, Policy};
use network::session::{Session, survives};

use crate::deriving::{CLINIC, clinic};

fn policy(flow: &str) -> Policy {
    let text = format!("{CLINIC}\n{flow}");
    let clinic = clinic::model::read(&text).unwrap_or_else(|why| panic!("{why}"));
    Policy::of(&clinic, jiff::civil::date(2026, 11, 25).at(10, 0, 0, 0), &Live::default())
}

fn session(client: &str, server: &str) -> Session {
    let (client, server) = (client.parse().unwrap(), server.parse().unwrap());
    Session { client, client_port: 50_000, server, server_port: 22, interface: None }
}

const ADMIN: &str = "[[flow]]\nid = \"admin\"\nfrom = \"desk\"\nto = \"gate\"\nservice = \"ssh\"\nwhy = \"管理\"\n";

#[test]
fn only_a_declared_connection_survives() {
    let desk = session("192.168.2.20", "192.168.2.1");
    assert!(!survives(&policy(""), &desk));
    let admin = policy(ADMIN);
    assert!(survives(&admin, &desk));
    assert!(
        survives(&admin, &session("::ffff:192.168.2.20", "::ffff:192.168.2.1")),
        "as a socket of both families tells it"
    );
    assert!(!survives(&admin, &session("192.168.2.21", "192.168.2.1")), "another computer");
    assert!(!survives(&admin, &Session { server_port: 2222, ..desk.clone() }), "another port");
    assert!(!survives(&admin, &session("198.51.100.7", "192.0.2.1")), "from outside");
}

/// Where the packets really come in decides, not where the address ought to be.
#[test]
fn the_interface_it_comes_in_by_counts() {
    let admin = policy(ADMIN);
    let by = |name: &str| Session { interface: Some(name.to_owned()), ..session("192.168.2.20", "192.168.2.1") };
    assert!(survives(&admin, &by("lan2")));
    for other in ["lan1", "wan", "eth9"] {
        assert!(!survives(&admin, &by(other)), "{other}");
    }
}

#[test]
fn the_console_of_the_computer_itself_is_never_cut() {
    let mut nothing = Policy::of(&clinic(), jiff::civil::date(2026, 11, 25).at(10, 0, 0, 0), &Live::default());
    nothing.flows.clear();
    for console in ["127.0.0.1", "::1"] {
        assert!(survives(&nothing, &session(console, console)));
    }
}

#[test]
fn who_is_in_quarantine_is_cut() {
    let mut admin = policy(ADMIN);
    admin.quarantine = vec!["192.168.2.20".parse().unwrap()];
    assert!(!survives(&admin, &session("192.168.2.20", "192.168.2.1")));
    assert!(admin.flows.iter().any(|flow| flow.matches == [Match::Tcp(PortRange::new(22, 22).unwrap())]));
}
