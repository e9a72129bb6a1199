//! Writes the sample as NDJSON, one resource a line, for training the store's dictionary or loading another server:
//! `cargo run --release -p sample --example ndjson -- [clinic|bulk] [patients] [seed] > sample.ndjson`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let bulk = arguments.next().as_deref() == Some("bulk");
    let patients = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(100);
    let seed = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let clinic = if bulk {
        sample::bulk(seed, patients)
    } else {
        sample::Clinic::new(seed, patients, jiff::civil::date(2026, 11, 23))
    };
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    for resource in clinic.groups().flatten() {
        out.write_all(&resource.to_vec())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
