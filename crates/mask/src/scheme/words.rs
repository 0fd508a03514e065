//! The word lists of the scheme. Adding or removing one word changes stored pseudonyms: the
//! lists belong to `v1` and stay as they are.

use std::borrow::Cow;
use std::sync::LazyLock;

/// The longest given name, in characters.
pub(crate) const GIVEN_LONGEST: usize = 10;
/// The longest family name, in characters.
pub(crate) const FAMILY_LONGEST: usize = 12;

static GIVEN: LazyLock<WordList> =
    LazyLock::new(|| WordList::of(include_str!("../words/given.en.txt")));
static FAMILY: LazyLock<WordList> =
    LazyLock::new(|| WordList::of(include_str!("../words/family.en.txt")));

/// The given name a number chooses.
pub(crate) fn given(number: u64, refused: impl Fn(&str) -> bool) -> &'static str {
    GIVEN.pick(number, refused)
}

/// The family name a number chooses.
pub(crate) fn family(number: u64, refused: impl Fn(&str) -> bool) -> &'static str {
    FAMILY.pick(number, refused)
}

/// The English given names.
pub(crate) fn given_names() -> &'static WordList {
    &GIVEN
}

/// The English family names.
pub(crate) fn family_names() -> &'static WordList {
    &FAMILY
}

/// Words, one a line of a committed file, in its order.
#[derive(Debug, Clone)]
pub(crate) struct WordList {
    words: Vec<&'static str>,
    longest: usize,
}

impl WordList {
    /// The words of a file's text.
    pub(crate) fn of(text: &'static str) -> Self {
        Self::new(text.lines().collect())
    }

    fn new(words: Vec<&'static str>) -> Self {
        let lengths = words.iter().map(|word| word.chars().count());
        Self {
            longest: lengths.max().unwrap_or_default(),
            words,
        }
    }

    /// The words, in their order.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().copied()
    }

    /// The longest word, in characters.
    pub(crate) const fn longest(&self) -> usize {
        self.longest
    }

    /// The words of so many characters at most; `None` where too few are left to hide among.
    pub(crate) fn within(&'static self, room: usize) -> Option<Cow<'static, Self>> {
        const LEAST: usize = 16;
        if self.longest <= room {
            return Some(Cow::Borrowed(self));
        }
        let words = self.words.iter().copied();
        let short: Vec<&str> = words.filter(|word| word.chars().count() <= room).collect();
        (short.len() >= LEAST).then(|| Cow::Owned(Self::new(short)))
    }

    /// The word a number chooses, or the next one that is not refused. A value that holds every
    /// word of a list gets the first choice: it cannot equal it, being longer.
    pub(crate) fn pick(&self, number: u64, refused: impl Fn(&str) -> bool) -> &'static str {
        let length = u64::try_from(self.words.len()).unwrap_or(u64::MAX).max(1);
        let start = usize::try_from(number % length).unwrap_or_default();
        let (before, from_start) = self
            .words
            .split_at_checked(start)
            .unwrap_or((&[], &self.words));
        let mut words = from_start.iter().chain(before).copied();
        words
            .find(|word| !refused(word))
            .or_else(|| from_start.first().copied())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &WordList, longest: usize, digest: &str) {
        let list = &list.words;
        assert!(
            list.windows(2).all(|pair| pair[0] < pair[1]),
            "sorted, no duplicates"
        );
        assert!(
            list.iter()
                .all(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()))
        );
        assert_eq!(list.iter().map(|word| word.len()).max(), Some(longest));
        let found = blake3::hash(list.join("\n").as_bytes()).to_hex();
        assert_eq!(
            found.get(..16),
            Some(digest),
            "the list belongs to scheme v1"
        );
    }

    #[test]
    fn the_lists_are_sorted_and_pinned() {
        check(&GIVEN, GIVEN_LONGEST, "4bc2a9edd078368d");
        check(&FAMILY, FAMILY_LONGEST, "93e0770fbbcfc78d");
    }

    #[test]
    fn a_refused_word_gives_the_next_and_the_choice_wraps_around() {
        let list = WordList::of("a\nb\n");
        assert_eq!(list.pick(3, |word| word == "b"), "a");
        assert_eq!(list.pick(3, |_| true), "b");
    }
}
