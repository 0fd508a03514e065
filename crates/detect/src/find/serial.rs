//! Account and personal numbers that have letters in them, and ids that are nobody's.

use super::{Scan, plain};
use crate::checksum;
use crate::kind::{Certainty, Sensitive};

/// The lengths of IBANs by country.
const IBANS: [(&[u8; 2], usize); 40] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BR", 29),
    (b"CH", 21),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"EE", 20),
    (b"ES", 24),
    (b"FI", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GR", 27),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"MC", 27),
    (b"MT", 31),
    (b"NL", 18),
    (b"NO", 15),
    (b"PL", 28),
    (b"PT", 25),
    (b"RO", 24),
    (b"SA", 24),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
];

/// The longest serial number without spaces.
const LONGEST: usize = 34;

/// Letters and digits of a text with single spaces (or `.` or `-`) between them left out.
struct Compact {
    bytes: [u8; LONGEST],
    length: usize,
    end: usize,
}

impl Compact {
    /// Takes `many` letters and digits from `start`.
    fn new(scan: &Scan<'_>, start: usize, many: usize) -> Option<Self> {
        let mut compact = Self {
            bytes: [0; LONGEST],
            length: 0,
            end: start,
        };
        while compact.length < many {
            let byte = scan.byte(compact.end);
            if plain(byte) {
                *compact.bytes.get_mut(compact.length)? = byte.to_ascii_uppercase();
                compact.length += 1;
            } else if !matches!(byte, b' ' | b'-' | b'.')
                || !plain(scan.before(compact.end))
                || compact.end >= scan.text.len()
            {
                return None;
            }
            compact.end += 1;
        }
        Some(compact)
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Looks at a word with digits in it, or at one or two letters before a number.
pub(super) fn at_word(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    if matches!(scan.before(start), b'-' | b'_') {
        return None;
    }
    let letters = scan.span(start, end).iter().any(u8::is_ascii_alphabetic);
    let length = end - start;
    let apart = matches!(scan.byte(end), b' ' | b'-' | b'.');
    if let Some(next) = uuid(scan, start, end) {
        return Some(next);
    }
    if letters {
        return iban(scan, start, length)
            .or_else(|| french(scan, start, length))
            .or_else(|| personal(scan, start, length))
            .or_else(|| postcode(scan, start, end));
    }
    // Digits alone: the number's groups, or its letter, stand apart.
    match length {
        13 | 15 => french(scan, start, length),
        1 if apart => french(scan, start, length),
        2 | 8 if apart => personal(scan, start, length),
        _ => None,
    }
}

/// Steps over a UUID.
fn uuid(scan: &Scan<'_>, start: usize, end: usize) -> Option<usize> {
    if end - start != 8 || scan.byte(end) != b'-' {
        return None;
    }
    let text = scan.text.get(start..start + 36)?;
    let hyphens = [8, 13, 18, 23].map(|place| text.get(place).copied());
    let digits = text.iter().filter(|byte| byte.is_ascii_hexdigit());
    (hyphens == [Some(b'-'); 4] && digits.count() == 32).then_some(start + 36)
}

/// An account's number; nothing where `word` letters and digits at its front are more than it has.
fn iban(scan: &mut Scan<'_>, start: usize, word: usize) -> Option<usize> {
    if !scan.byte(start + 2).is_ascii_digit() {
        return None;
    }
    let country = scan.text.get(start..start + 2)?;
    let upper = [
        country.first()?.to_ascii_uppercase(),
        country.last()?.to_ascii_uppercase(),
    ];
    let known = IBANS
        .binary_search_by_key(&upper, |(code, _)| **code)
        .ok()?;
    let (_, length) = IBANS.get(known)?;
    let compact = Compact::new(scan, start, *length).filter(|_| word <= *length)?;
    let fits = scan.stands_alone(start, compact.end) && checksum::iban(compact.as_bytes());
    fits.then(|| scan.note(Sensitive::Iban, (start, compact.end), Certainty::Sure))
}

/// The French number of fifteen digits, or letters for Corsica.
fn french(scan: &mut Scan<'_>, start: usize, word: usize) -> Option<usize> {
    if word > 15 || !matches!(scan.byte(start), b'1' | b'2') {
        return None;
    }
    let compact = Compact::new(scan, start, 15)?;
    let fits = scan.stands_alone(start, compact.end) && checksum::french_nir(compact.as_bytes());
    fits.then(|| scan.note(Sensitive::NationalId, (start, compact.end), Certainty::Sure))
}

/// Numbers of Spain, Britain and Germany.
fn personal(scan: &mut Scan<'_>, start: usize, word: usize) -> Option<usize> {
    // All three have a letter at the ninth place.
    let nine = Compact::new(scan, start, 9).filter(|_| word <= 12)?;
    if !nine.as_bytes().last().is_some_and(u8::is_ascii_uppercase) {
        return None;
    }
    if scan.stands_alone(start, nine.end) {
        if checksum::spanish(nine.as_bytes()) {
            return Some(scan.note(Sensitive::NationalId, (start, nine.end), Certainty::Likely));
        }
        if checksum::british(nine.as_bytes()) {
            return Some(scan.note(Sensitive::NationalId, (start, nine.end), Certainty::Sure));
        }
    }
    let twelve = Compact::new(scan, start, 12)?;
    let fits =
        scan.stands_alone(start, twelve.end) && checksum::german_insurance(twelve.as_bytes());
    fits.then(|| {
        scan.note(
            Sensitive::NationalId,
            (start, twelve.end),
            Certainty::Likely,
        )
    })
}

/// A postcode of Britain: `SW1A 1AA`.
fn postcode(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let outward = scan.span(start, end);
    let inward = scan.text.get(end..end + 4)?;
    let letters = outward
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let ends_well = matches!(inward, [b' ', digit, first, second] if digit.is_ascii_digit() && first.is_ascii_uppercase() && second.is_ascii_uppercase());
    let fits = (2..=4).contains(&outward.len())
        && (1..=2).contains(&letters)
        && outward.get(letters).is_some_and(u8::is_ascii_digit)
        && ends_well
        && scan.stands_alone(start, end + 4);
    fits.then(|| scan.note(Sensitive::Postcode, (start, end + 4), Certainty::Likely))
}

#[cfg(test)]
mod tests {
    use super::IBANS;

    #[test]
    fn countries_are_sorted_to_be_found() {
        assert!(IBANS.is_sorted());
    }
}
