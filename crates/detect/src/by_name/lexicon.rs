//! The words of names, read from `lexicon.txt` on first use.

use crate::kind::Sensitive;
use std::collections::HashSet;
use std::sync::LazyLock;

pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("lexicon.txt")));

/// The words of names by what they say.
#[derive(Default)]
pub(super) struct Lexicon {
    /// Phrases written as one word, and how far they alone tell the kind.
    pub(super) phrases: Vec<Phrase>,
    /// Words that mean a name, of whomever.
    pub(super) names: Vec<&'static str>,
    /// Stems of words that mean people.
    pub(super) people: Vec<&'static str>,
    /// Stems of words that mean companies.
    pub(super) companies: Vec<&'static str>,
    /// Stems of words that mean things which have names.
    pub(super) things: Vec<&'static str>,
    /// Words that say something about a value and are not it.
    pub(super) about: Vec<&'static str>,
    /// Stems of words for numbers of things, whose formats are like those of people's numbers.
    pub(super) numbered: Vec<&'static str>,
    /// All of them.
    pub(super) known: HashSet<&'static str>,
}

/// A phrase that tells a kind.
pub(super) struct Phrase {
    pub(super) what: Sensitive,
    pub(super) score: f32,
    pub(super) text: &'static str,
}

impl Lexicon {
    fn read(text: &'static str) -> Self {
        let mut lexicon = Self::default();
        let mut section = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(title) = line.strip_prefix('[') {
                section = title.trim_end_matches(']');
                continue;
            }
            for word in line.split_whitespace() {
                lexicon.known.insert(word);
                lexicon.add(section, word);
            }
        }
        lexicon
    }

    fn add(&mut self, section: &'static str, word: &'static str) {
        match section {
            "name" => self.names.push(word),
            "people" => self.people.push(word),
            "companies" => self.companies.push(word),
            "things" => self.things.push(word),
            "about" => self.about.push(word),
            "numbered" => self.numbered.push(word),
            _ => self.phrases.extend(phrase(section, word)),
        }
    }
}

/// A phrase of a section called by its kind and its score.
fn phrase(section: &str, text: &'static str) -> Option<Phrase> {
    let (kind, score) = section.split_once(' ')?;
    Some(Phrase {
        what: Sensitive::named(kind)?,
        score: score.parse().ok()?,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_read() {
        let lexicon = &LEXICON;
        let lists = [
            &lexicon.names,
            &lexicon.people,
            &lexicon.companies,
            &lexicon.things,
            &lexicon.about,
            &lexicon.numbered,
        ];
        assert!(lists.iter().all(|list| !list.is_empty()));
        let listed = lexicon.phrases.len() + lists.iter().map(|list| list.len()).sum::<usize>();
        assert!(
            listed >= lexicon.known.len(),
            "a section has a title nobody knows"
        );
        assert!(
            lexicon
                .known
                .iter()
                .all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()))
        );
    }
}
