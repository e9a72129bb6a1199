//! One keep-alive connection: request bytes out, answer in, nothing allocated per request.
//!
//! Written here so that the client costs less than what it measures, and the same for both sides.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any answer worth measuring.
const TIMEOUT_SECONDS: u64 = 120;

/// Status and where the body stands in the connection's buffer.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// A request as it goes over the wire.
pub(crate) fn request(method: &str, path: &str, token: Option<&str>, body: Option<&[u8]>) -> Vec<u8> {
    let mut bytes =
        format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/fhir+json\r\n").into_bytes();
    if let Some(token) = token {
        bytes.extend_from_slice(format!("authorization: Bearer {token}\r\n").as_bytes());
    }
    if let Some(body) = body {
        let length = body.len();
        bytes.extend_from_slice(
            format!("content-type: application/fhir+json\r\ncontent-length: {length}\r\n").as_bytes(),
        );
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.unwrap_or_default());
    bytes
}

/// Percent-encodes a value for a query.
pub(crate) fn encode(value: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: vec![0; 64 * 1024], filled: 0 }
    }

    /// Sends and reads the whole answer. A connection the server has closed meanwhile is opened
    /// again once: servers may close an idle one at any time.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        let fresh = self.stream.is_none();
        let (status, body) = match self.exchange(request) {
            Ok(parts) => parts,
            Err(why) => {
                self.stream = None;
                if fresh || why.kind() == ErrorKind::WouldBlock {
                    return Err(why);
                }
                self.exchange(request)?
            }
        };
        Ok(Answer { status, body: &self.buffer[body] })
    }

    fn exchange(&mut self, request: &[u8]) -> Result<(u16, std::ops::Range<usize>)> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(TIMEOUT_SECONDS)))?;
            self.stream = Some(stream);
        }
        self.filled = 0;
        self.stream()?.write_all(request)?;
        let head = loop {
            if let Some(end) = find(&self.buffer[..self.filled], b"\r\n\r\n") {
                break end + 4;
            }
            self.fill()?;
        };
        let parsed = Head::parse(&self.buffer[..head])?;
        let body = match parsed.length {
            Length::Known(length) => {
                while self.filled < head + length {
                    self.fill()?;
                }
                head..head + length
            }
            Length::Chunked => head..self.chunks(head)?,
        };
        if parsed.close {
            self.stream = None;
        }
        Ok((parsed.status, body))
    }

    fn stream(&mut self) -> Result<&mut TcpStream> {
        self.stream.as_mut().ok_or_else(|| Error::from(ErrorKind::NotConnected))
    }

    fn fill(&mut self) -> Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let Self { stream: Some(stream), buffer, filled, .. } = self else {
            return Err(ErrorKind::NotConnected.into());
        };
        match stream.read(&mut buffer[*filled..])? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            read => {
                *filled += read;
                Ok(())
            }
        }
    }

    /// Joins chunks in place; gives where the body then ends.
    fn chunks(&mut self, head: usize) -> Result<usize> {
        let (mut from, mut to) = (head, head);
        loop {
            let line = loop {
                match find(&self.buffer[from..self.filled], b"\r\n") {
                    Some(end) => break from..from + end,
                    None => self.fill()?,
                }
            };
            let size = std::str::from_utf8(&self.buffer[line.clone()])
                .ok()
                .and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
            let size = size.ok_or_else(|| Error::from(ErrorKind::InvalidData))?;
            from = line.end + 2;
            while self.filled < from + size + 2 {
                self.fill()?;
            }
            if size == 0 {
                return Ok(to);
            }
            self.buffer.copy_within(from..from + size, to);
            to += size;
            from += size + 2;
        }
    }
}

#[derive(Debug, PartialEq)]
enum Length {
    Known(usize),
    Chunked,
}

struct Head {
    status: u16,
    length: Length,
    close: bool,
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Self> {
        let bad = || Error::from(ErrorKind::InvalidData);
        let text = std::str::from_utf8(bytes).map_err(|_| bad())?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(bad)?;
        let mut head = Self { status, length: Length::Known(0), close: false };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => head.length = Length::Known(value.parse().map_err(|_| bad())?),
                "transfer-encoding" if value.eq_ignore_ascii_case("chunked") => head.length = Length::Chunked,
                "connection" => head.close = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        Ok(head)
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Answers each accepted connection with the given bytes, in pieces, after one request.
    fn serve(answers: Vec<Vec<&'static [u8]>>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for pieces in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).unwrap();
                for piece in pieces {
                    stream.write_all(piece).unwrap();
                    stream.flush().unwrap();
                }
            }
        });
        address
    }

    fn check(pieces: Vec<&'static [u8]>, status: u16, body: &str) {
        let mut connection = Connection::new(serve(vec![pieces]));
        let answer = connection.send(&request("GET", "/", None, None)).unwrap();
        assert_eq!((answer.status, std::str::from_utf8(answer.body).unwrap()), (status, body));
    }

    #[test]
    fn bodies_of_known_length_arrive_in_pieces() {
        check(vec![b"HTTP/1.1 200 OK\r\nContent-", b"Length: 5\r\n\r\nhe", b"llo"], 200, "hello");
        check(vec![b"HTTP/1.1 304 Not Modified\r\n\r\n"], 304, "");
    }

    #[test]
    fn chunked_bodies_are_joined() {
        let head: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(vec![head, b"3\r\nhel\r\n2", b"\r\nlo\r\n0\r\n\r\n"], 200, "hello");
    }

    #[test]
    fn a_connection_closed_by_the_server_is_opened_again() {
        let ok: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        let mut connection = Connection::new(serve(vec![vec![ok], vec![ok]]));
        let get = request("GET", "/", None, None);
        assert_eq!(connection.send(&get).unwrap().status, 200);
        assert_eq!(connection.send(&get).unwrap().status, 200);
    }

    #[test]
    fn nobody_listening_is_an_error() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(Connection::new(address).send(b"GET / HTTP/1.1\r\n\r\n").is_err());
    }

    #[test]
    fn requests_carry_token_and_body() {
        let text = String::from_utf8(request("POST", "/Patient", Some("t"), Some(b"{}"))).unwrap();
        assert!(text.starts_with("POST /Patient HTTP/1.1\r\n") && text.ends_with("content-length: 2\r\n\r\n{}"));
        assert!(text.contains("\r\nauthorization: Bearer t\r\n"));
    }

    #[test]
    fn queries_are_encoded() {
        assert_eq!(encode("http://loinc.org|8480-6"), "http%3A%2F%2Floinc.org%7C8480-6");
    }
}
