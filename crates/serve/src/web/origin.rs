//! From which site a request was sent, and by which name it found us.

use super::answer::Refusal;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Says what in a browser sent a request.
const FETCH_SITE: &str = "sec-fetch-site";

/// For whom a proxy sends a request.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Only our own names are answered: a site elsewhere whose name was made to point here must not be
/// taken for ours by a browser. An address is no name that could be made to point elsewhere; on
/// loopback only those of this machine are ours.
pub(crate) fn refuse_rebound<'a>(
    headers: &HeaderMap,
    is_loopback: bool,
    mut names: impl Iterator<Item = &'a str>,
) -> Result<(), Refusal> {
    let host = header(headers, HOST.as_str())
        .map(host_of)
        .unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_address = address.is_ok_and(|address| !is_loopback || address.is_loopback());
    let is_ours = is_address || is_this_machine(host);
    match is_ours || names.any(|name| host.eq_ignore_ascii_case(name)) {
        true => Ok(()),
        false => Err(Refusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "answer the request",
            "it was sent to a name that is not this page's",
            "open it by the address that `weir serve` prints, or name it in `serve.hosts`",
        )),
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
}

/// Whether a request was sent to this machine as itself, and not by a name that a proxy stands for.
pub(crate) fn is_to_itself(headers: &HeaderMap) -> bool {
    let host = header(headers, HOST.as_str()).map(host_of);
    host.is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        is_this_machine(host) || address.is_ok_and(|address| address.is_loopback())
    })
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

/// Who is at the far end of a request that proxies we trust have forwarded: the last that they
/// name who is none of them. What stands before that, anybody may have written.
pub(crate) fn client(
    peer: IpAddr,
    headers: &HeaderMap,
    is_proxy: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let named = headers.get_all(FORWARDED_FOR).iter();
    let named: Vec<&str> = named
        .flat_map(|value| value.to_str().unwrap_or("").split(','))
        .collect();
    let mut named = named.into_iter().rev();
    let mut client = peer;
    while is_proxy(client) {
        let Some(address) = named.next().and_then(address) else {
            break;
        };
        client = address;
    }
    client
}

/// What is counted as one: who has an address of IPv6 has all of its network.
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => {
            let network = u128::MAX << 64;
            Ipv6Addr::from_bits(address.to_bits() & network).into()
        }
        IpAddr::V4(_) => address,
    }
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone = text.trim_matches(['[', ']']).parse();
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    let address: IpAddr = alone.or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
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
        let answered = |is_loopback, host| {
            let names = ["weir", "weir.example"].into_iter();
            refuse_rebound(&headers(&[("host", host)]), is_loopback, names).is_ok()
        };
        let is_here = |host| answered(true, host);
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
        for host in [
            "10.0.0.1:8420",
            "[2001:db8::1]:1",
            "weir.example:8420",
            "localhost",
        ] {
            assert!(answered(false, host), "{host}");
        }
        for host in ["evil.example:8420", "10.0.0.1.evil.example", ""] {
            assert!(!answered(false, host), "{host}");
        }
    }

    #[test]
    fn whoever_a_trusted_proxy_names_last_is_at_the_far_end() {
        let at = |address: &str| address.parse::<IpAddr>().unwrap();
        let is_proxy = |address| [at("127.0.0.1"), at("10.0.0.1")].contains(&address);
        let far = |peer, named| {
            let headers = headers(&[("x-forwarded-for", named)]);
            client(at(peer), &headers, is_proxy).to_string()
        };
        assert_eq!(far("127.0.0.1", "6.6.6.6, 192.0.2.7"), "192.0.2.7");
        assert_eq!(
            far("127.0.0.1", "6.6.6.6, 192.0.2.7:80, 10.0.0.1"),
            "192.0.2.7"
        );
        assert_eq!(far("127.0.0.1", "6.6.6.6, [2001:db8::1]:80"), "2001:db8::1");
        assert_eq!(far("127.0.0.1", "6.6.6.6, nobody"), "127.0.0.1");
        assert_eq!(far("192.0.2.9", "6.6.6.6"), "192.0.2.9");
        assert_eq!(
            client(at("127.0.0.1"), &headers(&[]), is_proxy),
            at("127.0.0.1")
        );
        assert_eq!(neighbourhood(at("2001:db8::1:2:3:4")), at("2001:db8::"));
        assert_eq!(neighbourhood(at("192.0.2.7")), at("192.0.2.7"));
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
