//! `name`: the name of nobody in particular.

use super::locale::{LOCALE, Locale};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options, Place,
    RowView, Transformer, Uniqueness, ValueMask,
};
use crate::key::DomainKey;
use crate::scheme::words::WordList;
use crate::scheme::{Pseudonym, has_word};
use std::borrow::Cow;
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

pub(super) static ABOUT: Transformer = Transformer {
    name: "name",
    meaning: "a given name, a family name, or both, from a fixed list, none of them in the value",
    example: ("Ada Lovelace", "Said Lyon"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, at most 10 (given), 12 (family) or 23 (full) characters: letters, one space",
    options: &[
        OptionAbout {
            name: "part",
            meaning: "which part of a name the column holds; `full` unless given",
            values: OptionValues::Choice(&["full", "given", "family"]),
            required: false,
        },
        LOCALE,
        DOMAIN,
    ],
    domain: Some("name"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let parts = [
        ("full", NamePart::Full),
        ("given", NamePart::Given),
        ("family", NamePart::Family),
    ];
    Ok(Arc::new(Name {
        locale: Locale::taken(options)?,
        domain: options.domain("name")?,
        part: options.choice("part", &parts)?.unwrap_or_default(),
    }))
}

/// Which part of a name a column holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum NamePart {
    #[default]
    Full,
    Given,
    Family,
}

#[derive(Debug)]
struct Name {
    domain: String,
    locale: Locale,
    part: NamePart,
}

impl Mask for Name {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        let part = match self.part {
            NamePart::Full => "full",
            NamePart::Given => "given",
            NamePart::Family => "family",
        };
        // What was written before there were languages to choose from means the same.
        let locale = match self.locale {
            Locale::English => String::new(),
            other => format!(", locale {}", other.word()),
        };
        format!("name, domain {}, part {part}{locale}", self.domain)
    }

    fn length(&self) -> Length {
        let (given, family) = (self.locale.given(), self.locale.family());
        Length::AtMost(match self.part {
            NamePart::Full => given.longest() + 1 + family.longest(),
            NamePart::Given => given.longest(),
            NamePart::Family => family.longest(),
        })
    }

    fn fits_into(&self, room: usize) -> bool {
        self.lists(Some(room)).is_some()
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        let lists = self.lists(place.room());
        let (given, family) = lists.unwrap_or((
            Cow::Borrowed(self.locale.given()),
            Cow::Borrowed(self.locale.family()),
        ));
        Ok(Arc::new(NameMask {
            key: place.key.domain(&self.domain),
            part: self.part,
            longest: given.longest() + 1 + family.longest(),
            given,
            family,
        }))
    }
}

type List = Cow<'static, WordList>;

impl Name {
    /// The names to choose from in a column of so many characters; `None` where they are too few.
    fn lists(&self, room: Option<usize>) -> Option<(List, List)> {
        let (given, family) = (self.locale.given(), self.locale.family());
        let room = room.unwrap_or(usize::MAX);
        let halves = match self.part {
            NamePart::Full if room < given.longest() + 1 + family.longest() => {
                let half = room.saturating_sub(1) / 2;
                (half, room.saturating_sub(1 + half))
            }
            NamePart::Full => (room, room),
            NamePart::Given => (room, usize::MAX),
            NamePart::Family => (usize::MAX, room),
        };
        Some((given.within(halves.0)?, family.within(halves.1)?))
    }
}

struct NameMask {
    key: DomainKey,
    part: NamePart,
    given: List,
    family: List,
    /// Bytes to set aside for an output.
    longest: usize,
}

impl ValueMask for NameMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(pseudonym) = Pseudonym::of(&self.key, field) else {
            return Ok(Replacement::Null);
        };
        // No word of the value comes back: a person who keeps one name is soon found.
        let refused = |word: &str| has_word(field, word);
        let mut text = String::with_capacity(self.longest);
        if self.part != NamePart::Family {
            text.push_str(self.given.pick(pseudonym.first(), refused));
        }
        if self.part == NamePart::Full {
            text.push(' ');
        }
        if self.part != NamePart::Given {
            text.push_str(self.family.pick(pseudonym.second(), refused));
        }
        Ok(Replacement::Text(text))
    }
}
