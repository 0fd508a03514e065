//! What runs of digits can be, alone or with separators between them.

use super::class::is_alnum;
use super::{Scan, address, phone};
use crate::checksum;
use crate::kind::{Certainty, Sensitive};

/// More digits than any number looked for.
const MOST_DIGITS: usize = 22;

/// Digits with separators between them.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: usize,
    /// Whether anything stands between the digits.
    pub(super) grouped: bool,
}

/// Looks at a word that begins with a digit.
pub(super) fn at_word(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    if !scan.byte(start).is_ascii_digit() {
        return None;
    }
    if let Some(end) = date(scan, start) {
        return Some(end);
    }
    let run = run(scan, start);
    if let Some(end) = coordinates(scan, start) {
        return Some(end);
    }
    if stands_alone(scan, &run) {
        let found = payment(scan, &run)
            .or_else(|| personal(scan, &run))
            .or_else(|| phone::at_run(scan, &run));
        if found.is_some() {
            return found;
        }
    }
    address::at_number(scan, start).or_else(|| (run.digits > 6).then_some(run.end))
}

/// Whether nothing that belongs to a longer number or word touches a run.
fn stands_alone(scan: &Scan<'_>, run: &Run) -> bool {
    let before = scan.before(run.start);
    let after = scan.byte(run.end);
    let tail = scan.byte(run.end + 1).is_ascii_digit();
    !is_alnum(before)
        && !matches!(before, b'_' | b'#' | b'-' | b'.' | b'/' | b'$')
        && (!is_alnum(after) || phone::has_extension(scan, run.end))
        && after != b'_'
        && after != b'%'
        && !(tail && matches!(after, b',' | b'-' | b':'))
}

fn run(scan: &Scan<'_>, first: usize) -> Run {
    let mut start = first;
    while start > 0 && first - start < 2 && matches!(scan.before(start), b'+' | b'(') {
        start -= 1;
    }
    let mut run = Run {
        start,
        end: first,
        digits: 0,
        grouped: false,
    };
    loop {
        let end = scan.ahead_while(run.end, |byte| byte.is_ascii_digit());
        run.digits += end - run.end;
        run.end = end;
        let gap = gap(scan.rest(end));
        if gap == 0 || run.digits > MOST_DIGITS || !scan.byte(end + gap).is_ascii_digit() {
            return run;
        }
        run.grouped = true;
        run.end += gap;
    }
}

/// How many bytes of separators stand between two groups.
fn gap(rest: &[u8]) -> usize {
    match rest {
        [b' ' | b'-' | b'.' | b'/' | b')', b'0'..=b'9', ..] => return 1,
        [b' ' | b'-' | b'.' | b'/' | b')' | b'(', ..] => {}
        _ => return 0,
    }
    let wide: [&[u8]; 10] = [
        b" - ", b" / ", b") ", b")-", b")/", b" (", b"-(", b"/ ", b" /", b"(0)",
    ];
    if rest.starts_with(b" (0) ") {
        return 5;
    }
    match wide.iter().find(|gap| rest.starts_with(gap)) {
        Some(gap) => gap.len(),
        None => usize::from(matches!(
            rest.first(),
            Some(b' ' | b'-' | b'.' | b'/' | b')')
        )),
    }
}

/// A date: stepped over, unless words before it say that somebody was born on it.
fn date(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let text = scan.rest(start);
    let length = date_length(text)?;
    let end = start + length;
    if is_alnum(scan.byte(end)) && scan.byte(end) != b'T' {
        return None;
    }
    let born = scan.said_before(start, 2, is_birth);
    if born {
        return Some(scan.note(Sensitive::DateOfBirth, (start, end), Certainty::Sure));
    }
    Some(end)
}

fn is_birth(word: &[u8]) -> bool {
    matches!(
        word,
        b"born"
            | b"dob"
            | b"birthdate"
            | b"birthday"
            | b"birth"
            | b"geboren"
            | b"geb"
            | b"geburtsdatum"
            | b"geburtstag"
            | b"n\xC3\xA9"
            | b"n\xC3\xA9e"
            | b"naissance"
            | b"nacido"
            | b"nacida"
            | b"nacimiento"
    )
}

/// The length of a date at the start of a text: `1980-02-29`, `29.02.1980`, `29/02/1980`.
pub(crate) fn date_length(text: &[u8]) -> Option<usize> {
    let ten = text.get(..10)?;
    let number = |from: usize, to: usize| {
        let digits = ten.get(from..to)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| checksum::digits(digits).fold(0, |number, digit| number * 10 + digit))
    };
    let at = |place: usize| ten.get(place).copied().unwrap_or(0);
    let (year, first, second) = if at(4) == at(7) && matches!(at(4), b'-' | b'/' | b'.') {
        (number(0, 4)?, number(5, 7)?, number(8, 10)?)
    } else if at(2) == at(5) && matches!(at(2), b'-' | b'/' | b'.') {
        (number(6, 10)?, number(0, 2)?, number(3, 5)?)
    } else {
        return None;
    };
    let fits = (1800..2200).contains(&year)
        && (1..=31).contains(&first)
        && (1..=31).contains(&second)
        && first.min(second) <= 12;
    (fits && !text.get(10).is_some_and(u8::is_ascii_digit)).then_some(10)
}

