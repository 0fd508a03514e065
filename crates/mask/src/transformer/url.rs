//! `url`: an address of the same build that leads nowhere.

use super::filename::extension;
use super::keyed::{empty, text_of};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionProblem, Options, Place, Refusal, RowView,
    Transformer, Uniqueness, ValueMask,
};
use crate::bind::declared_length;
use crate::key::DomainKey;
use crate::scheme::{Draws, Pseudonym};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::Result;

/// Characters of a host's own part, before `.example.com`.
const LABEL: usize = 8;

/// The shortest column: the longest scheme that stays, and a host.
const LEAST: usize = LONGEST_SCHEME + "://".len() + LABEL + ".example.com".len();

/// Longer names of schemes are none.
const LONGEST_SCHEME: usize = 8;

pub(super) static ABOUT: Transformer = Transformer {
    name: "url",
    meaning: "an address of the same build: the scheme and the names of parameters stay, the host becomes one of example.com, the parts of the path and the values of parameters other letters and digits",
    example: (
        "https://ada.example.net/users/ada.html?ref=7#top",
        "https://wpc3xe1z.example.com/kergg/pwl.html?ref=5#wqp",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of about the value's length, cut where the column is shorter: ASCII",
    options: &[DOMAIN],
    domain: Some("url"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    Ok(Arc::new(Url {
        domain: options.domain("url")?,
    }))
}

#[derive(Debug)]
struct Url {
    domain: String,
}

impl Mask for Url {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        format!("url, domain {}", self.domain)
    }

    fn length(&self) -> Length {
        Length::Any
    }

    fn fits_into(&self, room: usize) -> bool {
        room >= LEAST
    }

    fn refuses(&self, column: &Column) -> Option<Refusal> {
        let room = declared_length(&column.data_type).filter(|room| !self.fits_into(*room))?;
        Some(Refusal {
            reason: format!("an address needs {LEAST} characters"),
            help: format!("use {{mask: fixed, value: …}} with at most {room} characters"),
        })
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(UrlMask {
            key: place.key.domain(&self.domain),
            room: place.room().unwrap_or(usize::MAX),
        }))
    }
}

struct UrlMask {
    key: DomainKey,
    /// Characters that the column takes.
    room: usize,
}

impl ValueMask for UrlMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(value) = text_of(field) else {
            return Ok(Replacement::Null);
        };
        if value.is_empty() {
            return Ok(empty(field));
        }
        let url = self.other(String::from_utf8_lossy(&value).trim());
        Ok(match field {
            Field::Blob(_) => Replacement::Blob(url.into_bytes()),
            _ => Replacement::Text(url),
        })
    }
}

impl UrlMask {
    fn other(&self, value: &str) -> String {
        let mut url = String::with_capacity(value.len() + LEAST);
        let rest = match scheme(value) {
            Some((scheme, rest)) => {
                url.push_str(scheme);
                rest
            }
            None => value,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, rest) = rest.split_at(end);
        // A path alone has no host.
        if !host.is_empty() || rest.is_empty() {
            self.put_host(host, &mut url);
        }
        let (rest, fragment) = parted(rest, '#');
        let (path, query) = parted(rest, '?');
        self.put_path(path, &mut url);
        if let Some(query) = query {
            self.put_query(query, &mut url);
        }
        if let Some(fragment) = fragment {
            url.push('#');
            self.put_part(fragment, &mut url);
        }
        // All of it is ASCII: bytes are characters.
        url.truncate(self.room);
        url
    }

    /// One label of example.com for each host; a name and a password before it are left out.
    fn put_host(&self, host: &str, url: &mut String) {
        let host = host.rsplit('@').next().unwrap_or(host);
        let start = url.len();
        self.put_suffix(host, url);
        url.truncate(start + LABEL);
        url.push_str(".example.com");
    }

    fn put_suffix(&self, part: &str, url: &mut String) {
        if let Some(pseudonym) = Pseudonym::of(&self.key, Field::Text(part.as_bytes())) {
            pseudonym.push_suffix(url);
        }
    }

    fn put_path(&self, path: &str, url: &mut String) {
        for (at, part) in path.split('/').enumerate() {
            if at > 0 {
                url.push('/');
            }
            let known = extension(part.as_bytes());
            let stem = part.len().saturating_sub(known.len());
            self.put_part(part.get(..stem).unwrap_or(part), url);
            url.push_str(&known);
        }
    }

    fn put_query(&self, query: &str, url: &mut String) {
        for (at, parameter) in query.split('&').enumerate() {
            url.push(if at > 0 { '&' } else { '?' });
            match parameter.split_once('=') {
                Some((name, value)) if is_name(name) => {
                    url.push_str(name);
                    url.push('=');
                    self.put_part(value, url);
                }
                _ => self.put_part(parameter, url),
            }
        }
    }

    /// Appends other letters and digits in the place of a part's, by the part alone: what was
    /// equal stays equal.
    fn put_part(&self, part: &str, url: &mut String) {
        let field = Field::Text(part.as_bytes());
        let Some(pseudonym) = Pseudonym::of(&self.key, field).filter(|_| !part.is_empty()) else {
            return;
        };
        let mut draws = pseudonym.draws(&self.key);
        let mut differs = false;
        let count = part.chars().count();
        for (at, letter) in part.chars().enumerate() {
            let is_last = at + 1 == count;
            let other = match letter {
                '-' | '.' | '_' | '~' | '=' | '+' | ',' | ':' | ';' if !is_last || differs => {
                    letter
                }
                '0'..='9' => other_of(b"0123456789", letter, is_last && !differs, &mut draws),
                _ => other_of(
                    b"abcdefghijklmnopqrstuvwxyz",
                    letter,
                    is_last && !differs,
                    &mut draws,
                ),
            };
            differs |= !other.eq_ignore_ascii_case(&letter);
            url.push(other);
        }
    }
}

/// One of `choices`; if it `must` differ, not `letter`.
fn other_of<const COUNT: usize>(
    choices: &[u8; COUNT],
    letter: char,
    must: bool,
    draws: &mut Draws<'_>,
) -> char {
    loop {
        let other = char::from(draws.one_of(choices));
        if !must || !other.eq_ignore_ascii_case(&letter) {
            return other;
        }
    }
}

/// A scheme with its `://`, and what is behind it.
fn scheme(url: &str) -> Option<(&str, &str)> {
    let at = url.find("://")?;
    let name = url.get(..at)?;
    let is_scheme = !name.is_empty()
        && name.len() <= LONGEST_SCHEME
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+');
    is_scheme.then(|| url.split_at(at + "://".len()))
}

/// What is before a character, and what is behind it.
fn parted(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// Whether it may be the name of a parameter, and nothing else.
fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.len() <= 32 && name.bytes().all(is_letter)
}
