//! `phone`: another number of the same format.

mod country;

use super::keyed::{Counted, Keyed, Shape, ascii, characters};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionProblem, Options, OutputType, Transformer, Uniqueness,
};
use crate::scheme::Draws;
use std::sync::Arc;

pub(super) static ABOUT: Transformer = Transformer {
    name: "phone",
    meaning: "another number: the prefix of the country, spaces, brackets and dashes stay, every other character becomes a digit",
    example: ("+44 (0)20 7946-0958", "+44 (0)10 0518-3131"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of the value's length, a whole number for a whole number",
    options: &[DOMAIN],
    domain: Some("phone"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    Ok(Arc::new(Keyed {
        domain: options.domain("phone")?,
        shape: Phone,
    }))
}

#[derive(Debug, Clone)]
struct Phone;

impl Shape for Phone {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::AsTheValue
    }

    /// How a number is set does not make it another: `00` before a country means +, and `(0)`
    /// behind one means nothing there.
    fn counts(&self, value: &[u8]) -> Option<Counted> {
        let mut counts = Counted::new();
        let value = value.trim_ascii();
        let international = value.strip_prefix(b"00");
        if international.is_some() {
            counts.push(b'+');
        }
        let mut rest = international.unwrap_or(value);
        let is_international = international.is_some() || rest.starts_with(b"+");
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            if *first == b'+' || !is_format(*first) {
                counts.push(*first);
            } else if *first == b'(' && is_international {
                rest = after.strip_prefix(b"0)").unwrap_or(after);
            }
        }
        Some(counts)
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let text = characters(value);
        let (prefix, national) = text.split_at(country::prefix(&text));
        let mut written = Vec::with_capacity(text.len());
        written.extend_from_slice(prefix.as_bytes());
        // Zeros that are dialled within the country alone stay, and no other comes to the front.
        let mut at_front = national
            .bytes()
            .any(|byte| byte != b'0' && !is_format(byte));
        for letter in national.chars() {
            written.push(match letter {
                '0' if at_front => b'0',
                _ if letter.is_ascii() && is_format(letter as u8) => letter as u8,
                _ if at_front => {
                    at_front = false;
                    b'1' + draws.small(9)
                }
                _ => draws.digit(),
            });
        }
        ascii(written)
    }
}

/// Whether a character belongs to how a number is set.
const fn is_format(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}
