//! aerleon and capirca (PyPI), given the same: a group of devices, a server, three services, IPv4 and IPv6.
//!
//! Each comes into a virtual environment of its own below `target/peers`, since both bring a program `aclgen`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Line;
use super::ours::{SERVICES, device, server};
use crate::Done;

/// A peer: its name on PyPI and how it wants to be asked.
struct Peer {
    name: &'static str,
    write: fn(&Path, usize) -> std::io::Result<()>,
}

const PEERS: [Peer; 2] =
    [Peer { name: "aerleon", write: write_aerleon }, Peer { name: "capirca", write: write_capirca }];

pub(super) fn measure(devices: usize) -> Done<Vec<Line>> {
    PEERS.iter().map(|peer| one(peer, devices)).collect()
}

fn one(peer: &Peer, devices: usize) -> Done<Line> {
    let about = |what: &dyn std::fmt::Display| format!("{}: {what}", peer.name);
    let home = installed(peer.name)?;
    let folder = home.join(format!("run-{devices}"));
    let _ = std::fs::remove_dir_all(&folder);
    for part in ["base/pol", "def", "out"] {
        std::fs::create_dir_all(folder.join(part)).map_err(|why| about(&why))?;
    }
    (peer.write)(&folder, devices).map_err(|why| about(&why))?;
    let mut generate = Command::new(home.join("bin/aclgen"));
    for (option, part) in [("base_directory", "base"), ("definitions_directory", "def"), ("output_directory", "out")] {
        generate.arg(format!("--{option}")).arg(folder.join(part));
    }
    let all = cpu_ms(&mut generate).map_err(|why| about(&why))?;
    // What Python and its modules need to start is not the compiler's doing.
    let mut start = Command::new(home.join("bin/aclgen"));
    start.arg("--help");
    let start = cpu_ms(&mut start).map_err(|why| about(&why))?;
    let bytes = std::fs::read_dir(folder.join("out")).map_err(|why| about(&why))?;
    let bytes: u64 = bytes.flatten().filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum();
    if bytes == 0 {
        return Err(about(&"it has written nothing"));
    }
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    Ok(Line { who: peer.name, devices, compile_cpu_ms: (all - start).max(0.0), bytes, prove_cpu_ms: None })
}

/// The environment, made the first time.
fn installed(name: &str) -> Done<PathBuf> {
    let home = Path::new("target/peers").join(name);
    if !home.join("bin/aclgen").is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run(Command::new(home.join("bin/pip")).args(["install", "--quiet", name]))?;
    }
    std::path::absolute(&home).map_err(|why| format!("{}: {why}", home.display()))
}

fn run(command: &mut Command) -> Done {
    let status = command.stderr(Stdio::null()).status().map_err(|why| format!("{command:?}: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

/// CPU time of a command and what it starts, in user and kernel, as the shell counts it.
fn cpu_ms(command: &mut Command) -> Done<f64> {
    let line: Vec<String> = [command.get_program()]
        .into_iter()
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let script = format!("TIMEFORMAT='%U %S'; time {} >/dev/null 2>&1", line.join(" "));
    let output = Command::new("bash").args(["-c", &script]).output().map_err(|why| why.to_string())?;
    let text = String::from_utf8_lossy(&output.stderr);
    let seconds: Option<Vec<f64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    seconds.map(|parts| parts.iter().sum::<f64>() * 1000.0).ok_or_else(|| text.into_owned())
}

fn write_aerleon(folder: &Path, devices: usize) -> std::io::Result<()> {
    let mut networks = String::from("networks:\n  DEVICES:\n    values:\n");
    for n in 0..devices {
        let _ =
            writeln!(networks, "      - address: {}/32\n      - address: {}/128", device(n, false), device(n, true));
    }
    let server = format!("      - address: {}/32\n      - address: {}/128\n", server(false), server(true));
    networks += &format!("  SERVER:\n    values:\n{server}");
    let mut services = String::from("services:\n");
    let mut terms = String::new();
    for (name, port) in SERVICES {
        let upper = name.to_uppercase();
        let _ = writeln!(services, "  {upper}:\n    - protocol: tcp\n      port: {port}");
        let _ = writeln!(
            terms,
            "  - name: {name}\n    source-address: DEVICES\n    destination-address: SERVER\n    \
             destination-port: {upper}\n    protocol: tcp\n    action: accept"
        );
    }
    let policy = format!("filters:\n- header:\n    targets:\n      nftables: mixed output\n  terms:\n{terms}");
    std::fs::write(folder.join("def/networks.yaml"), networks)?;
    std::fs::write(folder.join("def/services.yaml"), services)?;
    std::fs::write(folder.join("base/pol/clinic.yaml"), policy)
}

fn write_capirca(folder: &Path, devices: usize) -> std::io::Result<()> {
    let mut networks = String::from("DEVICES =");
    for n in 0..devices {
        let _ = writeln!(networks, " {}/32\n {}/128", device(n, false), device(n, true));
    }
    let _ = writeln!(networks, "SERVER = {}/32\n {}/128", server(false), server(true));
    let mut services = String::new();
    let mut terms = String::new();
    for (name, port) in SERVICES {
        let upper = name.to_uppercase();
        let _ = writeln!(services, "{upper} = {port}/tcp");
        let _ = writeln!(
            terms,
            "term {name} {{\n  source-address:: DEVICES\n  destination-address:: SERVER\n  \
             destination-port:: {upper}\n  protocol:: tcp\n  action:: accept\n}}"
        );
    }
    let policy = format!("header {{\n  target:: nftables mixed output\n}}\n{terms}");
    std::fs::write(folder.join("def/networks.net"), networks)?;
    std::fs::write(folder.join("def/services.svc"), services)?;
    std::fs::write(folder.join("base/pol/clinic.pol"), policy)
}
