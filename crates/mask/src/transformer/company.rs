//! `company`: a firm that nobody has.

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

/// The longest form of a firm in any language, with the space before it.
const LONGEST_FORM: usize = " S. Coop.".len();

pub(super) static ABOUT: Transformer = Transformer {
    name: "company",
    meaning: "one or two family names from a fixed list, none of them in the value, and a legal form",
    example: ("Lovelace Analytical Engines Ltd", "Maldonado & Regan Group"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, at most 38 characters: letters, spaces, an ampersand, dots",
    options: &[LOCALE, DOMAIN],
    domain: Some("company"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    let locale = Locale::taken(options)?;
    Ok(Arc::new(Keyed {
        domain: options.domain("company")?,
        shape: Company {
            locale,
            names: Cow::Borrowed(locale.family()),
            has_partners: true,
        },
    }))
}

#[derive(Debug, Clone)]
struct Company {
    locale: Locale,
    names: Cow<'static, WordList>,
    /// Whether there is room for a second name.
    has_partners: bool,
}

impl Shape for Company {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("locale {}", self.locale.word())
    }

    fn length(&self) -> Length {
        Length::AtMost(2 * self.locale.family().longest() + " & ".len() + LONGEST_FORM)
    }

    fn fits_into(&self, room: usize) -> bool {
        self.names_within(room).is_some()
    }

    fn for_column(&self, column: &Column) -> Self {
        let room = declared_length(&column.data_type).unwrap_or(usize::MAX);
        let Length::AtMost(longest) = self.length() else {
            return self.clone();
        };
        if longest <= room {
            return self.clone();
        }
        Self {
            locale: self.locale,
            names: self
                .names_within(room)
                .unwrap_or_else(|| self.names.clone()),
            has_partners: false,
        }
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let refused = |word: &str| has_word(Field::Text(value), word);
        let Length::AtMost(longest) = self.length() else {
            return String::new();
        };
        let mut text = String::with_capacity(longest);
        let first = self.names.pick(draws.number(), refused);
        text.push_str(first);
        // Every second firm has partners.
        if draws.small(2) == 0 && self.has_partners {
            text.push_str(" & ");
            let other = |word: &str| word == first || refused(word);
            text.push_str(self.names.pick(draws.number(), other));
        }
        text.push(' ');
        text.push_str(self.form(draws.small(4)));
        text
    }
}

impl Company {
    const fn form(&self, choice: u8) -> &'static str {
        match (self.locale, choice) {
            (Locale::English, 0) => "Ltd",
            (Locale::English, 1) => "Inc.",
            (Locale::English, 2) => "LLC",
            (Locale::English, _) => "Group",
            (Locale::German, 0) => "AG",
            (Locale::German, 1) => "KG",
            (Locale::German, 2) => "Holding",
            (Locale::German, _) => "GmbH",
            (Locale::French, 0) => "SA",
            (Locale::French, 1) => "SARL",
            (Locale::French, 2) => "SNC",
            (Locale::French, _) => "SAS",
            (Locale::Spanish, 0) => "S.A.",
            (Locale::Spanish, 1) => "S.L.",
            (Locale::Spanish, 2) => "S.L.U.",
            (Locale::Spanish, _) => "S. Coop.",
        }
    }

    fn names_within(&self, room: usize) -> Option<Cow<'static, WordList>> {
        let room = room.checked_sub(LONGEST_FORM)?;
        self.locale.family().within(room)
    }
}
