//! `text`: as many words that say nothing.

pub(super) mod words;

use super::keyed::{Keyed, Shape, characters};
use super::{DOMAIN, Determinism, Length, Mask, OptionProblem, Options, Transformer, Uniqueness};
use crate::scheme::Draws;
use std::sync::Arc;
use words::{Taken, put_number, put_word};

pub(super) static ABOUT: Transformer = Transformer {
    name: "text",
    meaning: "Latin words in the place of words, other digits in the place of digits; length, lines, capitals and punctuation stay",
    example: (
        "Call Ada on 555-1234.\nShe knows.",
        "Nisi Sit in 173-4959.\nVel velit.",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of as many characters as the value",
    options: &[DOMAIN],
    domain: Some("text"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    Ok(Arc::new(Keyed {
        domain: options.domain("text")?,
        shape: Text,
    }))
}

#[derive(Debug, Clone)]
struct Text;

impl Shape for Text {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn length(&self) -> Length {
        Length::AsTheValue
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let text = characters(value);
        let taken = Taken::of(&text);
        let mut written = String::with_capacity(text.len());
        let mut rest = &*text;
        while let Some(first) = rest.chars().next() {
            let kind = Kind::of(first);
            let end = rest.find(|letter| Kind::of(letter) != kind);
            let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
            match kind {
                Kind::Letter => put_word(run, &taken, draws, &mut written),
                Kind::Digit => put_number(run, draws, &mut written),
                Kind::Between => written.push_str(run),
            }
            rest = after;
        }
        written
    }
}

/// What a character is to a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Between,
}

impl Kind {
    const fn of(letter: char) -> Self {
        match letter {
            '0'..='9' => Self::Digit,
            'a'..='z' | 'A'..='Z' => Self::Letter,
            _ if letter.is_ascii() => Self::Between,
            // Punctuation and signs of currencies; whatever else is there may be part of a word.
            '\u{A0}'..='\u{BF}' | '\u{D7}' | '\u{F7}' | '\u{2010}'..='\u{205F}' => Self::Between,
            '\u{20A0}'..='\u{20CF}' => Self::Between,
            _ => Self::Letter,
        }
    }
}
