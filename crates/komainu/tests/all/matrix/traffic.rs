//! Calls with real sockets, a thread for each namespace.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sched::{CloneFlags, setns};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::sync::{Barrier, Semaphore};
use tokio::time::{sleep, timeout};

use super::parties::{Parties, Probe};
use super::world::World;

/// Calls under way at once in a namespace.
const AT_ONCE: usize = 800;
/// How long a call that nobody declared is waited for; outside nobody is told that it was refused.
const BRIEF: Duration = Duration::from_millis(1000);
/// How long one that was declared is.
const LONG: Duration = Duration::from_secs(30);

/// What happened.
#[derive(Default)]
pub(super) struct Traffic {
    /// Calls that arrived at whoever was called.
    arrived: Mutex<HashSet<u32>>,
    /// Calls that were answered.
    answered: Mutex<HashSet<u32>>,
    /// Connections that were taken, whether or not anything was said in them.
    accepted: AtomicUsize,
}

/// Everybody calls everybody.
pub(super) fn run(world: &World, parties: &Parties, probes: &[Probe]) -> Arc<Traffic> {
    let traffic = Arc::new(Traffic::default());
    let ports: BTreeSet<u16> = probes.iter().map(|probe| probe.port).collect();
    // Everyone listens before anyone calls, and until everyone has called.
    let (listening, called) = (Barrier::new(world.homes().len()), Barrier::new(world.homes().len()));
    std::thread::scope(|scope| {
        for home in world.homes() {
            let (traffic, ports, listening, called) = (&traffic, &ports, &listening, &called);
            scope.spawn(move || {
                let namespace = File::open(format!("/run/netns/{}", home.name)).unwrap();
                setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
                let here = |index: usize| parties.list[index].side == home.side;
                let called_here = probes.iter().filter(|probe| here(probe.to));
                let own: BTreeSet<IpAddr> = called_here.map(|probe| probe.destination).collect();
                let calls = (0_u32..).zip(probes.iter().copied()).filter(|(_, probe)| here(probe.from)).collect();
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    listen(traffic, ports, &own);
                    listening.wait().await;
                    call(traffic, calls).await;
                    called.wait().await;
                    // What was sent last may still be on its way.
                    sleep(BRIEF).await;
                });
            });
        }
    });
    traffic
}

/// Answers on every port of every address.
fn listen(traffic: &Arc<Traffic>, ports: &BTreeSet<u16>, own: &BTreeSet<IpAddr>) {
    for port in ports {
        let socket = TcpSocket::new_v6().unwrap();
        socket.set_reuseaddr(true).unwrap();
        // Of both families.
        socket.bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, *port))).unwrap();
        let listener = socket.listen(4096).unwrap();
        let takes = Arc::clone(traffic);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                takes.accepted.fetch_add(1, Ordering::Relaxed);
                let traffic = Arc::clone(&takes);
                tokio::spawn(async move { echo(&traffic, stream).await });
            }
        });
        // An answer comes from the address that was called.
        for address in own {
            let socket = std::net::UdpSocket::bind((*address, *port)).unwrap();
            socket.set_nonblocking(true).unwrap();
            let socket = UdpSocket::from_std(socket).unwrap();
            let traffic = Arc::clone(traffic);
            tokio::spawn(async move { answer(&traffic, &socket).await });
        }
    }
}

async fn echo(traffic: &Traffic, mut stream: TcpStream) {
    let mut id = [0; 4];
    if stream.read_exact(&mut id).await.is_ok() {
        traffic.arrived.lock().unwrap().insert(u32::from_be_bytes(id));
        let _gone = stream.write_all(&id).await;
    }
}

async fn answer(traffic: &Traffic, socket: &UdpSocket) {
    let mut id = [0; 4];
    loop {
        // A caller that went away is told of here, and is no matter.
        let Ok((4, from)) = socket.recv_from(&mut id).await else { continue };
        traffic.arrived.lock().unwrap().insert(u32::from_be_bytes(id));
        let _refused = socket.send_to(&id, from).await;
    }
}

