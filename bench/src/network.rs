//! The firewall: compile for 10, 100 and 1,000 devices, prove what the kernel made of it; peers beside it.

mod ours;
mod peers;

use crate::Done;

/// Devices, each of which may call three services.
const SIZES: [usize; 3] = [10, 100, 1000];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Without aerleon and capirca, which are installed from PyPI into target/peers the first time
    #[arg(long)]
    alone: bool,
    /// A flow for each device and service instead of one for the group: 3,000 of them at the end
    #[arg(long)]
    each: bool,
}

/// One line of the table.
struct Line {
    who: &'static str,
    devices: usize,
    compile_cpu_ms: f64,
    bytes: usize,
    prove_cpu_ms: Option<f64>,
}

pub(crate) fn network(args: &Args) -> Done {
    let mut lines = Vec::new();
    for devices in SIZES {
        lines.push(ours::measure(devices, args.each)?);
        if !args.alone && !args.each {
            lines.extend(peers::measure(devices)?);
        }
    }
    println!("{:>8} {:<10} {:>16} {:>14} {:>14}", "devices", "", "compile, CPU ms", "rule set, kB", "prove, CPU ms");
    for line in lines {
        let prove = line.prove_cpu_ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0}"));
        let kilobytes = line.bytes as f64 / 1000.0;
        println!("{:>8} {:<10} {:>16.1} {kilobytes:>14.1} {prove:>14}", line.devices, line.who, line.compile_cpu_ms);
    }
    Ok(())
}
