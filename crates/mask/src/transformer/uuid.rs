//! `uuid`: another UUID, written the same way.

use super::keyed::{Counted, Keyed, Shape, alphanumeric, ascii};
use super::{DOMAIN, Determinism, Length, Transformer, Uniqueness};
use crate::scheme::Draws;
use std::sync::Arc;

/// Where the digits of a UUID stand between its hyphens.
const GROUPS: [(usize, usize); 5] = [(0, 8), (9, 13), (14, 18), (19, 23), (24, 36)];

const HEX: &[u8; 16] = b"0123456789abcdef";

pub(super) static ABOUT: Transformer = Transformer {
    name: "uuid",
    meaning: "another UUID, written as the value is: hyphens, braces and capitals stay",
    example: (
        "6f9619ff-8b86-4011-b42d-00c04fc964ff",
        "4a42008a-0d07-49a6-99dd-60cb872d93e3",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::KeptUnique,
    output: "text of the value's length, at least 36 characters where it is no UUID; 16 bytes for 16 bytes",
    options: &[DOMAIN],
    domain: Some("uuid"),
    identifying: true,
    make: |options| {
        Ok(Arc::new(Keyed {
            domain: options.domain("uuid")?,
            shape: Uuid,
        }))
    },
};

#[derive(Debug, Clone)]
struct Uuid;

impl Shape for Uuid {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn length(&self) -> Length {
        Length::AtMost(38)
    }

    /// However it is written, it is the same UUID, also as 16 bytes.
    fn counts(&self, value: &[u8]) -> Option<Counted> {
        let bytes = <[u8; 16]>::try_from(value).ok();
        if let Some(bytes) = bytes.filter(|_| std::str::from_utf8(value).is_err()) {
            return Some(Counted::of(hexadecimal(bytes)));
        }
        if let Some(digits) = usual(value) {
            return Some(Counted::of(digits));
        }
        is_uuid(value).then(|| alphanumeric(value))
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let digits = hexadecimal(version_four(draws));
        let is_upper = value.iter().any(u8::is_ascii_uppercase);
        if (!is_upper && usual(value).is_some()) || !is_uuid(value) {
            return hyphenated(&digits);
        }
        let mut digits = digits.into_iter();
        let mut written = value.trim_ascii().to_vec();
        for byte in written.iter_mut().filter(|byte| byte.is_ascii_hexdigit()) {
            *byte = digits.next().unwrap_or(b'0');
        }
        if is_upper {
            written.make_ascii_uppercase();
        }
        ascii(written)
    }

    fn write_bytes(&self, value: &[u8], draws: &mut Draws<'_>) -> Option<Vec<u8>> {
        let is_binary = value.len() == 16;
        is_binary.then(|| version_four(draws).to_vec())
    }
}

/// The digits of a UUID that is written as most are, with four hyphens and nothing else.
fn usual(value: &[u8]) -> Option<[u8; 32]> {
    let value: &[u8; 36] = value.try_into().ok()?;
    let mut digits = [0; 32];
    for (before, (from, to)) in GROUPS.into_iter().enumerate() {
        let place = digits.get_mut(from - before..to - before)?;
        place.copy_from_slice(value.get(from..to)?);
        if value.get(to).is_some_and(|hyphen| *hyphen != b'-') {
            return None;
        }
    }
    let is_digit = |all, byte: &u8| all & byte.is_ascii_hexdigit();
    digits.iter().fold(true, is_digit).then_some(digits)
}

/// 32 hexadecimal digits with nothing else but hyphens and braces.
fn is_uuid(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let digits = value.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    let others = value.iter().filter(|byte| b"-{}".contains(byte)).count();
    digits == 32 && digits + others == value.len()
}

/// 122 bits of the pseudonym, marked as a random UUID of RFC 9562.
fn version_four(draws: &mut Draws<'_>) -> [u8; 16] {
    let mut bytes = u128::from(draws.number()) << 64;
    bytes |= u128::from(draws.number());
    bytes = (bytes & !(0xF_u128 << 76)) | (0x4 << 76);
    bytes = (bytes & !(0x3_u128 << 62)) | (0x2 << 62);
    bytes.to_be_bytes()
}

fn hexadecimal(bytes: [u8; 16]) -> [u8; 32] {
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or_default();
    let mut digits = [0; 32];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    digits
}

fn hyphenated(digits: &[u8; 32]) -> String {
    let mut text = [b'-'; 36];
    for (before, (from, to)) in GROUPS.into_iter().enumerate() {
        let group = digits.get(from - before..to - before);
        if let (Some(place), Some(group)) = (text.get_mut(from..to), group) {
            place.copy_from_slice(group);
        }
    }
    ascii(text.to_vec())
}
