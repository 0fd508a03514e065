//! `token`: a secret of the same shape that opens nothing.

use super::keyed::{Counted, Keyed, Shape, ascii, characters};
use super::{
    DOMAIN, Determinism, Length, OptionAbout, OptionProblem, OptionValues, Options, Transformer,
    Uniqueness,
};
use crate::scheme::Draws;
use std::sync::Arc;

const LOWER: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
const LOWER_HEX: &[u8; 16] = b"0123456789abcdef";
const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";
const LETTERS_AND_DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// What says of what kind a token is, and is no secret.
const PREFIXES: [&str; 22] = [
    "github_pat_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "glpat-",
    "sk_live_",
    "sk_test_",
    "pk_live_",
    "pk_test_",
    "rk_live_",
    "whsec_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "AKIA",
    "ASIA",
    "npm_",
    "pypi-",
    "SG.",
    "eyJ",
];

pub(super) static ABOUT: Transformer = Transformer {
    name: "token",
    meaning: "a secret of the same shape: digits for digits, letters for letters; a known prefix such as `ghp_` stays",
    example: (
        "sk_live_4eC39HqLyjWDarjtT1zd",
        "sk_live_7gC41CzLebKXpkqtY8jt",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of the value's length, or of `length`; with `length` values are kept unique",
    options: &[
        OptionAbout {
            name: "length",
            meaning: "the length of every output, small letters and digits whatever the value's shape",
            values: OptionValues::Integer(16, 512),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("token"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn super::Mask>, OptionProblem> {
    let length = options.integer("length", 16, 512)?;
    Ok(Arc::new(Keyed {
        domain: options.domain("token")?,
        shape: Token {
            length: length.and_then(|length| usize::try_from(length).ok()),
        },
    }))
}

#[derive(Debug, Clone)]
struct Token {
    length: Option<usize>,
}

impl Shape for Token {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        match self.length {
            Some(length) => format!("length {length}"),
            None => String::new(),
        }
    }

    fn length(&self) -> Length {
        self.length.map_or(Length::AsTheValue, Length::AtMost)
    }

    fn uniqueness(&self) -> Uniqueness {
        match self.length {
            // 16 of 36 characters are 82 bits.
            Some(_) => Uniqueness::KeptUnique,
            None => Uniqueness::MayCollide,
        }
    }

    /// Secrets that differ in capitals are different secrets.
    fn counts(&self, value: &[u8]) -> Option<Counted> {
        if !value.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        let mut counts = Counted::new();
        for byte in value {
            // What is folded afterwards must stay apart.
            if byte.is_ascii_uppercase() {
                counts.push(b'^');
            }
            counts.push(*byte);
        }
        Some(counts)
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        if let Some(length) = self.length {
            let letters = (0..length).map(|_| draws.one_of(LETTERS_AND_DIGITS));
            return ascii(letters.collect());
        }
        let text = characters(value);
        let first = text.as_bytes().first();
        let prefix = PREFIXES.iter().find(|prefix| {
            prefix.as_bytes().first() == first
                && text.starts_with(**prefix)
                && text.len() > prefix.len()
        });
        let (prefix, rest) = text.split_at(prefix.map_or(0, |prefix| prefix.len()));
        let mut written = Vec::with_capacity(text.len());
        written.extend_from_slice(prefix.as_bytes());
        let letters = rest.chars();
        match hexadecimal(rest) {
            Some(digits) => written.extend(letters.map(|letter| match letter {
                '-' => b'-',
                _ => draws.one_of(digits),
            })),
            None if rest.is_ascii() => {
                written.extend(rest.bytes().map(|sign| draws.like(sign)));
            }
            None => written.extend(letters.map(|letter| match u8::try_from(letter) {
                Ok(sign) if sign.is_ascii() => draws.like(sign),
                _ => draws.one_of(LOWER),
            })),
        }
        ascii(written)
    }
}

/// The digits of a text that is nothing but one long number in hexadecimal.
fn hexadecimal(text: &str) -> Option<&'static [u8; 16]> {
    let is_hex = |letter: char| letter.is_ascii_hexdigit() || letter == '-';
    let has = |wanted: fn(&u8) -> bool| text.bytes().any(|byte| wanted(&byte));
    if text.len() < 8 || !text.chars().all(is_hex) || !has(u8::is_ascii_alphabetic) {
        return None;
    }
    match (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase)) {
        (true, false) => Some(LOWER_HEX),
        (false, true) => Some(UPPER_HEX),
        _ => None,
    }
}
