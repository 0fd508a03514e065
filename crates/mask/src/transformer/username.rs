//! `username`: the name of an account that nobody has.

use super::keyed::{Keyed, Shape};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options,
    Transformer, Uniqueness,
};
use crate::bind::declared_length;
use crate::scheme::Draws;
use crate::scheme::words::{GIVEN_LONGEST, given};
use std::sync::Arc;
use weir_model::catalog::Column;

/// What keeps names apart, and the line before it.
const SUFFIX: usize = 17;
/// The shortest name: one letter before the suffix.
const LEAST: usize = 1 + SUFFIX;
/// The longest name.
const LONGEST: usize = GIVEN_LONGEST + SUFFIX;

pub(super) static ABOUT: Transformer = Transformer {
    name: "username",
    meaning: "a given name from a fixed list and 16 characters that keep accounts apart",
    example: ("ada.lovelace", "nina_74e15qv7bs01vtva"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::KeptUnique,
    output: "text, at most 27 characters: small letters, digits, one underscore",
    options: &[
        OptionAbout {
            name: "length",
            meaning: "the longest output; 27 unless given, less where the column is shorter",
            values: OptionValues::Integer(18, 27),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("username"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    let length = options.integer("length", 18, 27)?;
    let longest = length.and_then(|length| usize::try_from(length).ok());
    Ok(Arc::new(Keyed {
        domain: options.domain("username")?,
        shape: Username {
            longest: longest.unwrap_or(LONGEST),
        },
    }))
}

#[derive(Debug, Clone)]
struct Username {
    longest: usize,
}

impl Shape for Username {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("length {}", self.longest)
    }

    fn length(&self) -> Length {
        Length::AtMost(self.longest)
    }

    fn fits_into(&self, room: usize) -> bool {
        room >= LEAST
    }

    fn for_column(&self, column: &Column) -> Self {
        let room = declared_length(&column.data_type).unwrap_or(self.longest);
        Self {
            longest: self.longest.min(room),
        }
    }

    fn write(&self, _value: &[u8], draws: &mut Draws<'_>) -> String {
        let mut text = String::with_capacity(self.longest);
        text.push_str(given(draws.number(), |_| false));
        text.make_ascii_lowercase();
        text.truncate(self.longest.saturating_sub(SUFFIX));
        text.push('_');
        draws.push_suffix(&mut text);
        text
    }
}
