//! `name`: the name of nobody in particular.

use crate::key::DomainKey;
use crate::scheme::words::{FAMILY_LONGEST, GIVEN_LONGEST, family, given};
use crate::scheme::{Pseudonym, has_word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use weir_engine::{ColumnMask, Field, Replacement};
use weir_model::error::Result;

/// Which part of a name a column holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NamePart {
    /// Given name and family name.
    #[default]
    Full,
    /// The given name alone.
    Given,
    /// The family name alone.
    Family,
}

impl NamePart {
    /// The longest output, in characters.
    pub(super) const fn longest(self) -> usize {
        match self {
            Self::Full => GIVEN_LONGEST + 1 + FAMILY_LONGEST,
            Self::Given => GIVEN_LONGEST,
            Self::Family => FAMILY_LONGEST,
        }
    }
}

pub(super) struct NameMask {
    key: DomainKey,
    part: NamePart,
}

impl NameMask {
    pub(super) fn new(key: DomainKey, part: NamePart) -> Self {
        Self { key, part }
    }
}

impl ColumnMask for NameMask {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        let Some(pseudonym) = Pseudonym::of(&self.key, field) else {
            return Ok(Replacement::Null);
        };
        // No word of the value comes back: a person who keeps one name is soon found.
        let refused = |word: &str| has_word(field, word);
        let mut text = String::with_capacity(self.part.longest());
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
