//! What is found inside a text: one pass that stops only where a finding could begin.

mod address;
mod class;
mod email;
mod json;
mod name;
mod network;
mod number;
mod outline;
mod phone;
mod secret;
mod serial;

pub(crate) use number::{date_length, is_moment};
pub(crate) use outline::{may_be_short, may_hold};
pub(crate) use phone::looks_like_phone;

use crate::kind::{Certainty, Found, Sensitive};
use class::{ALNUM, is_alnum, is_word};

/// Everything found inside a text (also in JSON text), in order and not overlapping. Formats with
/// checksums are validated. Bytes that are no UTF-8 are looked at as far as they are. Nothing is
/// allocated for a text without a finding.
pub fn find(text: &[u8], found: &mut Vec<Found>) {
    found.clear();
    if is_moment(text) {
        return;
    }
    let mut scan = Scan { text, found };
    scan.run();
    if json::looks_like(text) {
        json::keys(&mut scan);
    }
}

/// A text and what has been found in it.
struct Scan<'a> {
    text: &'a [u8],
    found: &'a mut Vec<Found>,
}

impl Scan<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(rest) = self.text.get(at..) {
            let Some(quiet) = rest.iter().position(|byte| class::stops(*byte)) else {
                return;
            };
            at += quiet;
            let next = self.look(at);
            at = next.max(at + 1);
        }
    }

    /// Looks at a byte that could begin, or lie in, a finding; returns where to go on.
    fn look(&mut self, at: usize) -> usize {
        match self.byte(at) {
            b'@' => email::at_sign(self, at),
            b':' | b'=' => secret::assignment(self, at).or_else(|| network::colon(self, at)),
            b'$' => secret::hash(self, at),
            b'A'..=b'Z' if !is_alnum(self.before(at)) => return self.capital(at),
            _ => return self.word(at),
        }
        .unwrap_or(at + 1)
    }

    /// Looks at a word that begins with a capital: in most texts, most of what is looked at.
    fn capital(&mut self, start: usize) -> usize {
        let mut end = start;
        let mut digits = false;
        let word = self.rest(start).iter().take(24);
        for byte in word.take_while(|byte| is_alnum(**byte)) {
            digits |= byte.is_ascii_digit();
            end += 1;
        }
        if digits || end - start >= 16 {
            return self.word(start);
        }
        // `AB 12 34 56 C`: the letters of a number can stand apart.
        let apart = end - start <= 2
            && matches!(self.byte(end), b' ' | b'-')
            && self.byte(end + 1).is_ascii_digit();
        let serial = apart.then(|| serial::at_word(self, start, end)).flatten();
        serial
            .or_else(|| name::at_word(self, start, end))
            .unwrap_or(end)
    }

    /// Looks at the word around a digit or a capital.
    fn word(&mut self, at: usize) -> usize {
        let start = self.back_while(at, 64, is_alnum);
        let end = self.ahead_while(at, is_alnum);
        if end - start >= 16
            && let Some(next) = secret::token(self, start, end)
        {
            return next;
        }
        if self.span(start, end).iter().any(u8::is_ascii_digit) {
            return self.numeric(start, end);
        }
        // A capital inside a word begins nothing.
        if at > start {
            return end;
        }
        name::at_word(self, start, end).unwrap_or(end)
    }

    fn numeric(&mut self, start: usize, end: usize) -> usize {
        serial::at_word(self, start, end)
            .or_else(|| network::address(self, start, end))
            .or_else(|| number::at_word(self, start))
            .unwrap_or(end)
    }

    /// Notes a finding and returns where it ends. What overlaps it and was less sure gives way.
    fn note(
        &mut self,
        what: Sensitive,
        (start, end): (usize, usize),
        certainty: Certainty,
    ) -> usize {
        while let Some(last) = self.found.last().filter(|last| last.end > start) {
            if last.certainty > certainty
                || (last.certainty == certainty && last.start <= start && last.end >= end)
            {
                return end;
            }
            self.found.pop();
        }
        self.found.push(Found {
            what,
            start,
            end,
            certainty,
        });
        end
    }

    /// The byte at a place; a space outside the text.
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b' ')
    }

    /// The byte before a place; a space at the start.
    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |before| self.byte(before))
    }

    fn span(&self, start: usize, end: usize) -> &[u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    fn rest(&self, start: usize) -> &[u8] {
        self.text.get(start..).unwrap_or_default()
    }

    /// The end of the run of bytes from `at` for which `holds` is true.
    fn ahead_while(&self, at: usize, holds: impl Fn(u8) -> bool) -> usize {
        self.ahead(at, 4096, holds)
    }

    /// The same, `most` bytes at most: whoever comes back to the same bytes must not read them all
    /// each time.
    fn ahead(&self, at: usize, most: usize, holds: impl Fn(u8) -> bool) -> usize {
        let run = self.rest(at).iter().take(most);
        at + run.take_while(|byte| holds(**byte)).count()
    }

    /// The start of the run of bytes before `at`, `most` at most.
    fn back_while(&self, at: usize, most: usize, holds: impl Fn(u8) -> bool) -> usize {
        let run = self.span(0, at).iter().rev().take(most);
        at - run.take_while(|byte| holds(**byte)).count()
    }

    /// Whether one of the `many` words before `at`, in lower case, is one that `said` knows.
    fn said_before(&self, at: usize, many: usize, said: impl Fn(&[u8]) -> bool) -> bool {
        let mut at = at;
        for _ in 0..many {
            let end = self.back_while(at, 4, |byte| !is_word(byte));
            let start = self.back_while(end, 20, is_word);
            if start == end {
                return false;
            }
            let mut lower = [0_u8; 20];
            for (to, from) in lower.iter_mut().zip(self.span(start, end)) {
                *to = from.to_ascii_lowercase();
            }
            if said(lower.get(..end - start).unwrap_or_default()) {
                return true;
            }
            at = start;
        }
        false
    }

    /// Whether no letter or digit touches a span.
    fn stands_alone(&self, start: usize, end: usize) -> bool {
        !is_alnum(self.before(start)) && !is_alnum(self.byte(end))
    }
}

/// Whether a byte is a letter or digit of ASCII.
const fn plain(byte: u8) -> bool {
    class::of(byte) & ALNUM != 0 && byte < 0x80
}

#[cfg(test)]
mod tests {
    use super::{Scan, number};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn in_a_moment_alone_nothing_is_found(
            text in "(18|19|20|21)[0-9]{2}-[01][0-9]-[0-3][0-9][ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?",
        ) {
            let mut found = Vec::new();
            let mut scan = Scan { text: text.as_bytes(), found: &mut found };
            scan.run();
            prop_assert!(found.is_empty() || !number::is_moment(text.as_bytes()), "{text}");
        }
    }
}
