//! A gateway in a network namespace, and the world around it in another: one pair of interfaces for each zone and one
//! for the uplink. The world has no addresses; it speaks and listens frame by frame.

use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::process::Command;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn, SockaddrIn6, bind, recv, send, sendto,
    socket,
};

use crate::policies::address;

/// Zones there are; a policy may know fewer.
pub(crate) const ZONES: usize = 5;
/// The uplink's place among the interfaces, behind the zones.
pub(crate) const UPLINK: usize = ZONES;

/// Both namespaces with their sockets; they go when this does.
pub(crate) struct World {
    gateway: String,
    world: String,
    wires: Vec<OwnedFd>,
    raw4: OwnedFd,
    raw6: OwnedFd,
}

/// The gateway's interfaces by number.
pub(crate) fn interface(number: usize) -> String {
    if number == UPLINK { "uplink".to_owned() } else { format!("zone{number}") }
}

/// Hardware address of the gateway's end of a wire, or the world's.
pub(crate) fn mac(number: usize, gateway: bool) -> [u8; 6] {
    [2, 0, 0, 0, u8::try_from(number).unwrap(), u8::from(gateway)]
}

fn mac_text(number: usize, gateway: bool) -> String {
    mac(number, gateway).map(|byte| format!("{byte:02x}")).join(":")
}

/// The gateway's own address on an interface.
pub(crate) fn own(number: usize, v6: bool) -> std::net::IpAddr {
    match (number, v6) {
        (UPLINK, false) => [192, 0, 2, 1].into(),
        (UPLINK, true) => [0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 1].into(),
        _ => address(number, 1, v6),
    }
}

/// Runs a shell script and insists that it works.
fn sh(script: &str) {
    let output = Command::new("sh").args(["-ec", script]).output().unwrap();
    assert!(output.status.success(), "{}\n{script}", String::from_utf8_lossy(&output.stderr));
}

impl World {
    /// Builds both. Names carry the process, so that runs beside each other do not meet.
    pub(crate) fn new(name: &str) -> Self {
        let (gateway, world) =
            (format!("kmn-{}-{name}-g", std::process::id()), format!("kmn-{}-{name}-w", std::process::id()));
        let mut script = format!("ip netns add {gateway}; ip netns add {world}\n");
        script += &format!(
            "ip netns exec {world} sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1\n\
             ip netns exec {gateway} sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
             net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.all.send_redirects=0 \
             net.ipv4.conf.default.send_redirects=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
             net.ipv6.conf.default.router_solicitations=0 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0\n\
             ip -n {gateway} link set lo up\n"
        );
        for number in 0..=UPLINK {
            let (name, here, there) = (interface(number), mac_text(number, true), mac_text(number, false));
            let (v4, v6) = (own(number, false), own(number, true));
            let (next, nets) = if number == UPLINK {
                ("192.0.2.254".to_owned(), ["0.0.0.0/0".to_owned(), "::/0".to_owned()])
            } else {
                let byte = number + 1;
                (format!("10.{byte}.0.254"), [format!("10.{byte}.0.0/24"), format!("fd00:0:0:{byte}::/64")])
            };
            script += &format!(
                "ip -n {gateway} link add {name} address {here} type veth peer name peer{number} address {there} netns {world}\n\
                 ip -n {world} link set peer{number} up; ip -n {gateway} link set {name} up\n\
                 ip -n {gateway} addr add {v4}/32 dev {name}; ip -n {gateway} addr add {v6}/128 dev {name} nodad\n\
                 ip -n {gateway} neigh add {next} lladdr {there} dev {name} nud permanent\n\
                 ip -n {gateway} neigh add fe80::fe lladdr {there} dev {name} nud permanent\n\
                 ip -n {gateway} route add {} via {next} dev {name} onlink\n\
                 ip -n {gateway} route add {} via fe80::fe dev {name}\n",
                nets[0], nets[1]
            );
        }
        sh(&script);
        let wires = inside(&world, || {
            let links = nix::ifaddrs::getifaddrs().unwrap();
            let links: Vec<_> =
                links.filter_map(|each| Some((each.interface_name, *each.address?.as_link_addr()?))).collect();
            (0..=UPLINK).map(|number| wire(&links, &format!("peer{number}"))).collect::<Vec<_>>()
        });
        let raw = |family| {
            inside(&gateway, move || socket(family, SockType::Raw, SockFlag::empty(), SockProtocol::Raw).unwrap())
        };
        let (raw4, raw6) = (raw(AddressFamily::Inet), raw(AddressFamily::Inet6));
        Self { gateway, world, wires, raw4, raw6 }
    }

