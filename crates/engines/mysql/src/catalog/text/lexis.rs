//! Where the next piece of a text in SQL ends. It works on bytes: everything that decides is ASCII,
//! in every character set that a text may be in here.

use memchr::{memchr, memchr2, memmem};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// White space.
    Space,
    /// A comment to people.
    Comment,
    /// `/*!50003` or `/*M!100301`: what follows is for the server, up to [`Kind::Closes`].
    Opens,
    /// `*/`, behind text for the server.
    Closes,
    /// A name or number without quotes, perhaps a keyword.
    Word,
    /// A name in backticks.
    Name,
    /// Text in quotes, single or double.
    Text,
    /// One byte of anything else.
    Symbol,
}

/// From this version on, `/*!` hides its text from every server there is.
const NO_SERVER: u32 = 999_999;

/// Reads pieces, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Lexis {
    /// Comments to the server that are open.
    open: usize,
    /// Whether a backslash in quotes takes the next byte with it.
    pub(crate) escapes: bool,
}

impl Default for Lexis {
    fn default() -> Self {
        Self {
            open: 0,
            escapes: true,
        }
    }
}

impl Lexis {
    /// The piece at the start of what is left: its kind and length. What is not closed goes on to
    /// the end. Nothing at the end.
    pub(crate) fn next(&mut self, rest: &[u8]) -> Option<(Kind, usize)> {
        let first = *rest.first()?;
        let run = |belongs: fn(u8) -> bool| {
            let end = rest.iter().position(|byte| !belongs(*byte));
            end.unwrap_or(rest.len())
        };
        Some(match first {
            b'`' => (Kind::Name, closed(rest, b'`', false)),
            b'\'' | b'"' => (Kind::Text, closed(rest, first, self.escapes)),
            b'/' if rest.starts_with(b"/*") => self.comment(rest),
            b'*' if self.open > 0 && rest.starts_with(b"*/") => {
                self.open -= 1;
                (Kind::Closes, 2)
            }
            b'#' => (Kind::Comment, line(rest)),
            b'-' if begins_comment(rest) => (Kind::Comment, line(rest)),
            _ if is_space(first) => (Kind::Space, run(is_space)),
            _ if is_in_word(first) => (Kind::Word, run(is_in_word)),
            _ => (Kind::Symbol, 1),
        })
    }

    fn comment(&mut self, rest: &[u8]) -> (Kind, usize) {
        let mark = match rest.get(2..) {
            Some([b'!', ..]) => 3,
            Some([b'M', b'!', ..]) => 4,
            _ => 0,
        };
        let digits = rest.iter().skip(mark).take_while(|b| b.is_ascii_digit());
        let digits = digits.take(6);
        let (length, version) = digits.fold((0, 0), |(length, version), digit| {
            (length + 1, version * 10 + u32::from(digit - b'0'))
        });
        if mark > 0 && version < NO_SERVER {
            self.open += 1;
            return (Kind::Opens, mark + length);
        }
        let end = rest.get(2..).and_then(|text| memmem::find(text, b"*/"));
        (Kind::Comment, end.map_or(rest.len(), |at| at + 4))
    }
}

/// Whether two dashes begin a comment: something that is no sign must stand behind them.
fn begins_comment(rest: &[u8]) -> bool {
    match rest {
        [b'-', b'-'] => true,
        [b'-', b'-', behind, ..] => is_space(*behind) || behind.is_ascii_control(),
        _ => false,
    }
}

fn line(rest: &[u8]) -> usize {
    memchr(b'\n', rest).unwrap_or(rest.len())
}

/// The length of what stands in quotes. A doubled quote stands for one.
fn closed(rest: &[u8], quote: u8, escapes: bool) -> usize {
    let mut at = 1;
    while let Some(text) = rest.get(at..) {
        let found = match escapes {
            true => memchr2(quote, b'\\', text),
            false => memchr(quote, text),
        };
        let Some(found) = found else { break };
        at += found + 1;
        if text.get(found) == Some(&b'\\') || rest.get(at) == Some(&quote) {
            at += 1;
        } else {
            return at;
        }
    }
    rest.len()
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        let (mut lexis, mut rest, mut found) = (Lexis::default(), text, Vec::new());
        while let Some((kind, length)) = lexis.next(rest.as_bytes()) {
            let (piece, behind) = rest.split_at(length);
            found.push((kind, piece));
            rest = behind;
        }
        found
    }

    #[test]
    fn quotes_hide_what_is_in_them() {
        for text in [
            r"'a\'b;'",
            "'it''s'",
            r#""a\"b""#,
            r"'\\'",
            "'-- /* '",
            "'\n'",
            "'open",
        ] {
            assert_eq!(kinds(text), [(Kind::Text, text)]);
        }
        assert_eq!(kinds("`a``b\\`"), [(Kind::Name, "`a``b\\`")]);
        let mut plain = Lexis {
            escapes: false,
            ..Lexis::default()
        };
        assert_eq!(plain.next(br"'\';"), Some((Kind::Text, 3)));
    }

    #[test]
    fn comments_to_people_and_to_servers_are_told_apart() {
        assert_eq!(
            kinds("/*!50003 a /* b */ c*/ d"),
            [
                (Kind::Opens, "/*!50003"),
                (Kind::Space, " "),
                (Kind::Word, "a"),
                (Kind::Space, " "),
                (Kind::Comment, "/* b */"),
                (Kind::Space, " "),
                (Kind::Word, "c"),
                (Kind::Closes, "*/"),
                (Kind::Space, " "),
                (Kind::Word, "d"),
            ]
        );
        assert_eq!(kinds("/*M!100301 x*/").len(), 4);
        let sandbox = r"/*M!999999\- enable the sandbox mode */";
        assert_eq!(kinds(sandbox), [(Kind::Comment, sandbox)]);
        for comment in ["-- a; 'b", "--\ta", "# it's", "--"] {
            assert_eq!(kinds(comment), [(Kind::Comment, comment)]);
        }
        assert_eq!(kinds("1--1")[1], (Kind::Symbol, "-"));
        assert_eq!(kinds("2*/*x*/3").len(), 4);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_between_its_letters(text in "(['\"`*/!\\\\#;. -]|/\\*!|\\*/|--|\n|1|a|é|\\PC){0,40}") {
            let pieces: String = kinds(&text).into_iter().map(|(_, piece)| piece).collect();
            prop_assert_eq!(pieces, text);
        }
    }
}
