//! Requests under a name that is not ours go no further: DNS rebinding turns a browser in the clinic
//! into an attacker's proxy exactly when a server answers to any name.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Version, header};

use crate::net::Refusal;
use crate::problem::{Problem, ProblemKind, Text};

/// Names and addresses the server answers to, in lower case, without ports; IPv6 without brackets.
#[derive(Debug, Clone)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Any capitalisation and final dot of `names` is dropped.
    pub fn new(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self(names.into_iter().map(|name| name.as_ref().trim_end_matches('.').to_ascii_lowercase()).collect())
    }

    /// As given, for the certificate.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Whether `host`, as it stands in a Host header, is one of ours. The port is not compared: it may
    /// have been mapped on the way, and rebinding changes the name, never only the port.
    fn contains(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((address, port)) if is_port(port) => address,
                _ => return false,
            },
            None => match host.find(':') {
                Some(colon) if is_port(&host[colon..]) => &host[..colon],
                Some(_) => return false,
                None => host,
            },
        };
        let name = name.strip_suffix('.').unwrap_or(name);
        self.0.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the request may go on.
pub(super) fn check(request: &Request, hosts: &Hosts) -> Result<(), Refusal> {
    let uri = request.uri();
    if let Some(refusal) = Refusal::of_stand_in(request.method(), uri.path()) {
        return Err(refusal);
    }
    let header = single_host(request.headers())?;
    // HTTP/2 carries the name in the target; HTTP/1 in Host, and in an absolute target (RFC 9112 §3.2.2).
    let target = uri.authority().map(axum::http::uri::Authority::as_str);
    let host = match (header, target) {
        (Some(header), Some(target)) if !header.eq_ignore_ascii_case(target) => return Err(Refusal::TargetMismatch),
        (_, Some(target)) if request.version() >= Version::HTTP_2 => target,
        (Some(header), _) => header,
        (None, _) => return Err(Refusal::Host),
    };
    if hosts.contains(host) { Ok(()) } else { Err(Refusal::ForeignHost) }
}

/// Puts the checked name where handlers look for it, whichever version carried it.
pub(super) fn name(request: &mut Request) {
    if !request.headers().contains_key(header::HOST)
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
}

fn single_host(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(header::HOST).iter();
    let first = values.next().map(|value| value.to_str().map_err(|_| Refusal::Host)).transpose()?;
    if values.next().is_some() { Err(Refusal::Host) } else { Ok(first) }
}

pub(super) fn problem(refusal: Refusal) -> Problem {
    let (kind, ja, todo) = match refusal {
        Refusal::ForeignHost => (
            ProblemKind::ForeignHost,
            "このサーバーはその名前では応答しません。",
            Text::new(
                "起動時に --name で名前を加えるか、登録した名前で開いてください。",
                "Start the server with --name for this name, or use a name it knows.",
            ),
        ),
        Refusal::Method => (ProblemKind::MethodNotAllowed, "そのメソッドは使えません。", CLIENT_TODO),
        _ => (ProblemKind::BadRequest, "リクエストの形が正しくありません。", CLIENT_TODO),
    };
    Problem::new(kind, Text::new(ja, refusal.why()), todo).with_status(refusal.status())
}

const CLIENT_TODO: Text = Text::new("送った側のプログラムを直してください。", "Correct the program that sent it.");

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_our_names_pass() {
        let hosts = Hosts::new(["localhost", "127.0.0.1", "::1", "Karte.Local."]);
        for good in [
            "localhost",
            "LOCALHOST:8443",
            "localhost:",
            "127.0.0.1:1",
            "[::1]:443",
            "[::1]",
            "karte.local.",
            "karte.local.:65535",
        ] {
            assert!(hosts.contains(good), "{good}");
        }
        for bad in [
            "",
            ":443",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil",
            "[::1",
            "[::1]x",
            "::1",
            "localhost:x",
            "localhost:1:2",
            "localhost@evil",
        ] {
            assert!(!hosts.contains(bad), "{bad}");
        }
    }

    fn check_request(uri: &str, version: Version, host: &[&str]) -> Result<(), Refusal> {
        let mut request = axum::http::Request::builder().uri(uri).version(version);
        for value in host {
            request = request.header("host", *value);
        }
        check(&request.body(Body::empty()).unwrap(), &Hosts::new(["a"]))
    }

    #[test]
    fn handlers_find_the_name_in_one_place() {
        let mut request =
            axum::http::Request::get("https://a:1/").version(Version::HTTP_2).body(Body::empty()).unwrap();
        name(&mut request);
        assert_eq!(request.headers()["host"], "a:1");
    }

    #[test]
    fn the_name_is_where_the_version_puts_it() {
        assert_eq!(check_request("/", Version::HTTP_11, &["a"]), Ok(()));
        assert_eq!(check_request("/", Version::HTTP_11, &[]), Err(Refusal::Host));
        assert_eq!(check_request("/", Version::HTTP_11, &["a", "a"]), Err(Refusal::Host));
        assert_eq!(check_request("/", Version::HTTP_11, &["b"]), Err(Refusal::ForeignHost));
        assert_eq!(check_request("https://a/", Version::HTTP_2, &[]), Ok(()));
        assert_eq!(check_request("https://a/", Version::HTTP_2, &["a"]), Ok(()));
        assert_eq!(check_request("https://a/", Version::HTTP_2, &["b"]), Err(Refusal::TargetMismatch));
        assert_eq!(check_request("https://b/", Version::HTTP_2, &["b"]), Err(Refusal::ForeignHost));
        assert_eq!(check_request("https://b/", Version::HTTP_11, &[]), Err(Refusal::Host));
    }
}
