//! The normal form of a value: what is hashed, so that variants of one value map alike.

use weir_engine::Field;

/// Values up to this length are normalised on the stack.
const SHORT: usize = 192;

/// The bytes of a value without the white space around it, capitals made small.
///
/// The folding is our own and fixed (ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic): the
/// standard library's follows Unicode, and an update would change pseudonyms already stored.
pub(super) enum Normal {
    Short([u8; SHORT], usize),
    Long(Vec<u8>),
}

impl Normal {
    /// The normal form of a value; `None` for NULL. Text and bytes count alike; so do a number
    /// and its decimal text, as a key may be a number in one table and text in another.
    pub(super) fn of(field: Field<'_>) -> Option<Self> {
        match field {
            Field::Null => None,
            Field::Text(bytes) | Field::Blob(bytes) => Some(Self::of_bytes(bytes)),
            Field::Integer(number) => Some(Self::of_bytes(number.to_string().as_bytes())),
            Field::Real(number) => Some(Self::of_bytes(
                format!("real:{:016x}", number.to_bits()).as_bytes(),
            )),
        }
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let bytes = bytes.trim_ascii();
        let mut short = [0; SHORT];
        if let Some(room) = short.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            fold(room);
            return Self::Short(short, bytes.len());
        }
        let mut long = bytes.to_vec();
        fold(&mut long);
        Self::Long(long)
    }

    /// The bytes to hash.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Short(bytes, length) => bytes.get(..*length).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
    }
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
        String::from_utf8(
            Normal::of(Field::Text(text.as_bytes()))
                .unwrap()
                .bytes()
                .to_vec(),
        )
        .unwrap()
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
    fn bytes_that_are_no_text_stay_apart() {
        let normal = |bytes: &[u8]| Normal::of(Field::Blob(bytes)).unwrap().bytes().to_vec();
        assert_eq!(normal(&[0xFF, 0xC3, b'A']), [0xFF, 0xC3, b'a']);
        assert_eq!(normal(b""), b"");
    }
}
