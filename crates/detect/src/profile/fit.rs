//! What one value looks like, and the looser formats that count where a column's name says what
//! it holds.

use crate::checksum;
use crate::find::{date_length, looks_like_phone};
use crate::kind::Sensitive;
use crate::words::Folded;
use std::net::IpAddr;

/// The look of one value.
pub(super) struct Look {
    length: usize,
    words: usize,
    digits: usize,
    letters: usize,
    spaces: usize,
    marks: usize,
    capital: bool,
    json: bool,
    hex: bool,
    titled: bool,
    legal: bool,
    given: bool,
    family: bool,
}

/// How many values had which look.
#[derive(Default)]
pub(super) struct Looks {
    pub(super) words: u64,
    pub(super) json: u64,
    pub(super) given: u64,
    pub(super) family: u64,
    pub(super) full: u64,
    pub(super) prose: u64,
    pub(super) single: u64,
    pub(super) titled: u64,
    pub(super) legal: u64,
}

impl Looks {
    pub(super) fn add(&mut self, look: &Look) {
        self.words += look.words as u64;
        self.json += u64::from(look.json);
        self.given += u64::from(look.words == 1 && look.given);
        self.family += u64::from(look.words == 1 && look.family);
        self.full += u64::from((2..=4).contains(&look.words) && look.given && look.family);
        self.legal += u64::from(look.legal);
        self.titled += u64::from(look.titled);
        self.single += u64::from(look.words == 1);
        self.prose += u64::from(look.words >= 4 && !look.json);
    }
}

impl Look {
    pub(super) fn of(value: &[u8]) -> Self {
        let count = |holds: fn(&u8) -> bool| value.iter().filter(|byte| holds(byte)).count();
        let words = || {
            value
                .split(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b','))
                .filter(|word| !word.is_empty())
        };
        let few = || words().take(6).filter_map(Folded::new);
        Self {
            length: value.len(),
            words: words().count(),
            digits: count(u8::is_ascii_digit),
            letters: count(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80),
            spaces: count(u8::is_ascii_whitespace),
            marks: count(|byte| matches!(byte, b'-' | b'\'' | b'.' | b',')),
            capital: value
                .first()
                .is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0x80),
            json: matches!(
                (value.first(), value.last()),
                (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
            ),
            hex: value
                .iter()
                .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-'),
            titled: is_titled(value),
            legal: words().next_back().is_some_and(is_legal_form),
            given: few().any(|word| word.is_given()),
            family: few().any(|word| word.is_family()),
        }
    }

    /// Whether nothing but letters, and what stands between words of names, is in it.
    fn is_wordy(&self) -> bool {
        self.letters >= 2
            && self.digits == 0
            && self.letters + self.spaces + self.marks == self.length
    }

    /// Whether a value's looks go with a kind.
    pub(super) fn fits(&self, what: Sensitive, value: &[u8]) -> bool {
        match what {
            Sensitive::PersonName => self.is_wordy() && self.words <= 6 && self.length <= 80,
            Sensitive::GivenName | Sensitive::FamilyName => {
                self.is_wordy() && self.words <= 4 && self.length <= 50
            }
            Sensitive::Username => {
                self.spaces <= 1
                    && (2..=50).contains(&self.length)
                    && self.letters > 0
                    && !(self.hex && self.length >= 16)
                    && !self.json
            }
            Sensitive::Phone => looks_like_phone(value),
            Sensitive::PostalAddress => {
                self.letters >= 3
                    && self.length <= 200
                    && !self.json
                    && (self.digits > 0 || self.capital)
            }
            Sensitive::Postcode => {
                (3..=10).contains(&self.length)
                    && self.digits >= 2
                    && self.digits + self.letters + self.spaces + self.marks == self.length
            }
            Sensitive::Company => self.letters >= 2 && self.length <= 100 && !self.json,
            Sensitive::Iban | Sensitive::CreditCard => self.digits >= 10 && self.length <= 42,
            Sensitive::NationalId => self.digits >= 4 && (6..=25).contains(&self.length),
            Sensitive::Secret => self.length >= 4 && self.words <= 3,
            Sensitive::DateOfBirth => is_birth(value),
            Sensitive::Coordinates => is_coordinate(value),
            Sensitive::FreeText => self.words >= 3 && !self.json,
            Sensitive::Document => self.json,
            Sensitive::IpAddress => {
                std::str::from_utf8(value).is_ok_and(|text| text.parse::<IpAddr>().is_ok())
            }
            // Found or not: there is no looser format.
            Sensitive::Email | Sensitive::MacAddress => false,
        }
    }
}

/// Whether a word is what a company's name ends with.
fn is_legal_form(word: &[u8]) -> bool {
    const FORMS: [&str; 24] = [
        "gmbh", "ag", "kg", "ohg", "ug", "e.v.", "ev", "gbr", "ltd", "ltd.", "llc", "inc", "inc.",
        "plc", "corp", "corp.", "co.", "group", "sarl", "sas", "sa", "s.a.", "s.l.", "sl",
    ];
    FORMS
        .iter()
        .any(|form| word.eq_ignore_ascii_case(form.as_bytes()))
}

/// Whether a value is two words or more, each with a capital but for short ones: `Ana de la Cruz`.
fn is_titled(value: &[u8]) -> bool {
    let words = || {
        value
            .split(|byte| *byte == b' ')
            .filter(|word| !word.is_empty())
    };
    let capital = |word: &[u8]| {
        word.first()
            .is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0x80)
    };
    let plain = |byte: &u8| {
        byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'-' | b'\'' | b'.' | b',')
    };
    let fits = |word: &[u8]| (capital(word) || word.len() <= 3) && word.iter().all(plain);
    (2..=6).contains(&words().count()) && words().all(fits)
}

/// Whether a value is a date on which somebody alive can have been born.
fn is_birth(value: &[u8]) -> bool {
    if date_length(value).is_none() {
        return false;
    }
    let number = |from: usize| {
        let four = value.get(from..from + 4).unwrap_or_default();
        checksum::digits(four).fold(0, |number, digit| number * 10 + digit)
    };
    let year = number(0).max(number(6));
    // A time of day other than midnight is that of an event.
    let time = value.get(11..16).unwrap_or(b"00:00");
    (1900..2030).contains(&year) && (time == b"00:00" || time.starts_with(b"00:00"))
}

/// Whether a value is one number of a place on earth, or a pair.
fn is_coordinate(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    let mut numbers = text
        .split([',', ' ', ';', '(', ')'])
        .filter(|part| !part.is_empty());
    let fits = |part: &str| {
        part.contains('.')
            && part
                .parse::<f64>()
                .is_ok_and(|number| number.abs() <= 180.0)
    };
    let first = numbers.next().is_some_and(fits);
    first && numbers.all(fits)
}
