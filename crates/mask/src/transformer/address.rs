//! `address`: a street and a house number.

use super::keyed::{Keyed, Shape};
use super::locale::{LOCALE, Locale};
use super::{DOMAIN, Determinism, Length, Mask, OptionProblem, Options, Transformer, Uniqueness};
use crate::bind::declared_length;
use crate::scheme::words::WordList;
use crate::scheme::{Draws, has_word};
use std::borrow::Cow;
use std::sync::Arc;
use weir_engine::Field;
use weir_model::catalog::Column;

/// Kinds of streets in English, behind the name.
const ENGLISH: [&str; 8] = [
    "Street", "Road", "Lane", "Avenue", "Drive", "Way", "Court", "Close",
];
/// Kinds of streets in French, before the name.
const FRENCH: [&str; 4] = ["rue", "avenue", "chemin", "place"];
/// Kinds of streets in Spanish, before the name.
const SPANISH: [&str; 4] = ["Calle", "Avenida", "Plaza", "Paseo"];

/// House numbers go up to this.
const NUMBERS: u8 = 199;

pub(super) static ABOUT: Transformer = Transformer {
    name: "address",
    meaning: "a street of a fixed list and a house number, as they are written in the language, in one line",
    example: ("12 Downing Street\nLondon", "69 Ventura Street"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, at most 29 characters: letters, digits, spaces, hyphens, a comma in French and Spanish",
    options: &[LOCALE, DOMAIN],
    domain: Some("address"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    let locale = Locale::taken(options)?;
    Ok(Arc::new(Keyed {
        domain: options.domain("address")?,
        shape: Address {
            locale,
            streets: Cow::Borrowed(locale.streets()),
        },
    }))
}

#[derive(Debug, Clone)]
struct Address {
    locale: Locale,
    streets: Cow<'static, WordList>,
}

impl Shape for Address {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("locale {}", self.locale.word())
    }

    fn length(&self) -> Length {
        Length::AtMost(self.locale.streets().longest() + self.around())
    }

    fn fits_into(&self, room: usize) -> bool {
        self.streets_within(room).is_some()
    }

    fn for_column(&self, column: &Column) -> Self {
        let room = declared_length(&column.data_type).unwrap_or(usize::MAX);
        Self {
            locale: self.locale,
            streets: self
                .streets_within(room)
                .unwrap_or_else(|| self.streets.clone()),
        }
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let refused = |word: &str| has_word(Field::Text(value), word);
        let street = self.streets.pick(draws.number(), refused);
        let number = 1 + draws.small(NUMBERS);
        match self.locale {
            Locale::English => format!("{number} {street} {}", one(&ENGLISH, draws)),
            Locale::German => format!("{street} {number}"),
            Locale::French => format!("{number}, {} {street}", one(&FRENCH, draws)),
            Locale::Spanish => format!("{} {street}, {number}", one(&SPANISH, draws)),
        }
    }
}

impl Address {
    /// Characters around the name of the street at most.
    const fn around(&self) -> usize {
        match self.locale {
            Locale::English => "199  Street".len(),
            Locale::German => " 199".len(),
            Locale::French => "199, chemin ".len(),
            Locale::Spanish => "Avenida , 199".len(),
        }
    }

    fn streets_within(&self, room: usize) -> Option<Cow<'static, WordList>> {
        let room = room.checked_sub(self.around())?;
        self.locale.streets().within(room)
    }
}

fn one(words: &[&'static str], draws: &mut Draws<'_>) -> &'static str {
    let count = u8::try_from(words.len()).unwrap_or(u8::MAX);
    let index = usize::from(draws.small(count));
    words.get(index).copied().unwrap_or_default()
}
