//! `name`: the name of nobody in particular.

use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options, Place,
    RowView, Transformer, Uniqueness, ValueMask,
};
use crate::key::DomainKey;
use crate::scheme::words::{FAMILY_LONGEST, GIVEN_LONGEST, family, given};
use crate::scheme::{Pseudonym, has_word};
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
        OptionAbout {
            name: "locale",
            meaning: "which word lists to choose from; `en` unless given",
            values: OptionValues::Choice(&["en"]),
            required: false,
        },
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
    options.choice("locale", &[("en", ())])?;
    Ok(Arc::new(Name {
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
        format!("name, domain {}, part {part}", self.domain)
    }

    fn length(&self) -> Length {
        Length::AtMost(match self.part {
            NamePart::Full => GIVEN_LONGEST + 1 + FAMILY_LONGEST,
            NamePart::Given => GIVEN_LONGEST,
            NamePart::Family => FAMILY_LONGEST,
        })
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(NameMask {
            key: place.key.domain(&self.domain),
            part: self.part,
        }))
    }
}

struct NameMask {
    key: DomainKey,
    part: NamePart,
}

impl ValueMask for NameMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(pseudonym) = Pseudonym::of(&self.key, field) else {
            return Ok(Replacement::Null);
        };
        // No word of the value comes back: a person who keeps one name is soon found.
        let refused = |word: &str| has_word(field, word);
        let mut text = String::with_capacity(GIVEN_LONGEST + 1 + FAMILY_LONGEST);
        if self.part != NamePart::Family {
            text.push_str(given(pseudonym.first(), refused));
        }
        if self.part == NamePart::Full {
            text.push(' ');
        }
        if self.part != NamePart::Given {
            text.push_str(family(pseudonym.second(), refused));
        }
        Ok(Replacement::Text(text))
    }
}
