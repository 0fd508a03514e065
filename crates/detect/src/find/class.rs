//! What a byte can be, by a table.

/// A letter, a digit, or part of a letter beyond ASCII.
pub(super) const ALNUM: u8 = 1;
/// A byte at which the pass stops.
const STOP: u8 = 2;
/// A byte of the part of an e-mail address before `@`.
const LOCAL: u8 = 4;
/// A byte of a host's name.
const HOST: u8 = 8;
/// A byte of tokens and keys.
const TOKEN: u8 = 16;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation)] // below 256
        let value = classify(byte as u8);
        #[allow(clippy::indexing_slicing)] // below 256, at compile time
        {
            classes[byte] = value;
        }
        byte += 1;
    }
    classes
}

const fn classify(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' | b'A'..=b'Z' => ALNUM | STOP | LOCAL | HOST | TOKEN,
        b'a'..=b'z' => ALNUM | LOCAL | HOST | TOKEN,
        0x80..=0xFF => ALNUM | LOCAL | HOST,
        b'@' | b':' | b'$' => STOP,
        b'=' => STOP | TOKEN,
        b'.' => LOCAL | HOST | TOKEN,
        b'-' => LOCAL | HOST | TOKEN,
        b'_' => LOCAL | TOKEN,
        b'+' => LOCAL | TOKEN,
        b'/' => TOKEN,
        b'%' | b'\'' | b'&' | b'~' => LOCAL,
        _ => 0,
    }
}

/// The classes of a byte.
pub(super) const fn of(byte: u8) -> u8 {
    #[allow(clippy::indexing_slicing)] // a byte is below 256
    CLASSES[byte as usize]
}

/// Whether the pass stops at a byte.
pub(super) const fn stops(byte: u8) -> bool {
    of(byte) & STOP != 0
}

/// A letter, a digit, or part of a letter beyond ASCII.
pub(super) const fn is_alnum(byte: u8) -> bool {
    of(byte) & ALNUM != 0
}

/// A byte of a word: letters, digits and `_`.
pub(super) const fn is_word(byte: u8) -> bool {
    is_alnum(byte) || byte == b'_'
}

/// A byte of the part of an e-mail address before `@`.
pub(super) const fn is_local(byte: u8) -> bool {
    of(byte) & LOCAL != 0
}

/// A byte of a host's name.
pub(super) const fn is_host(byte: u8) -> bool {
    of(byte) & HOST != 0
}

/// A byte of tokens and keys.
pub(super) const fn is_token(byte: u8) -> bool {
    of(byte) & TOKEN != 0
}