/// Makes all calls of a namespace.
async fn call(traffic: &Arc<Traffic>, calls: Vec<(u32, Probe)>) {
    let (tcp, udp): (Vec<_>, Vec<_>) = calls.into_iter().partition(|(_, probe)| probe.tcp);
    let mut under_way = Vec::new();
    let mut by_source: BTreeMap<IpAddr, Vec<(u32, Probe)>> = BTreeMap::new();
    for (id, probe) in udp {
        by_source.entry(probe.source).or_default().push((id, probe));
    }
    for (source, calls) in by_source {
        let traffic = Arc::clone(traffic);
        under_way.push(tokio::spawn(async move { ask(&traffic, source, &calls).await }));
    }
    let places = Arc::new(Semaphore::new(AT_ONCE));
    for (id, probe) in tcp {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let traffic = Arc::clone(traffic);
        under_way.push(tokio::spawn(async move {
            let patience = if probe.declared { LONG } else { BRIEF };
            if let Ok(Ok(true)) = timeout(patience, connect(id, probe)).await {
                traffic.answered.lock().unwrap().insert(id);
            }
            drop(place);
        }));
    }
    for each in under_way {
        each.await.unwrap();
    }
}

/// Connects, says its number and hears it again.
async fn connect(id: u32, probe: Probe) -> std::io::Result<bool> {
    let socket = if probe.source.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(SocketAddr::new(probe.source, 0))?;
    let mut stream = socket.connect(SocketAddr::new(probe.destination, probe.port)).await?;
    stream.write_all(&id.to_be_bytes()).await?;
    let mut heard = [0; 4];
    stream.read_exact(&mut heard).await?;
    Ok(heard == id.to_be_bytes())
}

/// Asks everybody from one address; those that ought to answer again and again until they have.
async fn ask(traffic: &Traffic, source: IpAddr, calls: &[(u32, Probe)]) {
    let socket = UdpSocket::bind(SocketAddr::new(source, 0)).await.unwrap();
    let mut waited_for: BTreeSet<u32> = calls.iter().filter(|(_, probe)| probe.declared).map(|(id, _)| *id).collect();
    let mut heard = [0; 4];
    for round in 0..LONG.as_secs() {
        for (id, probe) in calls.iter().filter(|(id, _)| round == 0 || waited_for.contains(id)) {
            // What the sender's own rules refuse is an error here already.
            let _refused = socket.send_to(&id.to_be_bytes(), (probe.destination, probe.port)).await;
        }
        while let Ok(received) = timeout(BRIEF, socket.recv_from(&mut heard)).await {
            if received.is_ok_and(|(length, _)| length == 4) {
                let id = u32::from_be_bytes(heard);
                waited_for.remove(&id);
                traffic.answered.lock().unwrap().insert(id);
            }
        }
        if waited_for.is_empty() {
            return;
        }
    }
}

impl Traffic {
    /// Where what happened is not what the clinic's file says.
    pub(super) fn wrong(&self, parties: &Parties, probes: &[Probe]) -> Vec<String> {
        let (arrived, answered) = (self.arrived.lock().unwrap(), self.answered.lock().unwrap());
        let mut wrong = Vec::new();
        for (id, probe) in (0_u32..).zip(probes) {
            let (arrived, answered) = (arrived.contains(&id), answered.contains(&id));
            if (arrived, answered) != (probe.declared, probe.declared) {
                let name = |index: usize| &parties.list[index].name;
                let kind = if probe.tcp { "tcp" } else { "udp" };
                wrong.push(format!(
                    "{} {} to {} {} {}/{kind}: declared {}, arrived {arrived}, answered {answered}",
                    name(probe.from),
                    probe.source,
                    name(probe.to),
                    probe.destination,
                    probe.port,
                    probe.declared
                ));
            }
        }
        let (accepted, expected) =
            (self.accepted.load(Ordering::Relaxed), probes.iter().filter(|each| each.tcp && each.declared).count());
        if accepted != expected {
            wrong.push(format!("{accepted} connections were taken, {expected} are declared"));
        }
        wrong
    }
}
