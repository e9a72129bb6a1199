//! Hostile requests to the running program: each is refused with a sentence, by the same process, in bounded memory.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::harness::{Place, Running};

/// One after another; far more than any body may be.
const GIGABYTE: usize = 1 << 30;
const PIECE: usize = 64 << 10;
/// Resident at most, KiB: a quiet server has some 100 MB of it with its page caches full, and no request may add
/// more than the few copies of the largest body that is allowed (16 MiB).
const RESIDENT_KIB_MAX: u64 = 320 << 10;

struct Target {
    server: Running,
    address: String,
    token: String,
}

struct Answer {
    status: u16,
    text: String,
}

impl Target {
    /// Sends a request whose body is made as it is sent, until the server has had enough of it.
    fn ask(&self, head: &str, body: impl Iterator<Item = Vec<u8>> + Send) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let (address, token) = (&self.address, &self.token);
        let head = format!(
            "{head}\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Type: application/fhir+json\r\n"
        );
        let mut writer = stream.try_clone().unwrap();
        let mut received = Vec::new();
        thread::scope(|scope| {
            scope.spawn(move || {
                let head = format!("{head}\r\n").replace("\r\n\r\n\r\n", "\r\n\r\n");
                let pieces = std::iter::once(head.into_bytes()).chain(body);
                // A server that has answered closes.
                let _closed = pieces.into_iter().try_for_each(|piece| writer.write_all(&piece));
            });
            let mut buffer = [0; 4096];
            // What came before the connection was reset counts.
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                received.extend_from_slice(&buffer[..read]);
            }
            let _closed = stream.shutdown(std::net::Shutdown::Both);
        });
        let text = String::from_utf8(received).unwrap();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.unwrap_or_else(|| panic!("no answer: {text:?}")), text }
    }

    fn post(&self, path: &str, body: Vec<u8>) -> Answer {
        let head = format!("POST {path} HTTP/1.1\r\nContent-Length: {}", body.len());
        self.ask(&head, std::iter::once(body))
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1"), std::iter::empty())
    }

    /// The most it ever had, KiB.
    fn resident_max(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Refused with one of these, and a sentence in FHIR's form; and the process goes on.
    fn refuses(&self, what: &str, answer: &Answer, status: &[u16]) {
        assert!(status.contains(&answer.status), "{what}: {}", answer.text);
        assert!(answer.text.contains("OperationOutcome"), "{what}: {}", answer.text);
        assert!(answer.text.len() < 20_000, "{what}: a refusal is short");
        assert_eq!(self.get("/fhir/metadata").status, 200, "after {what}");
        let resident = self.resident_max();
        assert!(resident < RESIDENT_KIB_MAX, "after {what}: {resident} KiB");
    }
}

fn target(place: &Place) -> Target {
    place.run(place.first_start(), "").stop("-TERM");
    let token = place.token("system/*.cruds");
    let mut command = place.start();
    command.arg("--plain-http");
    let server = place.run(command, &token);
    let address = server.ready["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    Target { server, address, token }
}

/// A gigabyte of a text that never ends.
fn gigabyte() -> impl Iterator<Item = Vec<u8>> + Send {
    let first = br#"{"resourceType":"Patient","language":""#.to_vec();
    std::iter::once(first).chain(std::iter::repeat_n(vec![b'a'; PIECE], GIGABYTE / PIECE))
}

fn chunked(pieces: impl Iterator<Item = Vec<u8>> + Send) -> impl Iterator<Item = Vec<u8>> + Send {
    let chunk = |piece: Vec<u8>| [format!("{:x}\r\n", piece.len()).into_bytes(), piece, b"\r\n".to_vec()].concat();
    pieces.map(chunk).chain(std::iter::once(b"0\r\n\r\n".to_vec()))
}

#[test]
fn what_is_hostile_is_refused_by_the_same_process_in_bounded_memory() {
    let place = Place::new();
    let target = target(&place);
    for path in ["/fhir/Patient", "/fhir"] {
        let head = format!("POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked");
        target.refuses("a gigabyte in chunks", &target.ask(&head, chunked(gigabyte())), &[400, 413]);
        let head = format!("POST {path} HTTP/1.1\r\nContent-Length: {GIGABYTE}");
        target.refuses("a gigabyte with its length", &target.ask(&head, gigabyte()), &[400, 413]);
    }
    let spaces = std::iter::repeat_n(vec![b' '; PIECE], GIGABYTE / PIECE);
    let head = "POST /fhir HTTP/1.1\r\nTransfer-Encoding: chunked";
    target.refuses("a gigabyte of nothing", &target.ask(head, chunked(spaces)), &[400, 413]);

    let patient = |member: &[u8]| [br#"{"resourceType":"Patient","#, member, b"}"].concat();
    let nested = |levels: usize| {
        [r#"{"resourceType":"Patient","extension":"#.repeat(levels), "1".to_owned(), "}".repeat(levels)].concat()
    };
    for (what, body) in [
        ("10,000 levels", nested(10_000).into_bytes()),
        ("duplicate keys", patient(br#""active":true,"active":false"#)),
        ("a lone surrogate", patient(br#""language":"\ud800""#)),
        ("NaN", patient(br#""multipleBirthInteger":NaN"#)),
    ] {
        target.refuses(what, &target.post("/fhir/Patient", body), &[400]);
    }
    let bundle = |kind: &str, entries: &str| {
        format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#).into_bytes()
    };
    for kind in ["batch", "transaction"] {
        let entries = vec!["{}"; 1_000_000].join(",");
        target.refuses("a million entries", &target.post("/fhir", bundle(kind, &entries)), &[400, 413]);
    }
    target.refuses("a hidden field", &target.get("/fhir/Patient?_sort=photo"), &[400]);
    let wild = format!("/fhir/Patient?name:contains={}", "%25".repeat(3_400));
    target.refuses("10 kB of wildcards", &target.get(&wild), &[400, 414]);

    // Legal, and they end: references in a circle, and following them.
    let person = |own: &str, other: &str| {
        format!(
            r#"{{"fullUrl":"urn:uuid:{own}","resource":{{"resourceType":"Patient","link":[{{"other":{{"reference":"urn:uuid:{other}"}},"type":"seealso"}}]}},"request":{{"method":"POST","url":"Patient"}}}}"#
        )
    };
    let (a, b) = ("61ebe359-bfdc-4613-8bf2-c5e300945f0a", "88f151c0-a954-468a-88bd-5ae15c08e059");
    let circle = bundle("transaction", &[person(a, b), person(b, a)].join(","));
    assert_eq!(target.post("/fhir", circle).status, 200);
    let looped = target.get("/fhir/Patient?_include:iterate=Patient:link&_revinclude:iterate=Patient:link");
    assert_eq!(looped.status, 200, "{}", looped.text);
    assert_eq!(looped.text.matches("\"fullUrl\"").count(), 2, "{}", looped.text);
    assert!(target.resident_max() < RESIDENT_KIB_MAX);
    assert_eq!(target.server.stop("-TERM"), Some(0));
}
