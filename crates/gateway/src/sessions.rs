//! The connection through which the person works who calls this.

use std::fs;
use std::process::Command;

use network::session::Session;

/// Generations of processes looked at: a shell in a shell in a terminal multiplexer is five.
const ANCESTORS_MAX: usize = 32;

/// The SSH connection this process was started through, if it was. `sudo` takes the variable away that tells of it, so
/// the processes before this one are asked too.
#[must_use]
pub fn own_session() -> Option<Session> {
    let mut process = std::process::id();
    for _ in 0..ANCESTORS_MAX {
        if let Some(session) = fs::read(format!("/proc/{process}/environ")).ok().and_then(|all| told(&all)) {
            let interface = interface_towards(&session);
            return Some(Session { interface, ..session });
        }
        process = parent(process).filter(|parent| *parent > 1)?;
    }
    None
}

fn told(environment: &[u8]) -> Option<Session> {
    let mut variables = environment.split(|byte| *byte == 0);
    let value = variables.find_map(|each| each.strip_prefix(b"SSH_CONNECTION="))?;
    let mut words = std::str::from_utf8(value).ok()?.split(' ');
    Some(Session {
        client: words.next()?.parse().ok()?,
        client_port: words.next()?.parse().ok()?,
        server: words.next()?.parse().ok()?,
        server_port: words.next()?.parse().ok()?,
        interface: None,
    })
}

/// The second word behind the name in brackets, which may itself hold brackets and spaces.
fn parent(process: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    text.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// The interface by which the kernel answers.
fn interface_towards(session: &Session) -> Option<String> {
    let client = session.client.to_canonical().to_string();
    let output = Command::new("ip").args(["-o", "route", "get", &client]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_once(" dev ")?.1.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connection_is_read_as_sshd_tells_it() {
        let session = told(b"A=1\0SSH_CONNECTION=fd00::5 50000 fd00::1 22\0B=2\0").unwrap();
        assert_eq!((session.client, session.client_port), ("fd00::5".parse().unwrap(), 50_000));
        assert_eq!((session.server, session.server_port), ("fd00::1".parse().unwrap(), 22));
        assert_eq!(told(b"A=1\0XSSH_CONNECTION=1 2 3 4\0SSH_CONNECTION=UNKNOWN 65535 UNKNOWN 65535\0"), None);
    }

    #[test]
    fn the_processes_before_this_one_are_found() {
        assert!(parent(std::process::id()).is_some());
        assert_eq!(parent(1), Some(0));
    }
}
