//! Text and bytes as servers keep them.

use super::{Unfit, unfit};
use weir_engine::Replacement;

/// How long a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) enum Most {
    /// So many characters.
    Characters(u64),
    /// So many bytes in the column's character set.
    Bytes(u64),
}

/// Which letters a character set has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) enum Letters {
    /// All of Unicode, in UTF-8.
    All,
    /// Those of its first plane, in UTF-8.
    FirstPlane,
    /// Those of its first plane, of two bytes each.
    TwoBytes,
    /// All of Unicode, of two or four bytes each.
    Utf16,
    /// All of Unicode, of four bytes each.
    FourBytes,
    /// Those of English.
    Ascii,
    /// Those of western Europe, of a byte each.
    Latin1,
    /// Others: whether a text has them and how long it is, the server tells.
    Others,
}

/// What `latin1` has between the letters of ASCII and those that have their number in Unicode.
const WESTERN: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

impl Letters {
    pub(super) fn of(character_set: Option<&str>) -> Self {
        match character_set {
            None | Some("utf8mb4") => Self::All,
            Some("utf8" | "utf8mb3") => Self::FirstPlane,
            Some("ucs2") => Self::TwoBytes,
            Some("utf16" | "utf16le") => Self::Utf16,
            Some("utf32") => Self::FourBytes,
            Some("ascii") => Self::Ascii,
            Some("latin1") => Self::Latin1,
            Some(_) => Self::Others,
        }
    }

    fn has(self, letter: char) -> bool {
        match self {
            Self::All | Self::Utf16 | Self::FourBytes | Self::Others => true,
            Self::FirstPlane | Self::TwoBytes => letter <= '\u{ffff}',
            Self::Ascii => letter.is_ascii(),
            Self::Latin1 => {
                letter <= '\u{7f}'
                    || ('\u{a0}'..='\u{ff}').contains(&letter)
                    || WESTERN.contains(letter)
            }
        }
    }

    /// The bytes of a text; at least so many where they are not known.
    fn bytes(self, text: &str) -> usize {
        match self {
            Self::All | Self::FirstPlane => text.len(),
            Self::TwoBytes | Self::Utf16 => 2 * text.encode_utf16().count(),
            Self::FourBytes => 4 * text.chars().count(),
            Self::Ascii | Self::Latin1 | Self::Others => text.chars().count(),
        }
    }
}

/// A text that fits.
pub(super) fn fitting(
    mut text: String,
    most: Most,
    letters: Letters,
    is_padded: bool,
) -> Result<String, Unfit> {
    if is_padded {
        text.truncate(text.trim_end_matches(' ').len());
    }
    let is_ascii = text.is_ascii();
    if !is_ascii && !text.chars().all(|letter| letters.has(letter)) {
        return Err(unfit(
            "the rule makes letters that the column's character set lacks",
        ));
    }
    let is_too_long = match most {
        // A character has at least one byte.
        Most::Characters(most) => {
            text.len() as u64 > most && (is_ascii || text.chars().count() as u64 > most)
        }
        Most::Bytes(most) => letters.bytes(&text) as u64 > most,
    };
    match is_too_long {
        true => Err(unfit(
            "the rule makes more characters than the column takes",
        )),
        false => Ok(text),
    }
}

/// Bytes that fit.
pub(super) fn bytes(mut bytes: Vec<u8>, most: u64, is_padded: bool) -> Result<Replacement, Unfit> {
    if bytes.len() as u64 > most {
        return Err(unfit("the rule makes more bytes than the column takes"));
    }
    if is_padded {
        bytes.resize(usize::try_from(most).unwrap_or(bytes.len()), 0);
    }
    Ok(Replacement::Blob(bytes))
}

/// The texts that `enum('a','b')` lists.
pub(super) fn members(data_type: &str) -> Vec<String> {
    let mut members = Vec::new();
    let mut letters = data_type.chars().peekable();
    while letters.any(|letter| letter == '\'') {
        let mut member = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '\'' if letters.next_if_eq(&'\'').is_none() => break,
                '\\' => member.extend(letters.next().map(of_escape)),
                _ => member.push(letter),
            }
        }
        members.push(member);
    }
    members
}

fn of_escape(letter: char) -> char {
    match letter {
        '0' => '\0',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'Z' => '\u{1a}',
        other => other,
    }
}

fn no_member() -> Unfit {
    unfit("the rule makes something else than what the column lists")
}

/// One of the listed texts. The empty one stands for none of them.
pub(super) fn member(text: String, members: &[String]) -> Result<String, Unfit> {
    match members.contains(&text) {
        true => Ok(text),
        false => Err(no_member()),
    }
}

/// Some of the listed texts, in the order of the list.
pub(super) fn set(text: &str, members: &[String]) -> Result<String, Unfit> {
    let chosen: Vec<&str> = text.split(',').filter(|_| !text.is_empty()).collect();
    let is_listed = |chosen: &&str| members.iter().any(|member| member == chosen);
    if !chosen.iter().all(is_listed) {
        return Err(no_member());
    }
    let kept = members
        .iter()
        .map(String::as_str)
        .filter(|member| chosen.contains(member));
    Ok(kept.collect::<Vec<_>>().join(","))
}
