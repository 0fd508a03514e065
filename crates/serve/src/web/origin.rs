//! From which site a request was sent, and by which name it found us.

use super::answer::Refusal;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use std::net::IpAddr;

/// Says what in a browser sent a request.
const FETCH_SITE: &str = "sec-fetch-site";

/// On loopback, only names of this machine are answered: a site elsewhere whose name was made to
/// point here must not be taken for ours by a browser.
pub(crate) fn refuse_rebound(headers: &HeaderMap, configured: &str) -> Result<(), Refusal> {
    let host = header(headers, HOST.as_str())
        .map(host_of)
        .unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_here = address.is_ok_and(|address| address.is_loopback());
    match is_here || host.eq_ignore_ascii_case("localhost") || host == configured {
        true => Ok(()),
        false => Err(Refusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "answer the request",
            "it was sent to a name that is not this machine's",
            "open it by the address that `weir serve` prints; a proxy sends that as Host",
        )),
    }
}

/// What another site makes a browser send is refused.
pub(crate) fn refuse_cross_site(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_own = match (
        header(headers, FETCH_SITE),
        header(headers, ORIGIN.as_str()),
    ) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let host = header(headers, HOST.as_str()).unwrap_or_default();
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
        }
        // Browsers say at least one of the two.
        (None, None) => true,
    };
    match is_own {
        true => Ok(()),
        false => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "accept the request",
            "it was sent by another site",
            "open the page itself and send its form",
        )),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // One that cannot be read is not one that is not there.
    headers.get(name).map(|value| value.to_str().unwrap_or(""))
}

fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = axum::http::HeaderName::from_static(name);
            (name, axum::http::HeaderValue::from_static(value))
        });
        pairs.collect()
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let is_here = |host| refuse_rebound(&headers(&[("host", host)]), "weir").is_ok();
        for host in [
            "localhost",
            "LOCALHOST:8420",
            "127.0.0.1:8420",
            "[::1]:1",
            "[::1]",
            "weir",
        ] {
            assert!(is_here(host), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example:8420",
            "10.0.0.1",
            "",
            "localhost.",
        ] {
            assert!(!is_here(host), "{host}");
        }
    }

    #[test]
    fn what_other_sites_send_is_known() {
        let is_own = |pairs| refuse_cross_site(&headers(pairs)).is_ok();
        assert!(is_own(&[]));
        assert!(is_own(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://x")
        ]));
        assert!(is_own(&[("origin", "http://a:1"), ("host", "a:1")]));
        assert!(!is_own(&[("sec-fetch-site", "same-site")]));
        assert!(!is_own(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://a")
        ]));
        assert!(!is_own(&[("origin", "http://a:1"), ("host", "a:2")]));
        assert!(!is_own(&[("origin", "null"), ("host", "a:2")]));
    }
}
