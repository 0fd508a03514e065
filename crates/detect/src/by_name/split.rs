//! Names of tables and columns as words.

use super::lexicon::LEXICON;
use std::ops::Range;

/// A name split at `_`, at capitals and at digits, in lower case without accents.
pub(super) struct Name {
    words: Vec<String>,
}

impl Name {
    /// Splits a name: `cEmail_2`, `emailAddress` and `E-Mail` alike.
    pub(super) fn new(name: &str) -> Self {
        let mut words = vec![String::new()];
        let mut before = ' ';
        let mut letters = name.chars().peekable();
        while let Some(letter) = letters.next() {
            let next_is_lower = letters.peek().is_some_and(|next| next.is_lowercase());
            let camel = letter.is_uppercase()
                && (before.is_lowercase() || (before.is_uppercase() && next_is_lower));
            let digit =
                letter.is_ascii_digit() != before.is_ascii_digit() && before.is_alphanumeric();
            if !letter.is_alphanumeric() || camel || digit {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut()
                && letter.is_alphanumeric()
            {
                word.push_str(&plain(letter));
            }
            before = letter;
        }
        words.retain(|word| !word.is_empty());
        let parts = words.into_iter().flat_map(|word| parts(&word));
        Self {
            words: parts.collect(),
        }
    }

    /// Which words a phrase without spaces is, where it is made of whole words that follow each other.
    pub(super) fn says(&self, phrase: &str) -> Option<Range<usize>> {
        (0..self.words.len()).find_map(|from| {
            let mut rest = phrase;
            for (place, word) in self.words.iter().enumerate().skip(from) {
                rest = rest.strip_prefix(word.as_str())?;
                if rest.is_empty() {
                    return Some(from..place + 1);
                }
            }
            None
        })
    }

    /// Whether one of the words is this one.
    pub(super) fn has(&self, word: &str) -> bool {
        self.has_at(word, |_| true)
    }

    /// Whether one of the words at places that count is this one.
    pub(super) fn has_at(&self, word: &str, counts: impl Fn(usize) -> bool) -> bool {
        let mut words = self.words.iter().enumerate();
        words.any(|(place, own)| own == word && counts(place))
    }

    /// Whether the whole name is this word, in singular or plural.
    pub(super) fn is(&self, word: &str) -> bool {
        self.words.len() == 1 && self.has(word)
    }

    /// Whether one of the words begins with this one, as plurals and compounds do.
    pub(super) fn has_stem(&self, stem: &str) -> bool {
        let fits = |own: &String| {
            own == stem
                || (stem.len() >= 4
                    && (own.starts_with(stem)
                        || (own.len() <= stem.len() + 2 && own.ends_with(stem))))
        };
        self.words.iter().any(fits)
    }
}

/// A word as two where it is unknown and made of two that are known: `kundenemail`.
fn parts(word: &str) -> Vec<String> {
    let known = |part: &str| part.len() >= 3 && LEXICON.known.contains(part);
    if !LEXICON.known.contains(word) {
        for (place, _) in word.char_indices().skip(3) {
            let (first, second) = word.split_at(place);
            if known(first) && known(second) {
                return vec![first.to_owned(), second.to_owned()];
            }
        }
    }
    vec![word.to_owned()]
}

/// A letter in lower case without its accent.
fn plain(letter: char) -> String {
    let folded = match letter.to_lowercase().next().unwrap_or(letter) {
        'à' | 'á' | 'â' | 'ä' | 'ã' => "a",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ò' | 'ó' | 'ô' | 'ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ñ' => "n",
        'ç' => "c",
        'ß' => "ss",
        other => return other.to_string(),
    };
    folded.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_of_writing_are_split_alike() {
        for name in [
            "first_name",
            "firstName",
            "FirstName",
            "FIRST_NAME",
            "cFirstName",
            "first-name 2",
        ] {
            assert!(
                Name::new(name).says("firstname").is_some(),
                "{name}: {:?}",
                Name::new(name).words
            );
        }
        assert!(Name::new("Straße").says("strasse").is_some());
        assert!(Name::new("kundenemail").says("email").is_some());
        assert!(Name::new("zipper").says("zip").is_none());
    }
}
