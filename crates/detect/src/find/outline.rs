//! What every finding has, however it is found: enough to tell that bytes hold none.

use super::class::is_alnum;
use super::{json, name};

/// Whether a text may hold a finding that [`may_hold`] does not know by itself: a value in JSON, a
/// password in a URL, a name behind a title. What they have around them tells.
pub(crate) fn may_be_short(text: &[u8]) -> bool {
    if json::looks_like(text) {
        return true;
    }
    // All pairs are looked at, many at once: most texts have none.
    let pairs = text.iter().zip(rest(text, 1));
    pairs.fold(false, |some, (one, next)| some | may_begin(*one, *next))
        && text.iter().enumerate().any(|(at, byte)| match byte {
            b':' => rest(text, at).starts_with(b"://"),
            b'M' | b'H' | b'F' | b'S' | b'D' | b'P' => name::is_title(first_word(rest(text, at))),
            _ => false,
        })
}

/// Whether two bytes could begin a title, or the `://` of a URL; without a branch.
const fn may_begin(one: u8, next: u8) -> bool {
    let letter = next | 0x20;
    let behind_m = (letter == b'r') | (letter == b's') | (letter == b'i') | (letter == b'm');
    let behind_m = behind_m | (letter == b'l') | (letter == b'a') | (letter == b'o');
    ((one == b':') & (next == b'/'))
        | ((one == b'M') & behind_m)
        | ((one == b'H') & (letter == b'e'))
        | ((one == b'S') & ((letter == b'r') | (letter == b'e')))
        | ((one == b'D') & ((letter == b'r') | (letter == b'o')))
        | (((one == b'F') | (one == b'P')) & (letter == b'r'))
}

fn rest(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}

fn first_word(text: &[u8]) -> &[u8] {
    let end = text.iter().take_while(|byte| is_alnum(**byte)).count();
    text.get(..end).unwrap_or_default()
}

/// Whether a part of a text could be a finding, or hold one. MUST be `true` for every finding but
/// those of [`may_be_short`], and for whatever holds one.
pub(crate) fn may_hold(part: &[u8]) -> bool {
    let has = |is: fn(u8) -> bool| part.iter().any(|byte| is(*byte));
    let letters = has(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    match part.len() {
        // Keys and tokens may be letters alone.
        20.. => true,
        // Addresses on the net, of cards and of mail, and every number.
        6.. if digits >= 4 || has(|byte| matches!(byte, b'@' | b':')) => true,
        // Names.
        5.. if letters && has(|byte| byte == b' ') => true,
        // A street with its number, a password, a number with letters.
        4.. => letters && digits > 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::may_begin;
    use crate::find::name::TITLES;

    #[test]
    fn every_title_is_looked_for() {
        assert!(may_begin(b':', b'/'));
        for title in TITLES {
            assert!(may_begin(title[0], title[1]), "{title:?}");
        }
    }
}
