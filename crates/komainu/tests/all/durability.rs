//! Acknowledged means durable: what was answered with 2xx is there after kill -9, and nothing is half there.
//!
//! `KOMAINU_KILLS` sets how often it is killed (30 unless told).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Client, Place, komainu, run, said};

/// Programs that write at once, so that groups are committed with several in them.
const WRITERS: u64 = 4;

/// Something a writer sent, by its number, and whether the server said that it is kept.
struct Sent {
    number: u64,
    acknowledged: bool,
}

#[test]
#[expect(clippy::print_stdout, reason = "the long run is made for this line")]
fn durability_under_kill_9() {
    let kills: u64 = std::env::var("KOMAINU_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(30);
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    let token = place.token("system/*.cruds");
    let next = AtomicU64::new(1);
    let (mut acknowledged, mut last) = (Vec::new(), Vec::new());
    for kill in 0..kills {
        let server = place.run(place.start(), &token);
        check(&server.client, &last, &mut acknowledged);
        let stop = AtomicBool::new(false);
        let client = server.client.clone();
        last = thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(|| write(&client, &next, &stop))).collect();
            // Anywhere between the first write and some hundreds later; another moment each time.
            thread::sleep(Duration::from_millis(20 + kill * 37 % 230));
            server.kill();
            stop.store(true, Ordering::SeqCst);
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
        });
    }
    let server = place.run(place.start(), &token);
    check(&server.client, &last, &mut acknowledged);
    for number in &acknowledged {
        assert!(is_there(&server.client, *number), "{number} was acknowledged and is gone");
    }
    assert!(acknowledged.len() as u64 > kills, "the writers hardly got to write: {}", acknowledged.len());
    println!("{kills} kills, {} acknowledged transactions, all there", acknowledged.len());
    assert_eq!(server.stop("-TERM"), Some(0));
    let verified = run(komainu().args(["audit", "verify", "--data"]).arg(place.data()));
    assert!(verified.status.success(), "{}", said(&verified));
}

/// Sends transactions one after another until the server is gone.
fn write(client: &Client, next: &AtomicU64, stop: &AtomicBool) -> Vec<Sent> {
    let mut sent = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let number = next.fetch_add(1, Ordering::SeqCst);
        let headers = [("content-type", "application/fhir+json")];
        let answer = client.send("POST", "/fhir", &headers, &transaction(number).to_string());
        if let Some(answer) = &answer {
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        sent.push(Sent { number, acknowledged: answer.is_some() });
        if answer.is_none() {
            break;
        }
    }
    sent
}

/// A patient and something about them: both or neither.
fn transaction(number: u64) -> Value {
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        {
            "request": { "method": "PUT", "url": format!("Patient/k{number}") },
            "resource": { "resourceType": "Patient", "id": format!("k{number}"), "birthDate": "1958-04-05" },
        },
        {
            "request": { "method": "PUT", "url": format!("Observation/k{number}") },
            "resource": {
                "resourceType": "Observation",
                "id": format!("k{number}"),
                "status": "final",
                "code": { "text": "体温" },
                "subject": { "reference": format!("Patient/k{number}") },
                "valueQuantity": { "value": number, "unit": "Cel" },
            },
        },
    ] })
}

/// After a start: what was acknowledged is there, what was not is there whole or not at all.
fn check(client: &Client, sent: &[Sent], acknowledged: &mut Vec<u64>) {
    for one in sent {
        let there = is_there(client, one.number);
        assert!(there || !one.acknowledged, "{} was acknowledged and is gone", one.number);
        if there {
            acknowledged.push(one.number);
        }
    }
}

fn is_there(client: &Client, number: u64) -> bool {
    let patient = client.get(&format!("/fhir/Patient/k{number}"));
    let observation = client.get(&format!("/fhir/Observation/k{number}"));
    assert_eq!(patient.status, observation.status, "{number} is half there");
    if observation.status == 200 {
        assert_eq!(observation.json()["valueQuantity"]["value"], number);
    } else {
        assert_eq!(observation.status, 404, "{}", observation.body);
    }
    observation.status == 200
}
