//! Where one HTTP/1 request ends and the next begins, read more strictly than any peer could read it.
//!
//! Smuggling needs two readers that cut one stream of bytes differently. Whatever two readers might
//! cut differently is refused here (RFC 9112 §2.2, §5.1, §6.3, §7.1 in their strictest reading), so
//! hyper, which reads the same bytes after us, has only one way to cut them. Pure: bytes in, bytes out.

use super::{HEAD_BYTES_MAX, HEADERS_MAX, Refusal, TARGET_BYTES_MAX};

/// Reads one connection's bytes.
#[derive(Debug)]
pub(crate) struct Framing {
    state: State,
    /// Held back until the head is complete and clean.
    head: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Length(u64),
    Chunk(Chunk),
    Refused,
}

/// Inside a chunked body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chunk {
    /// Hex digits so far, and how many.
    Size(u64, u8),
    SizeLf(u64),
    Data(u64),
    DataCr,
    DataLf,
    EndCr,
    EndLf,
}

/// A body whose chunks are not cut as RFC 9112 §7.1 says, with neither extensions nor trailers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadChunk;

impl Framing {
    pub(crate) fn new() -> Self {
        Self { state: State::Head, head: Vec::new() }
    }

    /// Whether a head has begun and not ended.
    pub(crate) fn in_head(&self) -> bool {
        self.state == State::Head && !self.head.is_empty()
    }

    /// Takes what arrived and appends what may be read on to `out`. After a refusal `out` gets the
    /// stand-in and everything later is dropped.
    pub(crate) fn push(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), BadChunk> {
        while !input.is_empty() {
            match self.state {
                State::Head => input = self.push_head(input, out),
                State::Length(left) => {
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    out.extend_from_slice(&input[..taken]);
                    input = &input[taken..];
                    let left = left - taken as u64;
                    self.state = if left == 0 { State::Head } else { State::Length(left) };
                }
                State::Chunk(chunk) => {
                    let (next, taken) = chunk.step(input)?;
                    out.extend_from_slice(&input[..taken]);
                    input = &input[taken..];
                    self.state = next.map_or(State::Head, State::Chunk);
                }
                State::Refused => return Ok(()),
            }
        }
        Ok(())
    }

    fn push_head<'a>(&mut self, input: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let before = self.head.len();
        // The end may straddle what is held and what came.
        let from = before.saturating_sub(3);
        self.head.extend_from_slice(&input[..input.len().min(HEAD_BYTES_MAX + 4 - before.min(HEAD_BYTES_MAX))]);
        let end = self.head[from..].windows(4).position(|w| w == b"\r\n\r\n").map(|at| from + at + 4);
        let verdict = match end {
            Some(end) if end <= HEAD_BYTES_MAX => read_head(&self.head[..end]),
            Some(_) => Err(Refusal::HeadTooLarge),
            None => match early(&self.head, before) {
                Some(refusal) => Err(refusal),
                None => return &[],
            },
        };
        let end = end.unwrap_or(self.head.len());
        match verdict {
            Ok(state) => {
                self.state = state;
                out.extend_from_slice(&self.head[..end]);
            }
            Err(refusal) => {
                self.state = State::Refused;
                out.extend_from_slice(&refusal.stand_in());
            }
        }
        self.head = Vec::new();
        &input[end - before..]
    }
}

/// What is wrong already, before the end has come: a peer that ends its lines with LF alone would
/// otherwise be left waiting for the timer.
/// Only what is new since `before` is looked at, or bytes sent one by one would cost the square of their number.
fn early(head: &[u8], before: usize) -> Option<Refusal> {
    if head.len() > HEAD_BYTES_MAX {
        let line = head.iter().position(|&b| b == b'\n').unwrap_or(head.len());
        return Some(if line > TARGET_BYTES_MAX { Refusal::TargetTooLong } else { Refusal::HeadTooLarge });
    }
    let bare = (before..head.len()).any(|at| head[at] == b'\n' && (at == 0 || head[at - 1] != b'\r'));
    bare.then_some(Refusal::BareLineEnd)
}

/// Checks a head that ends in CR LF CR LF and says what follows it.
fn read_head(head: &[u8]) -> Result<State, Refusal> {
    let lines = head[..head.len() - 4].split_inclusive(|&b| b == b'\n').map(|line| match line {
        [text @ .., b'\r', b'\n'] => Ok(text),
        [.., b'\n'] => Err(Refusal::BareLineEnd),
        text => Ok(text),
    });
    let mut fields = Fields::default();
    for (number, line) in lines.enumerate() {
        let line = line?;
        if number == 0 {
            fields.http_1_0 = read_request_line(line, &mut fields.target_host)?;
        } else if number > HEADERS_MAX {
            return Err(Refusal::HeadTooLarge);
        } else {
            fields.read(line)?;
        }
    }
    fields.follows()
}

