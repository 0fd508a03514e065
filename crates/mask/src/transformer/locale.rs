//! The word lists of a language.

use super::{OptionAbout, OptionProblem, OptionValues, Options};
use crate::scheme::words::{WordList, family_names, given_names};
use std::sync::LazyLock;

/// The option that names the language.
pub(super) const LOCALE: OptionAbout = OptionAbout {
    name: "locale",
    meaning: "which word lists to choose from; `en` unless given",
    values: OptionValues::Choice(&["en", "de", "fr", "es"]),
    required: false,
};

/// A language with word lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Locale {
    #[default]
    English,
    German,
    French,
    Spanish,
}

/// A list that is read from its file at its first use.
macro_rules! list {
    ($name:ident, $file:literal) => {
        pub(super) static $name: LazyLock<WordList> =
            LazyLock::new(|| WordList::of(include_str!(concat!("../words/", $file, ".txt"))));
    };
}

list!(GIVEN_DE, "given.de");
list!(GIVEN_FR, "given.fr");
list!(GIVEN_ES, "given.es");
list!(FAMILY_DE, "family.de");
list!(FAMILY_FR, "family.fr");
list!(FAMILY_ES, "family.es");
list!(CITY_EN, "city.en");
list!(CITY_DE, "city.de");
list!(CITY_FR, "city.fr");
list!(CITY_ES, "city.es");
list!(STREET_EN, "street.en");
list!(STREET_DE, "street.de");
list!(LOREM, "lorem");
list!(USER_AGENT, "user-agent");

impl Locale {
    /// The language of a rule.
    pub(super) fn taken(options: &mut Options) -> Result<Self, OptionProblem> {
        let known = [
            ("en", Self::English),
            ("de", Self::German),
            ("fr", Self::French),
            ("es", Self::Spanish),
        ];
        Ok(options.choice("locale", &known)?.unwrap_or_default())
    }

    /// Its name in rulesets.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// Given names.
    pub(super) fn given(self) -> &'static WordList {
        match self {
            Self::English => given_names(),
            Self::German => &GIVEN_DE,
            Self::French => &GIVEN_FR,
            Self::Spanish => &GIVEN_ES,
        }
    }

    /// Family names.
    pub(super) fn family(self) -> &'static WordList {
        match self {
            Self::English => family_names(),
            Self::German => &FAMILY_DE,
            Self::French => &FAMILY_FR,
            Self::Spanish => &FAMILY_ES,
        }
    }

    /// Cities and towns.
    pub(super) fn cities(self) -> &'static WordList {
        match self {
            Self::English => &CITY_EN,
            Self::German => &CITY_DE,
            Self::French => &CITY_FR,
            Self::Spanish => &CITY_ES,
        }
    }

    /// Names of streets; where streets are called after people, family names.
    pub(super) fn streets(self) -> &'static WordList {
        match self {
            Self::English => &STREET_EN,
            Self::German => &STREET_DE,
            Self::French | Self::Spanish => self.family(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Stored copies hold choices from these lists.
    #[test]
    fn the_lists_are_sorted_and_pinned() {
        let pinned = [
            ("city.de", "b5edfc6a64a2b15a"),
            ("city.en", "c0c1fa939441b4bf"),
            ("city.es", "9717f86c82b8e14d"),
            ("city.fr", "a58ef28d551f61da"),
            ("family.de", "44d56331650ad11c"),
            ("family.es", "18961c162033bde1"),
            ("family.fr", "f7d6ac9ec49fe3c6"),
            ("given.de", "eef895a73ac6ba67"),
            ("given.es", "9dab9ea2e187ca1a"),
            ("given.fr", "9cee82323d114af7"),
            ("lorem", "11193050573ea28d"),
            ("street.de", "69424b488bad9bac"),
            ("street.en", "289be8aa83670e22"),
            ("user-agent", "6e815f620e73bafd"),
        ];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words");
        let found = pinned.map(|(name, _)| {
            let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
            let words: Vec<&str> = text.lines().collect();
            assert!(
                words.windows(2).all(|pair| pair[0] < pair[1]),
                "{name} is sorted, without doubles"
            );
            let digest = blake3::hash(text.as_bytes()).to_hex();
            (name, digest.get(..16).unwrap_or_default().to_owned())
        });
        let pinned = pinned.map(|(name, digest)| (name, digest.to_owned()));
        assert_eq!(found, pinned, "the lists belong to scheme v1");
    }
}
