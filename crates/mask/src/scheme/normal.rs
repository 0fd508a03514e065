//! The normal form of a value: what is hashed, so that variants of one value map alike.

use std::io::Write as _;
use weir_engine::Field;

/// Values up to this length are normalised on the stack.
const SHORT: usize = 192;

/// The longest whole number.
const LONGEST_NUMBER: usize = 20;

/// Gives `then` the bytes of a value without the white space around it, capitals made small;
/// `None` for NULL. Text and bytes count alike; so do a number and its decimal text, as a key may
/// be a number in one table and text in another.
///
/// The folding is our own and fixed (ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic): the
/// standard library's follows Unicode, and an update would change pseudonyms already stored.
pub(super) fn with<R>(field: Field<'_>, then: impl FnOnce(&[u8]) -> R) -> Option<R> {
    Some(match field {
        Field::Null => return None,
        Field::Text(bytes) | Field::Blob(bytes) => with_bytes(bytes, then),
        Field::Integer(number) => {
            let mut digits = [0; LONGEST_NUMBER];
            let mut rest = digits.as_mut_slice();
            // There is room for every number.
            let _ = write!(rest, "{number}");
            let length = LONGEST_NUMBER - rest.len();
            with_bytes(digits.get(..length).unwrap_or_default(), then)
        }
        Field::Real(number) => {
            with_bytes(format!("real:{:016x}", number.to_bits()).as_bytes(), then)
        }
    })
}

fn with_bytes<R>(bytes: &[u8], then: impl FnOnce(&[u8]) -> R) -> R {
    let bytes = bytes.trim_ascii();
    let stays = |stay, byte: &u8| stay & byte.is_ascii() & !byte.is_ascii_uppercase();
    if bytes.iter().fold(true, stays) {
        return then(bytes);
    }
    let mut short = [0; SHORT];
    if let Some(room) = short.get_mut(..bytes.len()) {
        room.copy_from_slice(bytes);
        fold(room);
        return then(room);
    }
    let mut long = bytes.to_vec();
    fold(&mut long);
    then(&long)
}

/// Makes capitals small in place. Every pair has equal length in UTF-8, so bytes that are no
/// UTF-8 are left as they are.
fn fold(bytes: &mut [u8]) {
    if bytes.is_ascii() {
        bytes.make_ascii_lowercase();
        return;
    }
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return,
            [lead @ 0xC3..=0xD0, tail @ 0x80..=0xBF, after @ ..] => {
                let letter = (u16::from(*lead & 0x1F) << 6) | u16::from(*tail & 0x3F);
                let [high, low] = (small(letter) << 2).to_be_bytes();
                *lead = 0xC0 | high;
                *tail = 0x80 | (low >> 2);
                after
            }
            [byte, after @ ..] => {
                byte.make_ascii_lowercase();
                after
            }
        };
    }
}

/// The small letter of a capital between U+00C0 and U+042F; everything else as it is.
const fn small(letter: u16) -> u16 {
    match letter {
        0xD7 | 0x130 | 0x3A2 => letter,
        0xC0..=0xDE | 0x391..=0x3A9 | 0x410..=0x42F => letter + 0x20,
        0x400..=0x40F => letter + 0x50,
        0x178 => 0xFF,
        0x100..=0x136 | 0x14A..=0x176 if letter.is_multiple_of(2) => letter + 1,
        0x139..=0x147 | 0x179..=0x17D if !letter.is_multiple_of(2) => letter + 1,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        let bytes = with(Field::Text(text.as_bytes()), <[u8]>::to_vec);
        String::from_utf8(bytes.unwrap()).unwrap()
    }

    #[test]
    fn folding_agrees_with_unicode_where_it_folds() {
        for code in 0..0x430_u32 {
            let letter = char::from_u32(code).unwrap();
            let folded = normal(&format!("x{letter}x"));
            let mut lower = letter.to_lowercase();
            let expected = lower.next().unwrap();
            let same_length = lower.next().is_none() && expected.len_utf8() == letter.len_utf8();
            let pinned = code < 0x180 || (0x391..0x3AA).contains(&code) || code >= 0x400;
            let expected = if pinned && same_length {
                expected
            } else {
                letter
            };
            assert_eq!(folded, format!("x{expected}x"), "U+{code:04X}");
        }
    }

    #[test]
    fn white_space_around_and_length_do_not_matter() {
        let long = "É".repeat(300);
        assert_eq!(normal(&format!(" \t{long}\n")), "é".repeat(300));
        assert_eq!(normal("  Ada@Example.ORG "), "ada@example.org");
        assert_eq!(normal("日本ДОМ"), "日本дом");
    }

    #[test]
    fn a_number_counts_as_its_digits() {
        for number in [i64::MIN, -1, 0, 4711, i64::MAX] {
            let found = with(Field::Integer(number), <[u8]>::to_vec).unwrap();
            assert_eq!(found, number.to_string().as_bytes());
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay_apart() {
        let normal = |bytes: &[u8]| with(Field::Blob(bytes), <[u8]>::to_vec).unwrap();
        assert_eq!(normal(&[0xFF, 0xC3, b'A']), [0xFF, 0xC3, b'a']);
        assert_eq!(normal(b""), b"");
    }
}
