//! Addresses of hosts and network cards.

use super::Scan;
use super::class::is_alnum;
use crate::kind::{Certainty, Sensitive};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Words before four numbers that are a version and no address.
fn is_version(word: &[u8]) -> bool {
    matches!(
        word,
        b"v" | b"version"
            | b"ver"
            | b"release"
            | b"build"
            | b"firmware"
            | b"section"
            | b"chrome"
            | b"safari"
            | b"edg"
            | b"opr"
    )
}

/// Words before four numbers that make even small ones an address.
fn is_host(word: &[u8]) -> bool {
    matches!(
        word,
        b"ip" | b"addr" | b"address" | b"host" | b"client" | b"remote" | b"adresse" | b"direccion"
    )
}

/// An IPv4 address, or a card's address or IPv6 address that begins with a word with digits.
pub(super) fn address(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    match scan.byte(end) {
        b'.' => dotted(scan, start),
        b':' => colons(scan, start),
        b'-' => card(scan, start, b'-'),
        _ => None,
    }
}

/// An address around a colon whose first group has no digit.
pub(super) fn colon(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let start = scan.back_while(at, 5, |byte| byte.is_ascii_hexdigit());
    if at - start > 4 || scan.byte(at) != b':' {
        return None;
    }
    colons(scan, start)
}

fn colons(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    card(scan, start, b':').or_else(|| version_six(scan, start))
}

fn dotted(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let end = scan.ahead(start, 17, |byte| byte.is_ascii_digit() || byte == b'.');
    let end = if scan.before(end) == b'.' {
        end - 1
    } else {
        end
    };
    let text = scan.span(start, end);
    if text.iter().filter(|byte| **byte == b'.').count() != 3 {
        return None;
    }
    let address: Ipv4Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
    let before = scan.before(start);
    if is_alnum(scan.byte(end)) || matches!(before, b'.' | b'-' | b'_') || is_alnum(before) {
        return None;
    }
    let nobody = address.is_loopback()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation()
        || address.octets().starts_with(&[255]);
    if nobody
        || (before == b'/' && scan.byte(end) != b':' && !scan.span(0, start).ends_with(b"://"))
        || scan.said_before(start, 1, is_version)
    {
        return Some(end);
    }
    // Small numbers are a version or a chapter, unless a word says otherwise.
    let small = address.octets().iter().take(3).all(|octet| *octet < 32);
    if small && !scan.said_before(start, 2, is_host) {
        return Some(end);
    }
    Some(scan.note(Sensitive::IpAddress, (start, end), Certainty::Sure))
}

fn version_six(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let end = scan.ahead(start, 40, |byte| byte.is_ascii_hexdigit() || byte == b':');
    let span = scan.span(start, end);
    if !(6..=39).contains(&span.len())
        || !has_groups(span)
        || !scan.stands_alone(start, end)
        || matches!(scan.before(start), b':' | b'.')
    {
        return None;
    }
    let address: Ipv6Addr = std::str::from_utf8(span).ok()?.parse().ok()?;
    let groups = address
        .segments()
        .iter()
        .filter(|group| **group != 0)
        .count();
    // 2001:db8::/32 is reserved for documents.
    if groups < 3 || address.segments().starts_with(&[0x2001, 0xdb8]) {
        return Some(end);
    }
    Some(scan.note(Sensitive::IpAddress, (start, end), Certainty::Sure))
}

/// Whether there are as many groups as IPv6 has, or some left out: the time of a day has neither.
fn has_groups(span: &[u8]) -> bool {
    let colons = span.iter().filter(|byte| **byte == b':').count();
    colons == 7 || (colons > 1 && span.windows(2).any(|pair| pair == b"::"))
}

/// Six pairs of hexadecimal digits with the same separator.
fn card(scan: &mut Scan<'_>, start: usize, separator: u8) -> Option<usize> {
    let end = start + 17;
    let span = scan.text.get(start..end)?;
    let fits = span.iter().enumerate().all(|(place, byte)| {
        if place % 3 == 2 {
            *byte == separator
        } else {
            byte.is_ascii_hexdigit()
        }
    });
    let alone = scan.stands_alone(start, end)
        && scan.byte(end) != separator
        && scan.before(start) != separator;
    let pair = span.get(..2).unwrap_or_default();
    let one_value = span.chunks(3).all(|chunk| chunk.starts_with(pair));
    (fits && alone && !one_value)
        .then(|| scan.note(Sensitive::MacAddress, (start, end), Certainty::Sure))
}

#[cfg(test)]
mod tests {
    use super::has_groups;
    use proptest::prelude::*;
    use std::net::Ipv6Addr;

    proptest! {
        #[test]
        fn every_address_has_groups(groups: [u16; 8], zeros: [bool; 8]) {
            let mut zeros = zeros.into_iter();
            let groups = groups.map(|group| if zeros.next() == Some(true) { 0 } else { group });
            let written = Ipv6Addr::from(groups).to_string();
            prop_assert!(written.contains('.') || has_groups(written.as_bytes()));
        }

        #[test]
        fn what_has_no_groups_is_no_address(text in "[0-9a-f:]{6,39}") {
            prop_assert!(has_groups(text.as_bytes()) || text.parse::<Ipv6Addr>().is_err());
        }
    }
}