fn read_request_line(line: &[u8], target_host: &mut Option<Vec<u8>>) -> Result<bool, Refusal> {
    if line.iter().any(|&b| b < 0x20 || b == 0x7f) {
        return Err(Refusal::ControlCharacter);
    }
    let mut parts = line.split(|&b| b == b' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::RequestLine);
    };
    if method.is_empty() || !method.iter().all(|&b| is_token(b)) || target.iter().any(|&b| b > 0x7e || b == b'#') {
        return Err(Refusal::RequestLine);
    }
    if method == b"CONNECT" || method == b"TRACE" {
        return Err(Refusal::Method);
    }
    if target.len() > TARGET_BYTES_MAX {
        return Err(Refusal::TargetTooLong);
    }
    if !target.starts_with(b"/") {
        let rest = ["http://", "https://"].iter().find_map(|scheme| strip_ignoring_case(target, scheme.as_bytes()));
        let authority =
            rest.ok_or(Refusal::RequestLine)?.split(|&b| matches!(b, b'/' | b'?')).next().unwrap_or_default();
        *target_host = Some(authority.to_vec());
    }
    match version {
        b"HTTP/1.1" => Ok(false),
        b"HTTP/1.0" => Ok(true),
        other if other.starts_with(b"HTTP/") => Err(Refusal::Version),
        _ => Err(Refusal::RequestLine),
    }
}

#[derive(Default)]
struct Fields {
    http_1_0: bool,
    target_host: Option<Vec<u8>>,
    host: Option<Vec<u8>>,
    length: Option<u64>,
    chunked: bool,
}

