//! Values planted where personal data hides, and the mask that finds them there.

use super::rules_of_masking::Echo;
use weir_engine::{ColumnMask, Field, Replacement};
use weir_model::error::Result;

/// What every canary begins with, in lower case.
const CANARY: &str = "canary-";
/// The same in mixed case.
const MIXED: &str = "CaNaRy-";
/// What follows the four digits of its number.
const END: &str = "@planted.example";
/// What takes a canary's place.
const SCRUBBED: &[u8] = b"nobody";
/// Rows of planted values; five canaries each.
const ROWS: usize = 200;

/// One row of `canaries`, and one of `copies`, which holds `plain` again.
#[derive(Debug, Clone)]
pub struct Planted {
    /// Its number.
    pub id: usize,
    /// A canary alone.
    pub plain: String,
    /// A JSON document with one inside.
    pub document: String,
    /// A list with one in it, for engines that have arrays; others store it as a JSON array.
    pub list: Vec<String>,
    /// A sentence with one in it.
    pub prose: String,
    /// Bytes that hold text with one in it.
    pub bytes: Vec<u8>,
}

/// A thousand canaries, every third of them in mixed case.
pub(super) fn planted() -> Vec<Planted> {
    (0..ROWS).map(row).collect()
}

fn row(id: usize) -> Planted {
    let canary = |place: usize| {
        let number = id * 5 + place;
        let name = if number.is_multiple_of(3) {
            MIXED
        } else {
            CANARY
        };
        format!("{name}{number:04}{END}")
    };
    let bytes = [b"\0\xff".as_slice(), canary(4).as_bytes(), b"\0"].concat();
    Planted {
        id,
        plain: canary(0),
        document: format!(
            r#"{{"contact": {{"email": "{}", "since": {id}}}, "tags": ["é😀", null]}}"#,
            canary(1)
        ),
        list: vec!["first, of all".to_owned(), canary(2)],
        prose: format!("Asked on Monday: write to {}, or call.", canary(3)),
        bytes,
    }
}

/// How an engine of SQL writes the planted values down.
pub struct Dialect {
    /// The type of texts of at most 80 characters.
    pub text: &'static str,
    /// The type of documents.
    pub document: &'static str,
    /// The type of lists.
    pub list: &'static str,
    /// The type of bytes.
    pub bytes: &'static str,
    /// A list as a literal, of elements that are literals.
    pub list_literal: fn(&[String]) -> String,
    /// Bytes as a literal, of their hexadecimal digits.
    pub bytes_literal: fn(&str) -> String,
}

/// The statements that make and fill `canaries` and `copies`.
#[must_use]
pub fn canary_sql(planted: &[Planted], dialect: &Dialect) -> Vec<String> {
    let quoted = |text: &str| format!("'{text}'");
    let rows = planted.iter().map(|row| {
        let list: Vec<String> = row.list.iter().map(|element| quoted(element)).collect();
        format!(
            "({}, '{}', '{}', {}, '{}', {})",
            row.id,
            row.plain,
            row.document,
            (dialect.list_literal)(&list),
            row.prose,
            (dialect.bytes_literal)(&digits(&row.bytes))
        )
    });
    let rows: Vec<String> = rows.collect();
    let Dialect {
        text,
        document,
        list,
        bytes,
        ..
    } = dialect;
    vec![
        format!(
            "CREATE TABLE canaries(id INTEGER PRIMARY KEY, plain {text}, document {document}, \
             list {list}, prose {text}, bytes {bytes})"
        ),
        format!("INSERT INTO canaries VALUES {}", rows.join(", ")),
        format!("CREATE TABLE copies(id INTEGER PRIMARY KEY, plain {text})"),
        "INSERT INTO copies SELECT id, plain FROM canaries".to_owned(),
    ]
}

/// Takes canaries out of whatever holds them, and leaves the rest.
pub(super) struct Scrub;

impl ColumnMask for Scrub {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Text(text) => {
                let text = match from_digits(text) {
                    Some(bytes) => format!("\\x{}", digits(&scrubbed(&bytes))),
                    None => String::from_utf8(scrubbed(text)).expect("text stays text"),
                };
                Replacement::Text(text)
            }
            Field::Blob(bytes) => Replacement::Blob(scrubbed(bytes)),
            other => return Echo.mask(other),
        })
    }
}

fn scrubbed(mut bytes: &[u8]) -> Vec<u8> {
    let mut clean = Vec::new();
    while let Some(at) = position(bytes, CANARY.as_bytes()) {
        clean.extend_from_slice(&bytes[..at]);
        clean.extend_from_slice(SCRUBBED);
        bytes = &bytes[at + CANARY.len() + 4 + END.len()..];
    }
    clean.extend_from_slice(bytes);
    clean
}

/// Where something is first, in whatever case.
fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window.eq_ignore_ascii_case(wanted))
}

/// Whether a canary is anywhere in what was written down, also where bytes are written as
/// hexadecimal digits or as lists of numbers.
pub(super) fn holds_canary(content: &[u8]) -> bool {
    let numbers = |name: &str, between: &str| -> String {
        let numbers: Vec<String> = name.bytes().map(|byte| byte.to_string()).collect();
        numbers.join(between)
    };
    let spellings = [CANARY, MIXED].into_iter().flat_map(|name| {
        let digits = digits(name.as_bytes());
        [digits, numbers(name, ","), numbers(name, ", ")]
    });
    let spellings: Vec<String> = spellings.chain([CANARY.to_owned()]).collect();
    // Only where a spelling can begin is one looked for: there are megabytes to look through.
    let begins = content.iter().enumerate();
    begins
        .filter(|(_, byte)| b"cC469".contains(byte))
        .any(|(at, _)| {
            spellings.iter().any(|spelling| {
                let found = content.get(at..at + spelling.len());
                found.is_some_and(|found| found.eq_ignore_ascii_case(spelling.as_bytes()))
            })
        })
}

/// How many values hold a canary, and how many what takes its place.
pub(super) fn count(values: impl Iterator<Item = Replacement>) -> (usize, usize) {
    let (mut planted, mut clean) = (0, 0);
    for value in values {
        let bytes = match value {
            Replacement::Text(text) => match from_digits(text.as_bytes()) {
                Some(bytes) => bytes,
                None => text.into_bytes(),
            },
            Replacement::Blob(bytes) => bytes,
            _ => continue,
        };
        planted += usize::from(position(&bytes, CANARY.as_bytes()).is_some());
        clean += usize::from(position(&bytes, SCRUBBED).is_some());
    }
    (planted, clean)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that an engine hands on as text, as PostgreSQL writes them.
fn from_digits(text: &[u8]) -> Option<Vec<u8>> {
    let digits = std::str::from_utf8(text.strip_prefix(b"\\x")?).ok()?;
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect()
}
