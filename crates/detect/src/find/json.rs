//! Keys of JSON: what stands under `"first_name"` is a name, whatever it looks like.

use super::Scan;
use crate::by_name::of_key;
use crate::kind::{Certainty, Found, Sensitive};
use crate::words::hash;
use std::cell::RefCell;

/// Whether a text looks like a JSON object or array.
pub(super) fn looks_like(text: &[u8]) -> bool {
    let trimmed = text.trim_ascii();
    matches!(
        (trimmed.first(), trimmed.last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
    )
}

/// Adds what keys say about values in which nothing was found.
pub(super) fn keys(scan: &mut Scan<'_>) {
    let mut extra = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = string(scan, at) {
        at = end + 1;
        let colon = scan.ahead_while(at, |byte| byte.is_ascii_whitespace());
        if scan.byte(colon) != b':' {
            continue;
        }
        let value = scan.ahead_while(colon + 1, |byte| byte.is_ascii_whitespace());
        let Some((from, to)) = scalar(scan, value) else {
            continue;
        };
        at = if from > value { to + 1 } else { to };
        let known = remembered(scan.span(start, end));
        let Some(what) = known.filter(|_| to > from) else {
            continue;
        };
        let next = scan.found.partition_point(|found| found.end <= from);
        if scan.found.get(next).is_none_or(|found| found.start >= to) {
            extra.push(Found {
                what,
                start: from,
                end: to,
                certainty: Certainty::Likely,
            });
        }
    }
    if !extra.is_empty() {
        scan.found.append(&mut extra);
        scan.found.sort_unstable_by_key(|found| found.start);
    }
}

/// The inside of the next string from `at`.
fn string(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let start = at + scan.rest(at).iter().position(|byte| *byte == b'"')? + 1;
    let mut end = start;
    loop {
        match scan.text.get(end)? {
            b'"' => return Some((start, end)),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
}

/// The inside of a string, or a number, at `at`; nothing for what holds no value of its own.
fn scalar(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    match scan.byte(at) {
        b'"' => string(scan, at),
        b'-' | b'0'..=b'9' => Some((
            at,
            scan.ahead_while(at, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
            }),
        )),
        _ => None,
    }
}

/// Keys come again in every row: what they say is remembered, by their hash.
const REMEMBERED: usize = 256;

thread_local! {
    static KEYS: RefCell<[(u64, Option<Sensitive>); REMEMBERED]> = const { RefCell::new([(0, None); REMEMBERED]) };
}

fn remembered(key: &[u8]) -> Option<Sensitive> {
    let hash = hash(key);
    KEYS.with_borrow_mut(|keys| {
        let slot = keys.get_mut(hash as usize % REMEMBERED)?;
        if slot.0 != hash {
            *slot = (hash, std::str::from_utf8(key).ok().and_then(of_key));
        }
        slot.1
    })
}
