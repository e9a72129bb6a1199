//! The two cookies. `__Host-` makes browsers insist on Secure, no Domain and the whole site as path.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session's secret; gone when the browser closes.
pub(super) const SESSION: &str = "__Host-komainu";
/// Accounts that signed in on this device; see [`super::device`].
pub(super) const DEVICE: &str = "__Host-komainu-device";

/// A cookie's value. None when it is there twice: one of them was planted.
pub(super) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(n, _)| *n == name)
        .map(|(_, value)| value);
    let first = found.next()?;
    if found.next().is_some() { None } else { Some(first) }
}

pub(super) fn set_session(headers: &mut HeaderMap, secret: &str) {
    set(headers, &format!("{SESSION}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict"));
}

pub(super) fn clear_session(headers: &mut HeaderMap) {
    set(headers, &format!("{SESSION}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"));
    // What the page stored is the page's to wipe: unsent entries must survive a sign-out.
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\""));
}

pub(super) fn set_device(headers: &mut HeaderMap, marks: &str) {
    set(headers, &format!("{DEVICE}={marks}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=15552000"));
}

fn set(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(mut value) = HeaderValue::from_str(cookie) {
        value.set_sensitive(true);
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        cookies.iter().map(|c| (header::COOKIE, HeaderValue::from_static(c))).collect()
    }

    #[test]
    fn a_cookie_is_found_among_others_and_never_when_doubled() {
        assert_eq!(get(&headers(&["a=1; __Host-komainu=x; b=2"]), SESSION), Some("x"));
        assert_eq!(get(&headers(&["a=1", "__Host-komainu=x"]), SESSION), Some("x"), "HTTP/2 may split them");
        assert_eq!(get(&headers(&["__Host-komainu=x; __Host-komainu=y"]), SESSION), None);
        assert_eq!(get(&headers(&["x__Host-komainu=x; __host-komainu=y"]), SESSION), None);
        assert_eq!(get(&headers(&["__Host-komainu-device=x"]), SESSION), None);
        assert_eq!(get(&headers(&[]), SESSION), None);
    }

    #[test]
    fn no_script_and_no_other_site_gets_a_cookie() {
        let mut headers = HeaderMap::new();
        set_session(&mut headers, "x");
        set_device(&mut headers, "y");
        clear_session(&mut headers);
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-") && !cookie.contains("Domain"), "{cookie}");
            for attribute in ["; Path=/;", "; Secure;", "; HttpOnly;", "; SameSite=Strict"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
        }
    }
}
