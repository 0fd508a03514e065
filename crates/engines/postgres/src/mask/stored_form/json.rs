//! JSON as servers keep it in `jsonb`: numbers exact, names ordered by length and bytes, the last
//! of equal ones.

use super::number::Decimal;
use super::{Unfit, unfit};
use std::collections::BTreeMap;

/// How deep lists and objects may lie in each other.
const MOST_DEPTH: usize = 100;

/// A document as it is read back from a `jsonb` column.
pub(super) fn jsonb(text: &str) -> Result<String, Unfit> {
    let mut reader = Reader { rest: text };
    let written = reader.value(MOST_DEPTH);
    written
        .filter(|_| reader.peek().is_none())
        .ok_or_else(|| unfit("the rule makes something else than JSON"))
}

/// Reads values and gives back how each is written.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// The next letter that is no space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.chars().next()
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// Whether that letter comes next, which is then taken.
    fn takes(&mut self, letter: char) -> bool {
        let is_next = self.peek() == Some(letter);
        is_next && self.take(letter.len_utf8()).is_some()
    }

    fn value(&mut self, depth: usize) -> Option<String> {
        match self.peek()? {
            '{' => self.object(depth.checked_sub(1)?),
            '[' => self.list(depth.checked_sub(1)?),
            '"' => Some(quoted(&self.string()?)),
            _ => self.word(),
        }
    }

    fn list(&mut self, depth: usize) -> Option<String> {
        self.takes('[');
        let mut items = Vec::new();
        if !self.takes(']') {
            loop {
                items.push(self.value(depth)?);
                if self.takes(']') {
                    break;
                }
                self.takes(',').then_some(())?;
            }
        }
        Some(format!("[{}]", items.join(", ")))
    }

    fn object(&mut self, depth: usize) -> Option<String> {
        self.takes('{');
        let mut members = BTreeMap::new();
        if !self.takes('}') {
            loop {
                self.peek();
                let name = self.string()?;
                self.takes(':').then_some(())?;
                members.insert((name.len(), name), self.value(depth)?);
                if self.takes('}') {
                    break;
                }
                self.takes(',').then_some(())?;
            }
        }
        let members: Vec<String> = members
            .iter()
            .map(|((_, name), value)| format!("{}: {value}", quoted(name)))
            .collect();
        Some(format!("{{{}}}", members.join(", ")))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<String> {
        let is_end = |letter: char| !letter.is_ascii_alphanumeric() && !"+-.".contains(letter);
        let length = self.rest.find(is_end).unwrap_or(self.rest.len());
        let word = self.take(length)?;
        match word {
            "true" | "false" | "null" => Some(word.to_owned()),
            // Which numbers are JSON is a matter of digits, whatever their size.
            _ if serde_json::from_str::<serde::de::IgnoredAny>(word).is_ok() => {
                Decimal::parse(word).map(|number| number.write())
            }
            _ => None,
        }
    }

    fn string(&mut self) -> Option<String> {
        let mut letters = self.rest.char_indices().skip(1);
        let end = loop {
            match letters.next()? {
                (at, '"') => break at + 1,
                (_, '\\') => {
                    letters.next();
                }
                _ => {}
            }
        };
        let text: String = serde_json::from_str(self.take(end)?).ok()?;
        (!text.contains('\0')).then_some(text)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
