//! What a script is made of, as far as the ends of statements depend on it.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space or a comment.
    Space,
    /// A name without quotes, perhaps a keyword.
    Word,
    Semicolon,
    /// `(`
    Opening,
    /// `)`
    Closing,
    /// Begins a command to `psql`.
    Backslash,
    /// Anything else, quoted text included.
    Other,
}

/// A piece of a script.
pub(super) struct Token {
    pub(super) kind: Kind,
    /// In bytes.
    pub(super) length: usize,
}

impl Token {
    /// The token at the start of a text that is not empty.
    pub(super) fn first(text: &str) -> Self {
        let run =
            |belongs: fn(char) -> bool| text.find(|letter| !belongs(letter)).unwrap_or(text.len());
        let first = text.chars().next().unwrap_or(' ');
        let (kind, length) = match first {
            ';' => (Kind::Semicolon, 1),
            '(' => (Kind::Opening, 1),
            ')' => (Kind::Closing, 1),
            '\\' => (Kind::Backslash, 1),
            '\'' | '"' => (Kind::Other, quoted(text, first)),
            'e' | 'E' if text.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
                (Kind::Other, escaped(text))
            }
            '$' => (Kind::Other, dollar(text)),
            '-' if text.starts_with("--") => (Kind::Space, line(text)),
            '/' if text.starts_with("/*") => (Kind::Space, comment(text)),
            _ if is_space(first) => (Kind::Space, run(is_space)),
            _ if begins_word(first) => (Kind::Word, run(is_in_word)),
            _ => (Kind::Other, first.len_utf8()),
        };
        Self { kind, length }
    }
}

/// The length of text in quotes. A doubled quote ends one text and begins the next: the same, for
/// this purpose. So is what stands in front of a quote: `U&`, `N`, `B`, `X`.
fn quoted(text: &str, quote: char) -> usize {
    text.get(1..)
        .and_then(|rest| rest.find(quote))
        .map_or(text.len(), |at| 1 + at + 1)
}

/// The length of `E'…'`, in which a backslash takes the next letter with it. Behind a line break
/// it may go on, by the same rule.
fn escaped(text: &str) -> usize {
    let mut position = 2;
    while let Some(rest) = text.get(position..) {
        let Some(at) = rest.find(['\\', '\'']) else {
            break;
        };
        position += at + 1;
        let behind = rest.get(at + 1..).unwrap_or_default();
        if rest.get(at..).is_some_and(|rest| rest.starts_with('\\')) {
            position += behind.chars().next().map_or(0, char::len_utf8);
        } else if behind.starts_with('\'') {
            position += 1;
        } else if let Some(gap) = continuation(behind) {
            position += gap;
        } else {
            return position;
        }
    }
    text.len()
}

/// The length of what lies between a text and its continuation, the quote included: white space
/// and comments of a line, with a line break.
fn continuation(text: &str) -> Option<usize> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_space);
        if !rest.starts_with("--") {
            break;
        }
        rest = rest.get(line(rest)..)?;
    }
    let length = text.len() - rest.len();
    let breaks = text.get(..length)?.contains(['\n', '\r']);
    (breaks && rest.starts_with('\'')).then_some(length + 1)
}

/// The length of `$tag$…$tag$`; of the dollar alone where it begins no such text.
fn dollar(text: &str) -> usize {
    let Some((tag, body)) = text.get(1..).and_then(|rest| rest.split_once('$')) else {
        return 1;
    };
    let is_tag = tag
        .chars()
        .all(|letter| is_in_word(letter) && letter != '$');
    if !is_tag || tag.starts_with(|first: char| first.is_ascii_digit()) {
        return 1;
    }
    let delimiter = text.get(..tag.len() + 2).unwrap_or_default();
    body.find(delimiter)
        .map_or(text.len(), |at| at + 2 * delimiter.len())
}

fn line(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// The length of a comment, which may hold others.
fn comment(text: &str) -> usize {
    let (mut depth, mut position) = (0_usize, 0);
    while let Some(at) = text.get(position..).and_then(|rest| rest.find(['/', '*'])) {
        position += at;
        let rest = text.get(position..).unwrap_or_default();
        if rest.starts_with("/*") {
            depth += 1;
            position += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            position += 2;
            if depth == 0 {
                return position;
            }
        } else {
            position += 1;
        }
    }
    text.len()
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn begins_word(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii()
}

fn is_in_word(letter: char) -> bool {
    begins_word(letter) || letter.is_ascii_digit() || letter == '$'
}
