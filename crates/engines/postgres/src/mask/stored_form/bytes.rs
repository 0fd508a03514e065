//! Bytes, which servers write in hexadecimal digits.

use super::{Unfit, unfit};

const PREFIX: &str = "\\x";
const DIGITS: [u8; 16] = *b"0123456789abcdef";

/// Puts the bytes that a value is behind others; it is written in digits or, by a server that is
/// told so, as text with escapes. `None` for what is neither.
pub(in crate::mask) fn read(value: &[u8], into: &mut Vec<u8>) -> Option<()> {
    if let Some(digits) = value.strip_prefix(PREFIX.as_bytes()) {
        return unhex(digits, into);
    }
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        let (byte, behind) = match (first, behind) {
            (b'\\', [b'\\', behind @ ..]) => (b'\\', behind),
            (
                b'\\',
                [
                    high @ b'0'..=b'3',
                    middle @ b'0'..=b'7',
                    low @ b'0'..=b'7',
                    behind @ ..,
                ],
            ) => {
                let byte = (high - b'0') * 64 + (middle - b'0') * 8 + (low - b'0');
                (byte, behind)
            }
            (b'\\', _) => return None,
            (byte, behind) => (*byte, behind),
        };
        into.push(byte);
        rest = behind;
    }
    Some(())
}

fn unhex(digits: &[u8], into: &mut Vec<u8>) -> Option<()> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    for pair in digits.chunks(2) {
        let [high, low] = *pair else {
            return None;
        };
        into.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
    }
    Some(())
}

/// Bytes in digits.
pub(super) fn write(bytes: &[u8]) -> String {
    let digit = |number: u8| DIGITS.get(usize::from(number)).copied().unwrap_or(b'0');
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(PREFIX.len() + 2 * bytes.len());
    text.push_str(PREFIX);
    text.extend(digits.map(|number| char::from(digit(number))));
    text
}

/// Text for bytes: digits where it begins as such, else the bytes of its letters.
pub(super) fn of_text(text: &str) -> Result<String, Unfit> {
    let bytes = match text.strip_prefix(PREFIX) {
        Some(digits) => {
            let mut bytes = Vec::with_capacity(digits.len() / 2);
            unhex(digits.as_bytes(), &mut bytes).map(|()| write(&bytes))
        }
        None => (!text.contains('\\')).then(|| write(text.as_bytes())),
    };
    bytes.ok_or_else(|| unfit("the rule makes text that is not hexadecimal digits behind \\x"))
}
