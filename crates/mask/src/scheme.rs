//! Scheme `v1` of the pseudonyms. Stored data: once copies exist, a value must go on to become
//! the same pseudonym, so nothing here may change; a different scheme gets a new name.

mod draws;
mod normal;
pub(crate) mod words;

pub(crate) use draws::Draws;

use crate::key::DomainKey;
use weir_engine::Field;

/// The name of the scheme, as it stands in manifests and stamps.
pub const SCHEME: &str = "v1";

/// Crockford's base 32 in lower case: unique whatever the collation, and hardly ever a word.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What a value is hashed to: 32 bytes from which a transformer builds its output.
#[derive(Clone, Copy)]
pub(crate) struct Pseudonym([u8; 32]);

impl Pseudonym {
    /// The pseudonym of a value; `None` for NULL.
    pub(crate) fn of(key: &DomainKey, field: Field<'_>) -> Option<Self> {
        normal::with(field, |bytes| Self(key.hash(bytes)))
    }

    /// Another pseudonym, for when the first would give the value itself.
    pub(crate) fn again(self, key: &DomainKey) -> Self {
        Self(key.hash(&self.0))
    }

    /// Bytes 0 to 7 as a number: chooses the given name.
    pub(crate) fn first(self) -> u64 {
        self.eight_from(0)
    }

    /// Bytes 8 to 15 as a number: chooses the family name.
    pub(crate) fn second(self) -> u64 {
        self.eight_from(8)
    }

    /// Bytes 16 to 21 as a number: chooses between few.
    pub(crate) fn third(self) -> u64 {
        self.eight_from(16) >> 16
    }

    /// Appends 80 bits of the pseudonym, bytes 22 to 31, as 16 characters.
    pub(crate) fn push_suffix(self, text: &mut String) {
        let mut digits = [0_u8; 16];
        let (high, low) = digits.split_at_mut(8);
        write_digits(self.eight_from(22) >> 24, high);
        write_digits(self.eight_from(24), low);
        text.push_str(std::str::from_utf8(&digits).unwrap_or_default());
    }

    /// More choices than a hash has room for.
    pub(crate) fn draws(self, key: &DomainKey) -> Draws<'_> {
        Draws::of(self.0, key)
    }

    fn eight_from(self, at: usize) -> u64 {
        eight_from(&self.0, at).unwrap_or_default()
    }
}

/// Eight bytes as a number, the highest first; `None` where there are fewer.
fn eight_from(bytes: &[u8; 32], at: usize) -> Option<u64> {
    let eight = bytes.get(at..)?.first_chunk();
    eight.copied().map(u64::from_be_bytes)
}

/// Writes a number of five bits a digit, the highest first.
fn write_digits(mut number: u64, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        let value = usize::try_from(number & 31).unwrap_or_default();
        *digit = ALPHABET.get(value).copied().unwrap_or_default();
        number >>= 5;
    }
}

/// Whether `word` is one of the words of a value, so that a transformer does not repeat it.
pub(crate) fn has_word(field: Field<'_>, word: &str) -> bool {
    let (Field::Text(bytes) | Field::Blob(bytes)) = field else {
        return false;
    };
    if word.is_ascii() {
        return has_bytes(bytes, word.as_bytes());
    }
    let word = Field::Text(word.as_bytes());
    let has = normal::with(field, |value| {
        normal::with(word, |word| has_bytes(value, word))
    });
    has.flatten().unwrap_or_default()
}

/// Whether a value has a word, the capitals of ASCII ignored.
fn has_bytes(bytes: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first().map(u8::to_ascii_lowercase) else {
        return false;
    };
    let mut bytes_at = bytes.iter().enumerate();
    may_have(bytes, word)
        && bytes_at.any(|(index, byte)| {
            byte.to_ascii_lowercase() == first && stands_at(bytes, index, word)
        })
}

/// Whether the first two letters of a word are in a value: those of most words are not.
fn may_have(bytes: &[u8], word: &[u8]) -> bool {
    let [first, second, ..] = word else {
        return true;
    };
    let (first, second) = (first | 0x20, second | 0x20);
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    // All of them are looked at, many at once.
    pairs.fold(false, |some, (one, next)| {
        some | ((one | 0x20 == first) & (next | 0x20 == second))
    })
}

/// Whether the word stands at `index`, as a word.
fn stands_at(bytes: &[u8], index: usize, word: &[u8]) -> bool {
    let end = index + word.len();
    let before = index.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_none_or(|before| separates(*before))
        && bytes
            .get(index..end)
            .is_some_and(|part| part.eq_ignore_ascii_case(word))
        && bytes.get(end).is_none_or(|next| separates(*next))
}

/// Whether a byte stands between words. Bytes beyond ASCII are parts of letters.
const fn separates(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::has_word;
    use weir_engine::Field;

    #[test]
    fn words_stand_between_what_is_no_letter() {
        let has = |value: &str| has_word(Field::Text(value.as_bytes()), "Ada");
        assert!(has("ada") && has("Dr ADA, PhD") && has("x.ada@y") && has("adabra-ada"));
        assert!(has_word(Field::Text("Ring 5, KÖLN".as_bytes()), "Köln"));
        assert!(!has_word(Field::Text("Kölner Ring".as_bytes()), "Köln"));
        assert!(!has("Adam") && !has("Adaé") && !has("xada") && !has("ad") && !has(""));
    }
}
