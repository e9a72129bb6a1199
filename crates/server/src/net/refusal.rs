//! Requests that are not even looked at.

use axum::http::{Method, StatusCode};

/// Why a request was refused before routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named after what the client did, and `why` says it in a sentence")]
pub enum Refusal {
    BareLineEnd,
    ControlCharacter,
    RequestLine,
    HeaderLine,
    FoldedHeader,
    ContentLength,
    TransferEncoding,
    LengthAndEncoding,
    Host,
    ForeignHost,
    TargetMismatch,
    Expectation,
    Method,
    Version,
    TargetTooLong,
    HeadTooLarge,
}

impl Refusal {
    const ALL: [Self; 16] = [
        Self::BareLineEnd,
        Self::ControlCharacter,
        Self::RequestLine,
        Self::HeaderLine,
        Self::FoldedHeader,
        Self::ContentLength,
        Self::TransferEncoding,
        Self::LengthAndEncoding,
        Self::Host,
        Self::ForeignHost,
        Self::TargetMismatch,
        Self::Expectation,
        Self::Method,
        Self::Version,
        Self::TargetTooLong,
        Self::HeadTooLarge,
    ];

    /// The answer's status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Version => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// One sentence in English, for the answer and the log.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::BareLineEnd => "a line of the head does not end in CR LF",
            Self::ControlCharacter => "a control character in the head",
            Self::RequestLine => "the request line is not METHOD SP target SP HTTP/1.1",
            Self::HeaderLine => "a header line is not name: value",
            Self::FoldedHeader => "a header is continued on a second line",
            Self::ContentLength => "Content-Length is repeated or not a number",
            Self::TransferEncoding => "Transfer-Encoding is repeated or not chunked",
            Self::LengthAndEncoding => "both Content-Length and Transfer-Encoding",
            Self::Host => "there is not exactly one Host",
            Self::ForeignHost => "this server does not go by that host name",
            Self::TargetMismatch => "the target names another host than Host does",
            Self::Expectation => "an Expect other than 100-continue",
            Self::Method => "CONNECT and TRACE are not served",
            Self::Version => "only HTTP/1.0, HTTP/1.1 and HTTP/2 are spoken",
            Self::TargetTooLong => "the request target is too long",
            Self::HeadTooLarge => "the head is too large",
        }
    }

    /// What [`super::guard`] lets hyper read in place of the refused head, so that the answer has all
    /// that every answer has. A client may send the same line; the answer is then the same refusal.
    pub(crate) fn stand_in(self) -> Vec<u8> {
        format!("{STAND_IN} /{self:?} HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n").into_bytes()
    }

    /// The refusal that a stand-in carries; None for a real request.
    pub(crate) fn of_stand_in(method: &Method, path: &str) -> Option<Self> {
        if method.as_str() != STAND_IN {
            return None;
        }
        let name = path.trim_start_matches('/');
        Some(Self::ALL.into_iter().find(|r| format!("{r:?}") == name).unwrap_or(Self::RequestLine))
    }
}

const STAND_IN: &str = "REFUSED";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_carries_its_reason() {
        let method = Method::from_bytes(STAND_IN.as_bytes()).unwrap();
        for refusal in Refusal::ALL {
            let text = String::from_utf8(refusal.stand_in()).unwrap();
            let path = text.split(' ').nth(1).unwrap();
            assert_eq!(Refusal::of_stand_in(&method, path), Some(refusal));
            assert!(refusal.status().is_client_error() || refusal == Refusal::Version);
        }
        assert_eq!(Refusal::of_stand_in(&Method::GET, "/Host"), None);
        assert_eq!(Refusal::of_stand_in(&method, "/anything"), Some(Refusal::RequestLine));
    }
}