    /// Replaces the gateway's rules; gives back the kernel's account of them.
    pub(crate) fn load(&self, text: &str) -> String {
        let path = std::env::temp_dir().join(format!("{}.nft", self.gateway));
        std::fs::write(&path, text).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = Command::new("ip");
            let output = command.args(["netns", "exec", &self.gateway, "nft"]).args(arguments).output().unwrap();
            assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        run(&["-f", path.to_str().unwrap()]);
        std::fs::remove_file(&path).unwrap();
        run(&["-j", "list", "ruleset"])
    }

    /// Sends a frame to the gateway's interface.
    pub(crate) fn send(&self, number: usize, frame: &[u8]) {
        send(self.wires[number].as_raw_fd(), frame, MsgFlags::empty()).unwrap();
    }

    /// Sends an IP packet from the gateway itself; whether the kernel took it.
    pub(crate) fn send_own(&self, to: std::net::IpAddr, packet: &[u8]) -> bool {
        match to {
            std::net::IpAddr::V4(to) => {
                let to = SockaddrIn::from(std::net::SocketAddrV4::new(to, 0));
                sendto(self.raw4.as_raw_fd(), packet, &to, MsgFlags::empty()).is_ok()
            }
            std::net::IpAddr::V6(to) => {
                let to = SockaddrIn6::from(std::net::SocketAddrV6::new(to, 0, 0, 0));
                sendto(self.raw6.as_raw_fd(), packet, &to, MsgFlags::empty()).is_ok()
            }
        }
    }

    /// Frames the gateway has sent, each with the interface, until none has come for a while.
    pub(crate) fn receive(&self, quiet: Duration) -> Vec<(usize, Vec<u8>)> {
        let mut frames = Vec::new();
        let timeout = PollTimeout::try_from(quiet).unwrap();
        loop {
            let mut fds: Vec<PollFd<'_>> =
                self.wires.iter().map(|wire| PollFd::new(wire.as_fd(), PollFlags::POLLIN)).collect();
            if poll(&mut fds, timeout).unwrap() == 0 {
                return frames;
            }
            for (number, wire) in self.wires.iter().enumerate() {
                let mut buffer = [0; 2048];
                while let Ok(length) = recv(wire.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
                    // A wire also hears what it says itself.
                    if buffer[6..12] == mac(number, true) {
                        frames.push((number, buffer[..length].to_vec()));
                    }
                }
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for name in [&self.gateway, &self.world] {
            let _ = Command::new("ip").args(["netns", "del", name]).status();
        }
    }
}

/// Does something in a namespace, in a thread of its own: only that thread moves there.
fn inside<T: Send + 'static>(name: &str, does: impl FnOnce() -> T + Send + 'static) -> T {
    let namespace = File::open(format!("/run/netns/{name}")).unwrap();
    let thread = std::thread::spawn(move || {
        setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
        does()
    });
    thread.join().unwrap()
}

fn wire(links: &[(String, nix::sys::socket::LinkAddr)], name: &str) -> OwnedFd {
    let (_, link) = links.iter().find(|(known, _)| known == name).unwrap();
    let wire = socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_NONBLOCK, SockProtocol::EthAll).unwrap();
    bind(wire.as_raw_fd(), link).unwrap();
    wire
}
