//! How fast the sample is drawn: `cargo run --release -p sample --example rate -- [clinic|bulk] [patients]`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let bulk = arguments.next().as_deref() == Some("bulk");
    let patients = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(3000);
    let start = Instant::now();
    let clinic = if bulk {
        sample::bulk(1, patients)
    } else {
        sample::Clinic::new(1, patients, jiff::civil::date(2026, 11, 23))
    };
    let mut types: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    let mut largest = 0;
    for group in clinic.groups() {
        largest = largest.max(group.len());
        for resource in group {
            let count = types.entry(resource.resource_type()).or_default();
            count.0 += 1;
            count.1 += resource.to_vec().len();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    let (mut resources, mut bytes) = (0, 0);
    for (name, (count, size)) in &types {
        writeln!(out, "{count:>9}  {:>5} B  {name}", size / count)?;
        resources += count;
        bytes += size;
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for reading")]
    let (rate, mean) = (resources as f64 / seconds, resources as f64 / f64::from(patients));
    writeln!(
        out,
        "{resources} resources of {patients} patients ({mean:.1} each, largest group {largest}), {bytes} bytes"
    )?;
    writeln!(out, "{seconds:.2} s, {rate:.0} resources/s written as JSON")
}
