//! A closed loop: each client sends its next request when it has the answer to the last.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Connection;
use crate::{Done, process};

/// What to send, in turn and round again, and how long.
pub(crate) struct Load<'a> {
    pub(crate) requests: &'a [Vec<u8>],
    pub(crate) clients: usize,
    pub(crate) warm: Duration,
    pub(crate) measured: Duration,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) requests: usize,
    /// Answers that were not 2xx.
    pub(crate) refused: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Processor time of the server, per request.
    pub(crate) cpu_ms: f64,
}

impl Figure {
    pub(crate) fn json(&self) -> Value {
        json!({"requests": self.requests, "refused": self.refused, "per_second": self.per_second,
            "p50_ms": self.p50_ms, "p99_ms": self.p99_ms, "cpu_ms": self.cpu_ms})
    }
}

/// Runs the loop against a server whose process is `pid`.
pub(crate) fn run(address: SocketAddr, pid: u32, load: &Load) -> Done<Figure> {
    let next = AtomicUsize::new(0);
    phase(address, load, load.warm, &next)?;
    let (cpu, start) = (process::cpu(pid)?, Instant::now());
    let taken = phase(address, load, load.measured, &next)?;
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), process::cpu(pid)? - cpu);
    let mut micros: Vec<u32> = taken.iter().flat_map(|one| one.micros.iter().copied()).collect();
    micros.sort_unstable();
    let count = micros.len().max(1) as f64;
    Ok(Figure {
        requests: micros.len(),
        refused: taken.iter().map(|one| one.refused).sum(),
        per_second: count / seconds,
        p50_ms: percentile(&micros, 0.50) / 1000.0,
        p99_ms: percentile(&micros, 0.99) / 1000.0,
        cpu_ms: cpu.as_secs_f64() * 1000.0 / count,
    })
}

#[derive(Default)]
struct Taken {
    micros: Vec<u32>,
    refused: usize,
}

fn phase(address: SocketAddr, load: &Load, time: Duration, next: &AtomicUsize) -> Done<Vec<Taken>> {
    let until = Instant::now() + time;
    let client = || -> Done<Taken> {
        let mut connection = Connection::new(address);
        let mut taken = Taken::default();
        while Instant::now() < until {
            let request = &load.requests[next.fetch_add(1, Ordering::Relaxed) % load.requests.len()];
            let start = Instant::now();
            let answer = connection.send(request).map_err(|why| format!("{}: {why}", first_line(request)))?;
            taken.micros.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
            taken.refused += usize::from(!(200..300).contains(&answer.status));
        }
        Ok(taken)
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..load.clients).map(|_| scope.spawn(client)).collect();
        clients.into_iter().map(|client| client.join().map_err(|_| "a client panicked".to_owned())?).collect()
    })
}

/// `GET /Patient/1 HTTP/1.1`, for messages.
pub(crate) fn first_line(request: &[u8]) -> String {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    String::from_utf8_lossy(line).into_owned()
}

/// Nearest rank, of sorted values; 0 where there are none.
pub(crate) fn percentile(sorted: &[u32], fraction: f64) -> f64 {
    let rank = (sorted.len() as f64 * fraction).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or(0).into()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let values: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&values, 0.50), 50.0);
        assert_eq!(percentile(&values, 0.99), 99.0);
        assert_eq!(percentile(&[7], 0.99), 7.0);
        assert_eq!(percentile(&[], 0.5), 0.0);
    }

    #[test]
    fn every_client_loops_and_refusals_are_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let mut stream = stream;
                    let mut buffer = [0; 256];
                    while let Ok(read @ 1..) = stream.read(&mut buffer) {
                        let good = buffer[..read].starts_with(b"GET /good");
                        let status = if good { "200 OK" } else { "404 Not Found" };
                        let _ = stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes());
                    }
                });
            }
        });
        let request = |path: &str| crate::client::request("GET", path, None, None);
        let requests = [request("/good"), request("/bad")];
        let time = Duration::from_millis(50);
        let load = Load { requests: &requests, clients: 2, warm: time, measured: time };
        let figure = run(address, std::process::id(), &load).unwrap();
        assert!(figure.requests > 2 && figure.refused > 0 && figure.refused < figure.requests, "{figure:?}");
        assert!(figure.p99_ms >= figure.p50_ms && figure.per_second > 0.0);
    }
}
