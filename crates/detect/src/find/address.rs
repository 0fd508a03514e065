//! Streets with a number, in the order each language writes them.

use super::Scan;
use super::class::is_alnum;
use crate::kind::{Certainty, Sensitive};
use crate::words::Folded;

/// How German streets end.
const ENDINGS: [&[u8]; 14] = [
    b"strasse",
    b"str",
    b"weg",
    b"platz",
    b"allee",
    b"gasse",
    b"damm",
    b"ufer",
    b"ring",
    b"chaussee",
    b"steig",
    b"pfad",
    b"graben",
    b"stieg",
];

/// What follows a name in English.
const AFTER: [&[u8]; 30] = [
    b"street",
    b"st",
    b"road",
    b"rd",
    b"avenue",
    b"ave",
    b"lane",
    b"ln",
    b"drive",
    b"dr",
    b"court",
    b"ct",
    b"way",
    b"boulevard",
    b"blvd",
    b"close",
    b"terrace",
    b"square",
    b"place",
    b"pl",
    b"crescent",
    b"circle",
    b"highway",
    b"parkway",
    b"trail",
    b"grove",
    b"gardens",
    b"mews",
    b"row",
    b"pike",
];

/// What comes before a name in French and Spanish.
const BEFORE: [&[u8]; 22] = [
    b"rue",
    b"avenue",
    b"av",
    b"boulevard",
    b"bd",
    b"place",
    b"chemin",
    b"impasse",
    b"allee",
    b"quai",
    b"route",
    b"cours",
    b"passage",
    b"calle",
    b"avenida",
    b"avda",
    b"plaza",
    b"paseo",
    b"camino",
    b"ronda",
    b"carrer",
    b"via",
];

/// The folded word of a span.
fn folded(scan: &Scan<'_>, (start, end): (usize, usize)) -> Option<Folded> {
    Folded::new(scan.span(start, end))
}

fn is_one_of(scan: &Scan<'_>, word: (usize, usize), list: &[&[u8]]) -> bool {
    folded(scan, word).is_some_and(|word| list.contains(&word.as_bytes()))
}

/// Looks around a small number for a street.
pub(super) fn at_number(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let digits = scan.ahead_while(start, |byte| byte.is_ascii_digit());
    let letter = usize::from(scan.byte(digits).is_ascii_alphabetic());
    let end = digits + letter;
    let alone = !is_alnum(scan.byte(end))
        && !matches!(scan.before(start), b'.' | b'-' | b'/' | b'_' | b'#' | b'$');
    if digits - start > 5 || !alone {
        return None;
    }
    let street = number_last(scan, start)
        .map(|from| (from, end))
        .or_else(|| number_first(scan, end).map(|to| (start, to)))?;
    let (street, certainty) = match town(scan, street.1) {
        Some(to) => ((street.0, to), Certainty::Sure),
        None => (street, Certainty::Likely),
    };
    Some(scan.note(Sensitive::PostalAddress, street, certainty))
}

/// `Hauptstraße 5`, `Calle Mayor, 5`: the start of the street whose number begins at `at`.
fn number_last(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let mut before = word_before(scan, at)?;
    if is_german(scan, before) {
        return Some(before.0);
    }
    for _ in 0..6 {
        if is_one_of(scan, before, &BEFORE)
            || matches!(scan.span(before.0, before.1), b"C" if scan.byte(before.1) == b'/')
        {
            return Some(before.0);
        }
        before = word_before(scan, before.0)?;
    }
    None
}

/// A word that is a street's kind in German, or ends with one.
fn is_german(scan: &Scan<'_>, word: (usize, usize)) -> bool {
    let first = scan.byte(word.0);
    let capital = first.is_ascii_uppercase() || first >= 0x80;
    capital
        && folded(scan, word).is_some_and(|word| {
            ENDINGS
                .iter()
                .any(|ending| word.as_bytes().ends_with(ending))
        })
}

/// The word before `at`, over spaces, `,`, `.`, `/` and `nº`.
fn word_before(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let end = scan.back_while(at, 3, |byte| matches!(byte, b' ' | b',' | b'.' | b'/'));
    let start = scan.back_while(end, 32, |byte| {
        is_alnum(byte) || byte == b'-' || byte == b'\''
    });
    (start < end).then_some((start, end))
}

/// `5 High Street`, `5 bis, rue de la Paix`: the end of the street whose number ends at `at`.
fn number_first(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let mut word = word_after(scan, at)?;
    if is_one_of(scan, word, &[b"bis", b"ter", b"quater"]) {
        word = word_after(scan, word.1)?;
    }
    if is_one_of(scan, word, &BEFORE) {
        return french(scan, word.1);
    }
    for _ in 0..4 {
        let capital = scan.byte(word.0).is_ascii_uppercase();
        let next = word_after(scan, word.1)?;
        if !capital {
            return None;
        }
        if is_one_of(scan, next, &AFTER) && scan.byte(next.0).is_ascii_uppercase() {
            return Some(next.1);
        }
        word = next;
    }
    None
}

/// The end of a street's name after its kind: words up to and including the first with a capital,
/// and those with capitals that follow.
fn french(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    let mut named = false;
    for _ in 0..6 {
        let Some((from, to)) = word_after(scan, end) else {
            break;
        };
        let first = scan.byte(from);
        let capital = first.is_ascii_uppercase() || first >= 0x80;
        let joined = scan
            .span(from, to)
            .iter()
            .skip_while(|byte| **byte != b'\'')
            .any(u8::is_ascii_uppercase);
        if named && !capital {
            break;
        }
        named |= capital || joined;
        end = to;
    }
    named.then_some(end)
}

/// The word after one space, with a comma or point before it.
fn word_after(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let point = at + usize::from(matches!(scan.byte(at), b',' | b'.'));
    let start = point + 1;
    let end = scan.ahead_while(start, |byte| is_alnum(byte) || matches!(byte, b'-' | b'\''));
    (scan.byte(point) == b' ' && end > start).then_some((start, end))
}

/// A postal code of four or five digits and a town after a street: where the town's first word ends.
fn town(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let start = scan.ahead_while(at, |byte| matches!(byte, b',' | b' ' | b'\n' | b'\r'));
    let end = scan.ahead_while(start, |byte| byte.is_ascii_digit());
    let (from, to) = word_after(scan, end)?;
    let first = scan.byte(from);
    let capital = first.is_ascii_uppercase() || first >= 0x80;
    (start - at <= 3 && (4..=5).contains(&(end - start)) && capital).then_some(to)
}
