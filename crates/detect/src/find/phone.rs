//! Telephone numbers, international and as each country writes its own.

use super::Scan;
use super::number::Run;
use crate::kind::{Certainty, Sensitive};

/// Words before a number that make it a telephone's.
fn is_phone_word(word: &[u8]) -> bool {
    matches!(
        word,
        b"tel"
            | b"phone"
            | b"telephone"
            | b"telefon"
            | b"mobile"
            | b"mobil"
            | b"handy"
            | b"cell"
            | b"fax"
            | b"call"
            | b"portable"
            | b"t\xC3\xA9l"
            | b"t\xC3\xA9l\xC3\xA9phone"
            | b"tel\xC3\xA9fono"
            | b"m\xC3\xB3vil"
            | b"movil"
            | b"whatsapp"
            | b"ruf"
            | b"rufnummer"
            | b"telefono"
            | b"sms"
    )
}

/// Looks at a run of digits as a telephone number.
pub(super) fn at_run(scan: &mut Scan<'_>, run: &Run) -> Option<usize> {
    let text = scan.span(run.start, run.end);
    let named = (6..=15).contains(&run.digits) && scan.said_before(run.start, 2, is_phone_word);
    let certainty = if named {
        Certainty::Sure
    } else {
        international(text, run).or_else(|| national(text, run))?
    };
    let end = extension(scan, run.end).unwrap_or(run.end);
    Some(scan.note(Sensitive::Phone, (run.start, end), certainty))
}

fn international(text: &[u8], run: &Run) -> Option<Certainty> {
    let start = text.strip_prefix(b"(").unwrap_or(text);
    let plus = start.first() == Some(&b'+')
        && start
            .get(1)
            .is_some_and(|byte| (b'1'..=b'9').contains(byte));
    if plus && (8..=15).contains(&run.digits) && (run.grouped || run.digits >= 10) {
        return Some(Certainty::Sure);
    }
    let zeros = start.starts_with(b"00")
        && start
            .get(2)
            .is_some_and(|byte| (b'1'..=b'9').contains(byte));
    (zeros && run.grouped && (11..=15).contains(&run.digits)).then_some(Certainty::Likely)
}

/// National formats. They need separators: digits alone are as often an order number.
fn national(text: &[u8], run: &Run) -> Option<Certainty> {
    if !run.grouped || text.contains(&b'+') {
        return None;
    }
    let mut lengths = [0_usize; 8];
    let groups = text
        .split(|byte| !byte.is_ascii_digit())
        .filter(|group| !group.is_empty());
    let mut many = 0;
    for group in groups {
        *lengths.get_mut(many)? = group.len();
        many += 1;
    }
    let shape = lengths.get(..many)?;
    let first = *text.iter().find(|byte| byte.is_ascii_digit())?;
    let parted = |bytes: &[u8]| {
        text.iter()
            .all(|byte| byte.is_ascii_digit() || bytes.contains(byte))
    };
    let area = text.first() == Some(&b'(') && text.contains(&b')');
    match (first, shape) {
        // North America; area codes begin with 2 to 9.
        (b'2'..=b'9', [3, 3, 4]) if area => Some(Certainty::Sure),
        (b'2'..=b'9', [3, 3, 4]) if parted(b"-") || parted(b".") || parted(b" ") => {
            Some(Certainty::Likely)
        }
        (b'1', [1, 3, 3, 4]) if parted(b"-") => Some(Certainty::Likely),
        // France: five pairs.
        (b'0', [2, 2, 2, 2, 2]) if parted(b" ") || parted(b".") || parted(b"-") => {
            Some(Certainty::Sure)
        }
        // Spain: nine digits by threes or 3-2-2-2.
        (b'6'..=b'9', [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2]) if parted(b" ") || parted(b"-") => {
            Some(Certainty::Likely)
        }
        // A social security number that nobody has.
        (_, [3, 2, 4]) if parted(b"-") => None,
        // Trunk prefix 0 and an area, as in Britain and Germany.
        (b'0', [2..=5, rest @ ..])
            if !rest.is_empty() && (9..=12).contains(&run.digits) && !parted(b".") =>
        {
            Some(Certainty::Likely)
        }
        _ => None,
    }
}

/// Whether ` x123` or the like follows a number.
pub(super) fn has_extension(scan: &Scan<'_>, end: usize) -> bool {
    extension(scan, end).is_some()
}

fn extension(scan: &Scan<'_>, end: usize) -> Option<usize> {
    let space = end + usize::from(scan.byte(end) == b' ');
    if !matches!(scan.byte(space), b'e' | b'x') {
        return None;
    }
    let words: [&[u8]; 4] = [b"ext. ", b"ext ", b"ext", b"x"];
    let rest = scan.rest(space);
    let word = words.iter().find(|word| rest.starts_with(word))?;
    let from = space + word.len();
    let to = scan.ahead_while(from, |byte| byte.is_ascii_digit());
    (1..=6).contains(&(to - from)).then_some(to)
}

/// Whether a whole value can be a telephone number, where its column's name says it holds them.
pub(crate) fn looks_like_phone(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let between = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+' | b'x' | b'e' | b't'
        )
    };
    let first = value
        .first()
        .is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'('));
    (6..=19).contains(&digits)
        && first
        && value
            .iter()
            .all(|byte| byte.is_ascii_digit() || between(byte))
}
