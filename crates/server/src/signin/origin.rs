//! Requests that another site's page made a browser send (CSRF), told apart by what browsers say
//! themselves: Sec-Fetch-Site, and Origin where a browser does not send that.
//!
//! Programs that are not browsers send neither; they hold no cookie that a foreign page could use.

use axum::http::{HeaderMap, Method, header};

use crate::problem::{Problem, ProblemKind, Text};

/// Whether a request that carries our cookie, or asks for one, comes from our own page.
///
/// # Errors
/// [`ProblemKind::ForeignOrigin`]; [`ProblemKind::UnsupportedMediaType`] for the content types that a
/// foreign page's form can send without being asked (they are the only ones that need no preflight).
pub(super) fn check(method: &Method, path: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"));
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let is_ours = match (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || (reads && site == "none"),
        (None, Some(origin)) => {
            text(header::HOST).is_some_and(|host| origin.split_once("://").is_some_and(|(_, o)| o == host))
        }
        (None, None) => true,
    };
    if !is_ours {
        return Err(foreign());
    }
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    let is_form = ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
        .iter()
        .any(|simple| content_type.get(..simple.len()).is_some_and(|start| start.eq_ignore_ascii_case(simple)));
    // FHIR's POST _search is a form by its standard, and only reads.
    if !reads && is_form && !path.ends_with("/_search") {
        return Err(media_type());
    }
    Ok(())
}

fn foreign() -> Problem {
    Problem::new(
        ProblemKind::ForeignOrigin,
        Text::new(
            "他のサイトのページから送られたため、受け付けませんでした。",
            "Refused: it was sent by another site's page.",
        ),
        Text::new("こまいぬの画面から操作してください。", "Use Komainu's own page."),
    )
}

pub(crate) fn media_type() -> Problem {
    Problem::new(
        ProblemKind::UnsupportedMediaType,
        Text::new("JSON で送ってください。", "Only JSON is read here."),
        Text::new("Content-Type を application/json にしてください。", "Set Content-Type to application/json."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(method: &str, path: &str, headers: &[(&'static str, &str)]) -> Result<(), ProblemKind> {
        let headers: HeaderMap =
            headers.iter().map(|(n, v)| (header::HeaderName::from_static(n), v.parse().unwrap())).collect();
        check(&Method::from_bytes(method.as_bytes()).unwrap(), path, &headers).map_err(|p| p.kind)
    }

    #[test]
    fn only_our_own_page_passes() {
        let host = ("host", "karte.local:8443");
        for (headers, ours) in [
            (vec![host], true),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("origin", "https://karte.local:8443")], true),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "same-site")], false),
            (vec![host, ("sec-fetch-site", "none")], false),
            (vec![host, ("origin", "https://karte.local:9999")], false),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![host, ("sec-fetch-site", "cross-site"), ("origin", "https://karte.local:8443")], false),
        ] {
            let expected = if ours { Ok(()) } else { Err(ProblemKind::ForeignOrigin) };
            assert_eq!(verdict("POST", "/api/session", &headers), expected, "{headers:?}");
        }
        assert_eq!(verdict("GET", "/api/session", &[("sec-fetch-site", "none")]), Ok(()), "typed into the address bar");
        assert_eq!(
            verdict("GET", "/api/session", &[("sec-fetch-site", "cross-site")]),
            Err(ProblemKind::ForeignOrigin)
        );
    }

    #[test]
    fn what_a_form_can_send_is_not_read() {
        for content_type in [
            "text/plain",
            "TEXT/PLAIN;charset=utf-8",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
        ] {
            let headers = [("content-type", content_type)];
            assert_eq!(verdict("POST", "/fhir/Patient", &headers), Err(ProblemKind::UnsupportedMediaType));
        }
        let search = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(verdict("POST", "/fhir/Patient/_search", &search), Ok(()));
        assert_eq!(verdict("POST", "/fhir/Patient", &[("content-type", "application/fhir+json")]), Ok(()));
    }
}
