//! `iban`: an account number of the same country that passes its check.

use super::keyed::{Counted, Keyed, Shape, alphanumeric, ascii};
use super::{DOMAIN, Determinism, Length, Transformer, Uniqueness};
use crate::scheme::Draws;
use std::sync::Arc;

/// What is written where a value is no IBAN: the shape of a German one.
const TEMPLATE: &[u8] = b"DE00000000000000000000";

pub(super) static ABOUT: Transformer = Transformer {
    name: "iban",
    meaning: "another account number of the same country and shape, with valid check digits",
    example: ("DE89 3704 0044 0532 0130 00", "DE91 8343 7572 9153 8745 01"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of the value's length, 22 characters where it is no IBAN",
    options: &[DOMAIN],
    domain: Some("iban"),
    identifying: true,
    make: |options| {
        Ok(Arc::new(Keyed {
            domain: options.domain("iban")?,
            shape: Iban,
        }))
    },
};

#[derive(Debug, Clone)]
struct Iban;

impl Shape for Iban {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn length(&self) -> Length {
        Length::AtMost(42)
    }

    fn counts(&self, value: &[u8]) -> Option<Counted> {
        Some(alphanumeric(value))
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let value = value.trim_ascii();
        let template = if looks_like_one(value) {
            value
        } else {
            TEMPLATE
        };
        let known: Vec<u8> = alphanumeric(template);
        let (country, account) = known.split_at_checked(4).unwrap_or_default();
        let account: Vec<u8> = account
            .iter()
            .map(|byte| match byte {
                b'0'..=b'9' => draws.digit(),
                letter if letter.is_ascii_lowercase() => {
                    draws.one_of(b"abcdefghijklmnopqrstuvwxyz")
                }
                _ => draws.one_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            })
            .collect();
        let country = country.get(..2).unwrap_or_default();
        let check = check_digits(country, &account);
        let mut letters = country.iter().chain(&check).chain(&account).copied();
        let written = template.iter().map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => letters.next().unwrap_or(b'0'),
            other => *other,
        });
        ascii(written.collect())
    }
}

/// Two letters, two digits, and an account of the length that any country has.
fn looks_like_one(value: &[u8]) -> bool {
    let letters: Vec<u8> = alphanumeric(value);
    let starts = letters.iter().take(2).all(u8::is_ascii_alphabetic)
        && letters.iter().skip(2).take(2).all(u8::is_ascii_digit);
    let mut others = value.iter().filter(|byte| !byte.is_ascii_alphanumeric());
    starts
        && (15..=34).contains(&letters.len())
        && value.len() <= 42
        && others.all(|byte| *byte == b' ' || *byte == b'-')
}

/// The check digits by ISO 13616: 98 less the remainder of the number by 97.
fn check_digits(country: &[u8], account: &[u8]) -> [u8; 2] {
    let rest = account
        .iter()
        .chain(country)
        .chain(b"00")
        .fold(0_u32, |rest, byte| match byte.to_ascii_uppercase() {
            digit @ b'0'..=b'9' => (rest * 10 + u32::from(digit - b'0')) % 97,
            letter => (rest * 100 + u32::from(letter.wrapping_sub(b'A')) + 10) % 97,
        });
    let check = 98 - rest;
    [b'0' + (check / 10) as u8, b'0' + (check % 10) as u8]
}

#[cfg(test)]
mod tests {
    use super::check_digits;

    #[test]
    fn check_digits_are_those_of_the_registrys_examples() {
        assert_eq!(&check_digits(b"DE", b"370400440532013000"), b"89");
        assert_eq!(&check_digits(b"GB", b"WEST12345698765432"), b"82");
        assert_eq!(&check_digits(b"FR", b"20041010050500013M02606"), b"14");
    }
}
