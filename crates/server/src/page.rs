//! The page, inside the binary: `web/dist` as it was when this was compiled.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::fhir;
use crate::http::PAGE_POLICY;
use crate::problem::Problem;

/// Empty when the page was not built; the program then says how to build it.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

const NOT_BUILT: &str = include_str!("page/not_built.html");

/// Answers everything that is neither API nor FHIR: files, and the page itself under every address that
/// looks like one of its own, so that a link into the page opens there.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.split('/').next() == Some("fhir") {
        return fhir::nothing_here();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if let Some(file) = Dist::get(path) {
        return answer(path, file, request.headers());
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    match path.split('/').next() {
        Some("api" | "assets") => return Problem::not_found().into_response(),
        _ if last.contains('.') => return Problem::not_found().into_response(),
        _ => {}
    }
    match Dist::get("index.html") {
        Some(file) => answer("index.html", file, request.headers()),
        None => page(StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT),
    }
}

/// A page of our own, with the page's policy.
fn page(status: StatusCode, html: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    (status, headers, html).into_response()
}

fn answer(path: &str, file: EmbeddedFile, request: &HeaderMap) -> Response {
    let etag: String = file.metadata.sha256_hash()[..16].iter().map(|b| format!("{b:02x}")).collect();
    // Weak: the same file goes out compressed or not.
    let etag = format!("W/\"{etag}\"");
    let known = request.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes());
    // Vite puts a hash of the content into the names of assets, so a name never changes its content.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let body = if known { Body::empty() } else { Body::from(file.data) };
    let mut response = Response::new(body);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    for (name, text) in [(header::CONTENT_TYPE, file.metadata.mimetype()), (header::ETAG, &etag)] {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(method: Method, path: &str) -> Response {
        serve(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn a_link_into_the_page_opens_there() {
        for path in ["/", "/patients/abc", "/settings"] {
            let response = get(Method::GET, path).await;
            let expected = if Dist::get("index.html").is_some() { 200 } else { 503 };
            assert_eq!(response.status(), expected, "{path}");
            assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
            assert_eq!(response.headers()["content-security-policy"], PAGE_POLICY);
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_the_page() {
        for path in [
            "/api/none",
            "/fhir/none",
            "/assets/none.js",
            "/none.js",
            "/../Cargo.toml",
            "/..%2fCargo.toml",
            "/favicon.none",
        ] {
            assert_eq!(get(Method::GET, path).await.status(), 404, "{path}");
        }
        assert_eq!(get(Method::POST, "/").await.status(), 405);
    }

    #[tokio::test]
    async fn every_built_file_is_served_and_known_again() {
        for path in Dist::iter() {
            let response = get(Method::GET, &format!("/{path}")).await;
            assert_eq!(response.status(), 200, "{path}");
            let etag = response.headers()["etag"].clone();
            let again = Request::get(format!("/{path}")).header("if-none-match", etag).body(Body::empty()).unwrap();
            assert_eq!(serve(again).await.status(), 304, "{path}");
        }
    }
}
