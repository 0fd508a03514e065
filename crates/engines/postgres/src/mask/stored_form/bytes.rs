//! Bytes, which servers write in hexadecimal digits.

use super::{Unfit, unfit};

const PREFIX: &str = "\\x";
const DIGITS: [u8; 16] = *b"0123456789abcdef";

/// The bytes that a value is, written in digits or, by a server that is told so, as text with
/// escapes.
pub(in crate::mask) fn read(value: &[u8]) -> Option<Vec<u8>> {
    if let Some(digits) = value.strip_prefix(PREFIX.as_bytes()) {
        return unhex(digits);
    }
    let mut bytes = Vec::with_capacity(value.len());
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
        bytes.push(byte);
        rest = behind;
    }
    Some(bytes)
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
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
        Some(digits) => unhex(digits.as_bytes()),
        None => (!text.contains('\\')).then(|| text.as_bytes().to_vec()),
    };
    bytes
        .map(|bytes| write(&bytes))
        .ok_or_else(|| unfit("the rule makes text that is not hexadecimal digits behind \\x"))
}
