//! The word lists of the scheme. Adding or removing one word changes stored pseudonyms: the
//! lists belong to `v1` and stay as they are.

use std::sync::LazyLock;

/// The longest given name, in characters.
pub(crate) const GIVEN_LONGEST: usize = 10;
/// The longest family name, in characters.
pub(crate) const FAMILY_LONGEST: usize = 12;

static GIVEN: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../words/given.en.txt").lines().collect());
static FAMILY: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../words/family.en.txt").lines().collect());

/// The given name a number chooses.
pub(crate) fn given(number: u64, refused: impl Fn(&str) -> bool) -> &'static str {
    pick(&GIVEN, number, refused)
}

/// The family name a number chooses.
pub(crate) fn family(number: u64, refused: impl Fn(&str) -> bool) -> &'static str {
    pick(&FAMILY, number, refused)
}

/// The word a number chooses, or the next one that is not refused. A value that holds every
/// word of a list gets the first choice: it cannot equal it, being longer.
fn pick(list: &[&'static str], number: u64, refused: impl Fn(&str) -> bool) -> &'static str {
    let length = u64::try_from(list.len()).unwrap_or(u64::MAX).max(1);
    let start = usize::try_from(number % length).unwrap_or_default();
    let (before, from_start) = list.split_at_checked(start).unwrap_or((&[], list));
    let mut words = from_start.iter().chain(before).copied();
    words
        .find(|word| !refused(word))
        .or_else(|| from_start.first().copied())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &[&str], longest: usize, digest: &str) {
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
        assert_eq!(pick(&["a", "b"], 3, |word| word == "b"), "a");
        assert_eq!(pick(&["a", "b"], 3, |_| true), "b");
    }
}
