//! E-mail addresses.

use super::Scan;
use super::class::{is_alnum, is_host, is_local};
use crate::kind::{Certainty, Sensitive};

/// The longest part before `@`.
const LONGEST_LOCAL: usize = 64;

/// Endings that files have and addresses do not: `logo@2x.png`.
const FILES: [&[u8]; 8] = [
    b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js",
];

/// Looks at both sides of an `@`.
pub(super) fn at_sign(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let start = scan.back_while(at, LONGEST_LOCAL, is_local);
    let start = start
        + scan
            .span(start, at)
            .iter()
            .take_while(|byte| !is_alnum(**byte))
            .count();
    let mut end = scan.ahead_while(at + 1, is_host);
    while end > at && !is_alnum(scan.before(end)) {
        end -= 1;
    }
    let host = scan.span(at + 1, end);
    // What most pseudonyms end with: known without looking into it.
    let is_example = is_example(host);
    if start >= at
        || !is_alnum(scan.byte(at + 1))
        || !is_alnum(scan.before(at))
        || !(is_example || has_domain(host))
    {
        return None;
    }
    // What follows a user's name and password in a URL is no address of a person.
    if scan.before(start) == b':' || scan.before(start) == b'/' && scan.byte(end) == b':' {
        return None;
    }
    if is_example || is_reserved(host) {
        return Some(end);
    }
    Some(scan.note(Sensitive::Email, (start, end), Certainty::Sure))
}

const fn is_example(host: &[u8]) -> bool {
    matches!(host, b"example.com" | b"example.net" | b"example.org")
}

/// Whether a host ends in a top-level domain and has no empty label.
fn has_domain(host: &[u8]) -> bool {
    let mut labels = host.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let letters = top
        .iter()
        .all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    let file = FILES.iter().any(|ending| top.eq_ignore_ascii_case(ending));
    let mut rest = labels.peekable();
    (letters || top.starts_with(b"xn--"))
        && top.len() >= 2
        && !file
        && rest.peek().is_some()
        && rest.all(|label| !label.is_empty())
}

/// Whether a host is one of those reserved for examples and tests (RFC 2606), which are nobody's.
fn is_reserved(host: &[u8]) -> bool {
    let labels = || host.rsplit(|byte| *byte == b'.');
    let is = |label: Option<&[u8]>, names: &[&str]| {
        label.is_some_and(|label| {
            names
                .iter()
                .any(|name| label.eq_ignore_ascii_case(name.as_bytes()))
        })
    };
    is(
        labels().next(),
        &["example", "test", "invalid", "localhost"],
    ) || (is(labels().nth(1), &["example"]) && is(labels().next(), &["com", "net", "org"]))
}

#[cfg(test)]
mod tests {
    use super::{has_domain, is_example, is_reserved};

    #[test]
    fn what_is_known_to_be_an_example_is_one() {
        for host in [b"example.com", b"example.net", b"example.org"] {
            assert!(is_example(host) && has_domain(host) && is_reserved(host));
        }
        assert!(!is_example(b"www.example.com") && is_reserved(b"www.example.com"));
    }
}