impl Fields {
    fn read(&mut self, line: &[u8]) -> Result<(), Refusal> {
        if line.first().is_some_and(|&b| b == b' ' || b == b'\t') {
            return Err(Refusal::FoldedHeader);
        }
        if line.iter().any(|&b| (b < 0x20 && b != b'\t') || b == 0x7f) {
            return Err(if line.contains(&b'\r') { Refusal::BareLineEnd } else { Refusal::ControlCharacter });
        }
        let colon = line.iter().position(|&b| b == b':').ok_or(Refusal::HeaderLine)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.is_empty() || !name.iter().all(|&b| is_token(b)) {
            return Err(Refusal::HeaderLine);
        }
        if name.eq_ignore_ascii_case(b"host") {
            if self.host.replace(value.to_vec()).is_some() {
                return Err(Refusal::Host);
            }
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits =
                std::str::from_utf8(value).ok().filter(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
            let length = digits.and_then(|d| d.parse().ok()).ok_or(Refusal::ContentLength)?;
            if self.length.replace(length).is_some() {
                return Err(Refusal::ContentLength);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Refusal::TransferEncoding);
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"expect") && !value.eq_ignore_ascii_case(b"100-continue") {
            return Err(Refusal::Expectation);
        }
        Ok(())
    }

    fn follows(self) -> Result<State, Refusal> {
        let host = self.host.ok_or(Refusal::Host)?;
        if self.target_host.is_some_and(|target| !target.eq_ignore_ascii_case(&host)) {
            return Err(Refusal::TargetMismatch);
        }
        match (self.length, self.chunked) {
            (Some(_), true) => Err(Refusal::LengthAndEncoding),
            (None, true) if self.http_1_0 => Err(Refusal::TransferEncoding),
            (None, true) => Ok(State::Chunk(Chunk::Size(0, 0))),
            (None | Some(0), false) => Ok(State::Head),
            (Some(length), false) => Ok(State::Length(length)),
        }
    }
}

impl Chunk {
    /// Reads the next byte, or as much data as there is: what comes after (None: the body has ended)
    /// and how many bytes were read.
    fn step(self, input: &[u8]) -> Result<(Option<Self>, usize), BadChunk> {
        let byte = input[0];
        let next = match self {
            Self::Size(size, digits) => match char::from(byte).to_digit(16) {
                Some(digit) if digits < 8 => Self::Size(size << 4 | u64::from(digit), digits + 1),
                None if byte == b'\r' && digits > 0 => Self::SizeLf(size),
                _ => return Err(BadChunk),
            },
            Self::SizeLf(size) if byte == b'\n' => {
                if size == 0 {
                    Self::EndCr
                } else {
                    Self::Data(size)
                }
            }
            Self::Data(left) => {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                let left = left - taken as u64;
                return Ok((Some(if left == 0 { Self::DataCr } else { Self::Data(left) }), taken));
            }
            Self::DataCr if byte == b'\r' => Self::DataLf,
            Self::DataLf if byte == b'\n' => Self::Size(0, 0),
            Self::EndCr if byte == b'\r' => Self::EndLf,
            Self::EndLf if byte == b'\n' => return Ok((None, 1)),
            _ => return Err(BadChunk),
        };
        Ok((Some(next), 1))
    }
}

/// `tchar` of RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn strip_ignoring_case<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes in one piece and byte by byte; both must agree.
    fn read(input: &[u8]) -> (Vec<u8>, Result<(), BadChunk>) {
        let (mut whole, mut out) = (Framing::new(), Vec::new());
        let result = whole.push(input, &mut out);
        let (mut bytewise, mut out_bytewise) = (Framing::new(), Vec::new());
        let result_bytewise = input.iter().try_for_each(|b| bytewise.push(&[*b], &mut out_bytewise));
        assert_eq!(result, result_bytewise);
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&out_bytewise));
        (out, result)
    }

    fn passes(input: &str) {
        let (out, result) = read(input.as_bytes());
        assert_eq!((out.as_slice(), result), (input.as_bytes(), Ok(())), "{input:?}");
    }

    fn refused(input: &str, refusal: Refusal) {
        let (out, _) = read(input.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&refusal.stand_in()), "{input:?}");
    }

    #[test]
    fn clean_requests_pass_unchanged() {
        passes("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        passes("GET /x?y=%41 HTTP/1.0\r\nhost:a\r\nX-Empty:\r\n\r\n");
        passes("GET https://a:1/x HTTP/1.1\r\nHost: a:1\r\n\r\n");
        passes(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n\n\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        );
        passes(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\na\nb\r\n0a\r\n0123456789\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        );
        passes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    #[test]
    fn what_two_readers_could_cut_differently_is_refused() {
        let post = "POST / HTTP/1.1\r\nHost: a\r\n";
        for (input, refusal) in [
            (format!("{post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"), Refusal::LengthAndEncoding),
            (format!("{post}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), Refusal::ContentLength),
            (format!("{post}Content-Length: 3, 3\r\n\r\nabc"), Refusal::ContentLength),
            (format!("{post}Content-Length: +3\r\n\r\nabc"), Refusal::ContentLength),
            (format!("{post}Content-Length: 99999999999999999999\r\n\r\n"), Refusal::ContentLength),
            (
                format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Refusal::TransferEncoding,
            ),
            (format!("{post}Transfer-Encoding: gzip, chunked\r\n\r\n"), Refusal::TransferEncoding),
            (format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n"), Refusal::TransferEncoding),
            (format!("{post}Transfer-Encoding : chunked\r\n\r\n"), Refusal::HeaderLine),
            (format!("{post}Transfer-Encoding: \u{b}chunked\r\n\r\n"), Refusal::ControlCharacter),
            (format!("{post}X: a\r\n b\r\n\r\n"), Refusal::FoldedHeader),
            (format!("{post}X: a\rY: b\r\n\r\n"), Refusal::BareLineEnd),
            (format!("{post}X: a\0\r\n\r\n"), Refusal::ControlCharacter),
            (format!("{post}no colon\r\n\r\n"), Refusal::HeaderLine),
            (format!("{post}: empty\r\n\r\n"), Refusal::HeaderLine),
            (format!("{post}Expect: tea\r\n\r\n"), Refusal::Expectation),
            (format!("{post}Host: a\r\n\r\n"), Refusal::Host),
            ("GET / HTTP/1.1\r\n\r\n".into(), Refusal::Host),
            ("GET / HTTP/1.1\nHost: a\n\n".into(), Refusal::BareLineEnd),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n".into(), Refusal::BareLineEnd),
            ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".into(), Refusal::RequestLine),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n".into(), Refusal::RequestLine),
            ("GET / x HTTP/1.1\r\nHost: a\r\n\r\n".into(), Refusal::RequestLine),
            ("GET /\tx HTTP/1.1\r\nHost: a\r\n\r\n".into(), Refusal::ControlCharacter),
            ("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n".into(), Refusal::RequestLine),
            ("GET a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n".into(), Refusal::RequestLine),
            ("GET https://b/ HTTP/1.1\r\nHost: a\r\n\r\n".into(), Refusal::TargetMismatch),
            ("GET http://b?@a/ HTTP/1.1\r\nHost: a\r\n\r\n".into(), Refusal::TargetMismatch),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n".into(), Refusal::Method),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n".into(), Refusal::Version),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), Refusal::RequestLine),
            ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".into(), Refusal::TransferEncoding),
        ] {
            refused(&input, refusal);
        }
    }

    #[test]
    fn nothing_after_a_refusal_is_read() {
        refused("GET / HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Host);
    }

    #[test]
    fn a_second_request_is_refused_by_itself() {
        let (out, _) = read(b"GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\n\r\n");
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("GET /first") && text.ends_with(&String::from_utf8(Refusal::Host.stand_in()).unwrap())
        );
        assert!(!text.contains("second"));
    }

    #[test]
    fn large_heads_are_refused_before_their_end() {
        refused(&format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(TARGET_BYTES_MAX)), Refusal::TargetTooLong);
        refused(&format!("GET /{}", "x".repeat(HEAD_BYTES_MAX)), Refusal::TargetTooLong);
        refused(
            &format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(HEAD_BYTES_MAX)),
            Refusal::HeadTooLarge,
        );
        refused(&format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(HEADERS_MAX)), Refusal::HeadTooLarge);
        passes(&format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(HEADERS_MAX - 1)));
    }

    #[test]
    fn chunks_are_cut_one_way_only() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        for body in [
            "3;x=y\r\nabc\r\n",
            "3 \r\nabc\r\n",
            "3\nabc\n",
            "\r\n",
            "x\r\n",
            "123456789\r\n",
            "3\r\nabcd\r\n",
            "0\r\nX: y\r\n\r\n",
            "0x3\r\n",
        ] {
            let (_, result) = read(format!("{head}{body}").as_bytes());
            assert_eq!(result, Err(BadChunk), "{body:?}");
        }
    }
}
