//! `postcode`: another code of the same shape.

use super::keyed::{Counted, Keyed, Shape, alphanumeric, ascii, characters};
use super::locale::{LOCALE, Locale};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options,
    OutputType, Transformer, Uniqueness,
};
use crate::scheme::Draws;
use std::sync::Arc;

const LETTERS: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

pub(super) static ABOUT: Transformer = Transformer {
    name: "postcode",
    meaning: "another code of the same shape: digits for digits, letters for letters, spaces and dashes stay",
    example: ("SW1A 2AA", "RK8C 5CX"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of the value's length, a whole number for a whole number",
    options: &[
        OptionAbout {
            name: "keep",
            meaning: "how many letters and digits at the front stay, for statistics by region; 0 unless given",
            values: OptionValues::Integer(0, 4),
            required: false,
        },
        OptionAbout {
            meaning: "where five digits begin with an existing region of Germany, France or Spain; `en` unless given, which begins with any",
            ..LOCALE
        },
        DOMAIN,
    ],
    domain: Some("postcode"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    let keep = options.integer("keep", 0, 4)?;
    Ok(Arc::new(Keyed {
        domain: options.domain("postcode")?,
        shape: Postcode {
            keep: keep
                .and_then(|keep| usize::try_from(keep).ok())
                .unwrap_or_default(),
            locale: Locale::taken(options)?,
        },
    }))
}

#[derive(Debug, Clone)]
struct Postcode {
    keep: usize,
    locale: Locale,
}

impl Shape for Postcode {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("keep {}, locale {}", self.keep, self.locale.word())
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::AsTheValue
    }

    /// How a code is set does not make it another.
    fn counts(&self, value: &[u8]) -> Option<Counted> {
        let is_plain = value.iter().all(u8::is_ascii_alphanumeric) || !value.is_ascii();
        (!is_plain).then(|| alphanumeric(value))
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let text = characters(value);
        // What is kept must leave something to change.
        let letters = text.chars().filter(|letter| letter.is_alphanumeric());
        let leaves_some = self.keep > 0 && letters.count() > self.keep;
        let keep = if leaves_some { self.keep } else { 0 };
        let region = self.region(&text, draws);
        if keep == 0 && region.is_none() && text.is_ascii() {
            return ascii(text.bytes().map(|sign| draws.like(sign)).collect());
        }
        let mut written = String::with_capacity(text.len());
        let mut at = 0;
        for letter in text.chars() {
            let other = match letter {
                _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => {
                    written.push(letter);
                    continue;
                }
                _ if at < keep => letter,
                _ if letter.is_ascii() => char::from(draws.like(letter as u8)),
                _ => char::from(draws.one_of(LETTERS)),
            };
            let in_region = region.and_then(|region| region.get(at).copied());
            let other = in_region.filter(|_| at >= keep).map_or(other, char::from);
            written.push(other);
            at += 1;
        }
        written
    }
}

impl Postcode {
    /// The two digits of a region with which a code of five digits begins.
    fn region(&self, text: &str, draws: &mut Draws<'_>) -> Option<[u8; 2]> {
        let regions = match self.locale {
            Locale::German => 99,
            Locale::French => 95,
            Locale::Spanish => 52,
            Locale::English => return None,
        };
        let is_code = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        // With a part of it kept, the other part cannot be chosen freely.
        if !is_code || self.keep == 1 {
            return None;
        }
        let region = 1 + draws.small(regions);
        Some([b'0' + region / 10, b'0' + region % 10])
    }
}
