//! `city`: another town.

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

pub(super) static ABOUT: Transformer = Transformer {
    name: "city",
    meaning: "the name of a town from a fixed list, none that is in the value",
    example: ("London", "Central Falls"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, at most 18 characters: letters, spaces, hyphens",
    options: &[LOCALE, DOMAIN],
    domain: Some("city"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    let locale = Locale::taken(options)?;
    Ok(Arc::new(Keyed {
        domain: options.domain("city")?,
        shape: City {
            locale,
            cities: Cow::Borrowed(locale.cities()),
        },
    }))
}

#[derive(Debug, Clone)]
struct City {
    locale: Locale,
    cities: Cow<'static, WordList>,
}

impl Shape for City {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("locale {}", self.locale.word())
    }

    fn length(&self) -> Length {
        Length::AtMost(self.locale.cities().longest())
    }

    fn fits_into(&self, room: usize) -> bool {
        self.locale.cities().within(room).is_some()
    }

    fn for_column(&self, column: &Column) -> Self {
        let room = declared_length(&column.data_type).unwrap_or(usize::MAX);
        let fitting = self.locale.cities().within(room);
        Self {
            locale: self.locale,
            cities: fitting.unwrap_or_else(|| self.cities.clone()),
        }
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let refused = |word: &str| has_word(Field::Text(value), word);
        self.cities.pick(draws.number(), refused).to_owned()
    }
}
