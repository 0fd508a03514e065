//! Which character set the text of a dump is in, and what it says in UTF-8.

use std::borrow::Cow;

/// A character set that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    /// What MySQL calls `latin1`: Windows' code page 1252, whose gaps stand for themselves.
    Latin1,
    /// Anything else, which is understood where it is ASCII.
    Other,
}

/// What the bytes from 0x80 to 0x9f are in `latin1`.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Charset {
    /// The character set of that name.
    pub(super) fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "utf8" | "utf8mb3" | "utf8mb4" => Self::Utf8,
            "latin1" => Self::Latin1,
            _ => Self::Other,
        }
    }

    /// The same text in UTF-8; nothing where it is not in this character set.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            _ if bytes.is_ascii() => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Latin1 => Some(bytes.iter().map(|byte| letter(*byte)).collect()),
            Self::Other => None,
        }
    }
}

fn letter(byte: u8) -> char {
    let windows = byte
        .checked_sub(0x80)
        .and_then(|at| WINDOWS.get(usize::from(at)));
    windows.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_utf_8_or_is_refused() {
        assert_eq!(Charset::Latin1.decode(b"\xe9\x80a").as_deref(), Some("é€a"));
        assert_eq!(Charset::Utf8.decode("é".as_bytes()).as_deref(), Some("é"));
        assert_eq!(Charset::Utf8.decode(b"\xe9"), None);
        assert_eq!(Charset::Other.decode(b"\xe9"), None);
        assert_eq!(
            Charset::named("sjis").decode(b"abc").as_deref(),
            Some("abc")
        );
    }
}
