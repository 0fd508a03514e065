//! Words and numbers of a given length.

use crate::scheme::Draws;
use crate::transformer::locale::LOREM;
use std::sync::LazyLock;

/// The longest word of the list; longer ones are put together from syllables.
const LONGEST: usize = 12;

/// The words of the list, by length.
static BY_LENGTH: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let of_length = |length: usize| {
        let words = LOREM.words().filter(|word| word.len() == length);
        words.collect()
    };
    (0..=LONGEST).map(of_length).collect()
});

/// The words of the list that stand in a value: they are not put into its place.
#[derive(Debug, Default)]
pub(super) struct Taken(Vec<&'static str>);

impl Taken {
    pub(super) fn of(text: &str) -> Self {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        let mut taken = Vec::new();
        for word in words {
            let known = BY_LENGTH.get(word.len()).into_iter().flatten();
            let mut known = known.copied();
            if let Some(word) = known.find(|known| known.eq_ignore_ascii_case(word))
                && !taken.contains(&word)
            {
                taken.push(word);
            }
        }
        Self(taken)
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }
}

/// Appends a word in the place of another: as long, with its capitals.
pub(super) fn put_word(word: &str, taken: &Taken, draws: &mut Draws<'_>, text: &mut String) {
    let length = word.chars().count();
    let mut letters = word.chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    let is_loud = is_capital && length > 1 && letters.all(char::is_uppercase);
    let start = text.len();
    match listed(length, taken, draws) {
        Some(other) => text.push_str(other),
        None => put_syllables(word, length, draws, text),
    }
    let end = if is_loud { text.len() } else { start + 1 };
    if is_capital && let Some(written) = text.get_mut(start..end) {
        written.make_ascii_uppercase();
    }
}

/// A word of the list with so many letters; `None` where there is none that may be put in.
fn listed(length: usize, taken: &Taken, draws: &mut Draws<'_>) -> Option<&'static str> {
    let words = BY_LENGTH.get(length)?;
    let count = u8::try_from(words.len()).unwrap_or(u8::MAX);
    let word = words.get(usize::from(draws.small(count))).copied()?;
    (!taken.has(word)).then_some(word)
}

/// Appends letters that can be spoken, the first of them not the word's.
fn put_syllables(word: &str, length: usize, draws: &mut Draws<'_>, text: &mut String) {
    let first = word
        .chars()
        .next()
        .map(|letter| letter.to_ascii_lowercase());
    for at in 0..length {
        let mut letter = char::from(match at % 2 {
            0 => draws.one_of(b"bdlmnrstv"),
            _ => draws.one_of(b"aeiou"),
        });
        if at == 0 && Some(letter) == first {
            letter = 'p';
        }
        text.push(letter);
    }
}

/// Appends a number of as many digits, another one.
pub(super) fn put_number(number: &str, draws: &mut Draws<'_>, text: &mut String) {
    let mut differs = false;
    let last = number.len().saturating_sub(1);
    for (at, digit) in number.bytes().enumerate() {
        let mut other = draws.digit();
        if at == last && !differs && other == digit {
            other = b'0' + (digit - b'0' + 1 + draws.small(9)) % 10;
        }
        differs |= other != digit;
        text.push(char::from(other));
    }
}
