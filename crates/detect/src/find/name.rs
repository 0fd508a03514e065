//! Names of people in running text: two listed words with capitals, or a title and a word.

use super::Scan;
use super::class::is_alnum;
use super::secret;
use crate::kind::{Certainty, Sensitive};
use crate::words::Folded;

/// Words between the parts of a family name.
const PARTICLES: [&[u8]; 12] = [
    b"von", b"van", b"de", b"der", b"den", b"la", b"le", b"du", b"del", b"zu", b"di", b"los",
];

/// Words that stand before a name.
pub(super) const TITLES: [&[u8]; 20] = [
    b"Mr",
    b"Mrs",
    b"Ms",
    b"Miss",
    b"Herr",
    b"Herrn",
    b"Frau",
    b"Mme",
    b"Mlle",
    b"Madame",
    b"Monsieur",
    b"Sr",
    b"Sra",
    b"Srta",
    b"Se\xC3\xB1or",
    b"Se\xC3\xB1ora",
    b"Don",
    b"Do\xC3\xB1a",
    b"Dr",
    b"Prof",
];

/// Whether a word stands before a name.
pub(super) fn is_title(word: &[u8]) -> bool {
    let begins = matches!(word.first(), Some(b'M' | b'H' | b'F' | b'S' | b'D' | b'P'));
    begins && TITLES.contains(&word)
}

/// Looks at a word with a capital, of letters and digits alone.
pub(super) fn at_word(scan: &mut Scan<'_>, start: usize, plain_end: usize) -> Option<usize> {
    let word = scan.span(start, plain_end);
    if word.len() <= 8 {
        if word == b"BEGIN" {
            return secret::private_key(scan, start);
        }
        if is_title(word) {
            return after_title(scan, plain_end);
        }
    }
    if !could_go_on(scan, plain_end) {
        return None;
    }
    let end = word_end(scan, start);
    let first = Folded::new(scan.span(start, end))?;
    if first.is_given() {
        return full(scan, start, end);
    }
    if first.is_family() && scan.byte(end) == b',' {
        return reversed(scan, start, end);
    }
    None
}

/// Whether what follows a word can be more of a name. Most words with a capital stand before a word
/// without one: they are not looked up.
fn could_go_on(scan: &Scan<'_>, end: usize) -> bool {
    match scan.byte(end) {
        // A capital, or the first letter of a particle.
        b' ' => matches!(scan.byte(end + 1), b'A'..=b'Z' | 0x80.. | b'v' | b'd' | b'l' | b'z'),
        b',' => scan.byte(end + 1) == b' ' && matches!(scan.byte(end + 2), b'A'..=b'Z' | 0x80..),
        b'-' | b'\'' => true,
        _ => false,
    }
}

/// Given names, particles, and a family name.
fn full(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let mut end = end;
    let mut family = None;
    for _ in 0..4 {
        let Some((from, to)) = next_word(scan, end) else {
            break;
        };
        let word = scan.span(from, to);
        let known = Folded::new(word);
        if is_capital(word) && known.is_some_and(|word| word.is_family()) {
            family = Some(to);
        } else if !(known.is_some_and(|word| word.is_given())
            || PARTICLES.contains(&word)
            || to - from == 1)
        {
            break;
        }
        end = to;
    }
    family.map(|end| scan.note(Sensitive::PersonName, (start, end), Certainty::Likely))
}

/// `Family, Given`.
fn reversed(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let (from, to) = next_word(scan, end + 1)?;
    let given = Folded::new(scan.span(from, to)).is_some_and(|word| word.is_given());
    (given && is_capital(scan.span(from, to)))
        .then(|| scan.note(Sensitive::PersonName, (start, to), Certainty::Likely))
}

/// What follows `Mr`, `Frau` and the like, with further titles between.
fn after_title(scan: &mut Scan<'_>, end: usize) -> Option<usize> {
    let mut end = end;
    let mut name: Option<(usize, usize)> = None;
    let mut known = false;
    while let Some((from, to)) =
        next_word(scan, end).or_else(|| next_word(scan, end + usize::from(scan.byte(end) == b'.')))
    {
        let word = scan.span(from, to);
        if name.is_none() && is_title(word) {
            end = to;
            continue;
        }
        if !is_capital(word) || name.is_some_and(|(start, _)| to - start > 60) {
            break;
        }
        known |= Folded::new(word).is_some_and(|word| word.is_given() || word.is_family());
        name = Some((name.map_or(from, |(start, _)| start), to));
        end = to;
    }
    let certainty = if known {
        Certainty::Sure
    } else {
        Certainty::Likely
    };
    name.map(|name| scan.note(Sensitive::PersonName, name, certainty))
}

/// A capital and at least one letter more.
fn is_capital(word: &[u8]) -> bool {
    word.len() > 1
        && word
            .first()
            .is_some_and(|byte| byte.is_ascii_uppercase() || *byte == 0xC3)
}

/// The word after exactly one space, or after `. `.
fn next_word(scan: &Scan<'_>, end: usize) -> Option<(usize, usize)> {
    let start = match (scan.byte(end), scan.byte(end + 1)) {
        (b' ', _) => end + 1,
        // An initial: `Anna K. Smith`.
        (b'.', b' ')
            if scan.before(scan.back_while(end, 2, is_alnum)) == b' '
                && end - scan.back_while(end, 3, is_alnum) == 1 =>
        {
            end + 2
        }
        _ => return None,
    };
    let to = word_end(scan, start);
    (to > start).then_some((start, to))
}

/// Letters, with hyphens and apostrophes between them.
fn word_end(scan: &Scan<'_>, start: usize) -> usize {
    let end = scan.ahead_while(start, |byte| is_alnum(byte) || matches!(byte, b'-' | b'\''));
    end - scan
        .span(start, end)
        .iter()
        .rev()
        .take_while(|byte| !is_alnum(**byte))
        .count()
}