/// Whether a text is a moment as databases write it, and nothing else: `1980-02-29 10:30:00.123`.
/// Nobody is known by one, where no word says whose it is.
pub(crate) fn is_moment(text: &[u8]) -> bool {
    let Some((date, [b' ' | b'T', h1, h2, b':', m1, m2, rest @ ..])) =
        text.split_first_chunk::<10>()
    else {
        return false;
    };
    let is_digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let seconds_fit = match rest {
        [] => true,
        [b':', s1, s2] => is_digits(&[*s1, *s2]),
        [b':', s1, s2, b'.', fraction @ ..] => {
            is_digits(&[*s1, *s2]) && is_digits(fraction) && (1..=9).contains(&fraction.len())
        }
        _ => false,
    };
    seconds_fit
        && is_digits(&[*h1, *h2, *m1, *m2])
        && date.get(4) == Some(&b'-')
        && date_length(date).is_some()
}

/// Two decimal numbers with a comma between, within the range of latitude and longitude.
fn coordinates(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let from = if scan.before(start) == b'-' {
        start - 1
    } else {
        start
    };
    let comma = decimal(scan, from).filter(|comma| scan.byte(*comma) == b',')?;
    let next = scan.ahead_while(comma + 1, |byte| byte == b' ');
    let end = decimal(scan, next)?;
    let number = |from: usize, to: usize| -> Option<f64> {
        std::str::from_utf8(scan.span(from, to)).ok()?.parse().ok()
    };
    let fits = number(from, comma)?.abs() <= 90.0 && number(next, end)?.abs() <= 180.0;
    let more = scan.byte(end) == b',' && scan.byte(end + 1).is_ascii_digit();
    let alone = !more && !matches!(scan.before(from), b'.' | b',');
    (fits && alone).then(|| scan.note(Sensitive::Coordinates, (from, end), Certainty::Likely))
}

/// The end of a number with at least three digits after the point.
fn decimal(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let digits = start + usize::from(scan.byte(start) == b'-');
    let point = scan.ahead(digits, 4, |byte| byte.is_ascii_digit());
    if scan.byte(point) != b'.' || point - digits > 3 {
        return None;
    }
    let end = scan.ahead_while(point + 1, |byte| byte.is_ascii_digit());
    (end - point > 3).then_some(end)
}

/// The number of a payment card: its prefix, its length and its check digit.
fn payment(scan: &mut Scan<'_>, run: &Run) -> Option<usize> {
    if !matches!(run.digits, 13..=16 | 19) {
        return None;
    }
    let text = scan.span(run.start, run.end);
    let lead = |many: usize| {
        checksum::digits(text)
            .take(many)
            .fold(0, |number, digit| number * 10 + digit)
    };
    let (two, four) = (lead(2), lead(4));
    let fits = match run.digits {
        13 | 19 => two / 10 == 4,
        14 => matches!(two, 30 | 36 | 38 | 39),
        15 => matches!(two, 34 | 37),
        16 => {
            two / 10 == 4
                || (51..=55).contains(&two)
                || (2221..=2720).contains(&four)
                || two == 65
                || four == 6011
                || (3528..=3589).contains(&four)
        }
        _ => false,
    };
    if !fits || !checksum::luhn(text) || text.iter().any(|byte| matches!(byte, b'(' | b'/' | b'+'))
    {
        return None;
    }
    // A tenth of all numbers have the right check digit: groups of four or a word make it sure.
    let named = scan.said_before(run.start, 3, |word| {
        matches!(
            word,
            b"card"
                | b"visa"
                | b"mastercard"
                | b"amex"
                | b"kreditkarte"
                | b"karte"
                | b"carte"
                | b"tarjeta"
                | b"cc"
                | b"pan"
        )
    });
    let certainty = if run.grouped || named {
        Certainty::Sure
    } else {
        Certainty::Likely
    };
    Some(scan.note(Sensitive::CreditCard, (run.start, run.end), certainty))
}

/// Personal numbers made of digits alone.
fn personal(scan: &mut Scan<'_>, run: &Run) -> Option<usize> {
    let text = scan.span(run.start, run.end);
    let shape = |groups: &[usize], separator: u8| {
        let found = text.split(|byte| *byte == separator).map(<[u8]>::len);
        found.eq(groups.iter().copied())
    };
    let named = || {
        scan.said_before(run.start, 3, |word| {
            matches!(
                word,
                b"ssn"
                    | b"social"
                    | b"tin"
                    | b"tax"
                    | b"steuer"
                    | b"steuernummer"
                    | b"steuerid"
                    | b"idnr"
                    | b"nhs"
                    | b"insurance"
                    | b"nir"
                    | b"steueridentifikationsnummer"
                    | b"identifikationsnummer"
                    | b"ahv"
                    | b"avs"
            )
        })
    };
    let certainty = match run.digits {
        9 if shape(&[3, 2, 4], b'-') && checksum::american(text) => Certainty::Sure,
        9 if !run.grouped && checksum::american(text) && named() => Certainty::Sure,
        13 if checksum::swiss(text) && shape(&[3, 4, 4, 2], b'.') => Certainty::Sure,
        13 if checksum::swiss(text) => Certainty::Likely,
        11 if checksum::german_tax(text) && (named() || shape(&[2, 3, 3, 3], b' ')) => {
            Certainty::Sure
        }
        11 if checksum::german_tax(text) && !run.grouped => Certainty::Likely,
        10 if checksum::british_health(text) && named() => Certainty::Sure,
        10 if checksum::british_health(text)
            && shape(&[3, 3, 4], b' ')
            && text.first() != Some(&b'0') =>
        {
            Certainty::Likely
        }
        _ => return None,
    };
    Some(scan.note(Sensitive::NationalId, (run.start, run.end), certainty))
}
