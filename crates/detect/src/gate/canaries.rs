//! Values planted by the operator, looked for in every form in which a value can hide.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use weir_model::error::{Error, Kind, Result};

/// The shortest piece of base64 that is looked for: less is in any text by chance.
const SHORTEST_BASE64: usize = 8;

/// A search for all canaries at once.
pub(super) struct Canaries {
    many: u64,
    search: Option<AhoCorasick>,
}

impl Canaries {
    pub(super) fn new(canaries: &[String]) -> Result<Self> {
        let canaries: Vec<_> = canaries
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
            .collect();
        let forms: BTreeSet<_> = canaries.iter().flat_map(|canary| forms(canary)).collect();
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&forms)
            .map_err(|error| {
                Error::from_source(Kind::Config, "prepare the search for canaries", error)
                    .hint("use fewer or shorter canaries")
            })?;
        Ok(Self {
            many: canaries.len() as u64,
            search: (!forms.is_empty()).then_some(search),
        })
    }

    /// How many are looked for.
    pub(super) fn len(&self) -> u64 {
        self.many
    }

    /// Whether a value holds any of them.
    pub(super) fn are_in(&self, value: &[u8]) -> bool {
        self.search
            .as_ref()
            .is_some_and(|search| search.is_match(value))
    }
}

/// A canary as it is, in small and capital letters (those of ASCII need none), escaped for JSON and
/// URLs, in hexadecimal and in base64.
fn forms(canary: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for cased in [
        canary.to_owned(),
        canary.to_lowercase(),
        canary.to_uppercase(),
    ] {
        forms.push(json(&cased).into_bytes());
        forms.push(percent(&cased, "%20").into_bytes());
        forms.push(percent(&cased, "+").into_bytes());
        forms.push(hexadecimal(&cased).into_bytes());
        forms.extend((0..3).filter_map(|shift| base64(&cased, shift)));
        forms.push(cased.replace('"', "\\\"").into_bytes());
        forms.push(cased.into_bytes());
    }
    forms
}

fn json(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            ' '..='~' => escaped.push(letter),
            _ => {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    escaped
}

fn percent(text: &str, space: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => escaped.push_str(space),
            b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => escaped.push(char::from(byte)),
            _ => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

fn hexadecimal(text: &str) -> String {
    let mut digits = String::new();
    for byte in text.bytes() {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The letters of base64 that a text has wherever it begins `shift` bytes after a multiple of three,
/// whatever stands before and after it.
fn base64(text: &str, shift: usize) -> Option<Vec<u8>> {
    let mut padded = vec![0; shift];
    padded.extend(text.bytes());
    let whole = padded.len() * 8 / 6;
    let encoded = STANDARD_NO_PAD.encode(&padded).into_bytes();
    let inner = encoded.get((shift * 8).div_ceil(6)..whole)?;
    (inner.len() >= SHORTEST_BASE64).then(|| inner.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_in_every_form() {
        let canary = "Jörg \"Canary\" Müßig <7>";
        let search = Canaries::new(&[canary.to_owned(), "  ".to_owned()]).unwrap();
        assert_eq!(search.len(), 1);
        let mut hidden = vec![
            format!("before {canary} after"),
            format!("before {} after", canary.to_uppercase()),
            format!("before {} after", canary.to_lowercase()),
            r#"{"name":"J\u00f6rg \"Canary\" M\u00FC\u00dfig <7>"}"#.to_owned(),
            "?q=J%C3%B6rg+%22Canary%22+M%C3%BC%C3%9Fig+%3C7%3E&x=1".to_owned(),
            format!("\\x00{}", hexadecimal(canary)),
        ];
        for before in ["", "a", "ab", "abc"] {
            hidden.push(STANDARD_NO_PAD.encode(format!("{before}{canary} and more")));
        }
        for value in hidden {
            assert!(search.are_in(value.as_bytes()), "{value}");
        }
        assert!(!search.are_in("Jörg Müßig".as_bytes()));
    }

    #[test]
    fn without_canaries_nothing_is_found() {
        assert!(!Canaries::new(&[]).unwrap().are_in(b"anything"));
    }
}
