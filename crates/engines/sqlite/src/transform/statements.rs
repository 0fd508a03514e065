//! Splits a script into statements by the rules of SQLite's own shell: a semicolon ends one,
//! unless it stands in quotes, in a comment, or in the body of a trigger.

/// One statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    /// The line its first word stands in, from 1.
    pub(super) line: usize,
    /// Its text, with its semicolon if it has one.
    pub(super) sql: &'a str,
}

/// How far a statement is, as far as its end depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space so far.
    Start,
    /// A statement that the next semicolon ends.
    Plain,
    /// After EXPLAIN.
    Explain,
    /// After CREATE, perhaps TEMP.
    Create,
    /// In a trigger's body.
    Trigger,
    /// After a semicolon in a trigger's body.
    TriggerSemicolon,
    /// After the END that follows a semicolon in a trigger's body.
    TriggerEnd,
}

/// The statements of a script, in order.
pub(super) fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let (mut state, mut begin, mut position) = (State::Start, 0, 0);
    while let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) {
        let token = Token::first(rest);
        if state == State::Start && token.kind != Kind::Space {
            begin = position;
        }
        position += token.length;
        let ends = token.kind == Kind::Semicolon && !matches!(state, State::Trigger);
        let ends = ends && state != State::TriggerSemicolon;
        if ends && state != State::Start {
            found.extend(statement(text, begin, position));
        }
        state = if ends {
            State::Start
        } else {
            state.after(&token, rest)
        };
    }
    if state != State::Start {
        found.extend(statement(text, begin, text.len()));
    }
    found
}

/// The text with a space for each comment outside quotes.
pub(crate) fn without_comments(sql: &str) -> String {
    let (mut clean, mut rest) = (String::with_capacity(sql.len()), sql);
    while !rest.is_empty() {
        let (token, after) = rest
            .split_at_checked(Token::first(rest).length)
            .unwrap_or((rest, ""));
        let is_comment = token.starts_with("--") || token.starts_with("/*");
        clean.push_str(if is_comment { " " } else { token });
        rest = after;
    }
    clean.truncate(clean.trim_end().len());
    clean
}

fn statement(text: &str, begin: usize, end: usize) -> Option<Statement<'_>> {
    let line = text
        .get(..begin)?
        .bytes()
        .filter(|byte| *byte == b'\n')
        .count()
        + 1;
    text.get(begin..end).map(|sql| Statement { line, sql })
}

impl State {
    fn after(self, token: &Token, text: &str) -> Self {
        let word = text.get(..token.length).unwrap_or_default();
        let is = |name: &str| token.kind == Kind::Word && word.eq_ignore_ascii_case(name);
        match (self, token.kind) {
            (state, Kind::Space) => state,
            (Self::Trigger | Self::TriggerSemicolon | Self::TriggerEnd, Kind::Semicolon) => {
                Self::TriggerSemicolon
            }
            (Self::TriggerSemicolon, _) if is("END") => Self::TriggerEnd,
            (Self::Trigger | Self::TriggerSemicolon | Self::TriggerEnd, _) => Self::Trigger,
            (Self::Start, _) if is("EXPLAIN") => Self::Explain,
            (Self::Start | Self::Explain, _) if is("CREATE") => Self::Create,
            (Self::Explain, _) if is("QUERY") || is("PLAN") => Self::Explain,
            (Self::Create, _) if is("TEMP") || is("TEMPORARY") => Self::Create,
            (Self::Create, _) if is("TRIGGER") => Self::Trigger,
            _ => Self::Plain,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// White space or a comment.
    Space,
    /// A letter sequence, perhaps a keyword.
    Word,
    Semicolon,
    /// Anything else, quoted text included.
    Other,
}

struct Token {
    kind: Kind,
    length: usize,
}

impl Token {
    /// The token at the start of a text that is not empty.
    fn first(text: &str) -> Self {
        let to = |end: &str, from: usize| {
            text.get(from..)
                .and_then(|rest| rest.find(end))
                .map_or(text.len(), |found| from + found + end.len())
        };
        let run =
            |belongs: fn(char) -> bool| text.find(|letter| !belongs(letter)).unwrap_or(text.len());
        let first = text.chars().next().unwrap_or(' ');
        let (kind, length) = match first {
            ';' => (Kind::Semicolon, 1),
            '-' if text.starts_with("--") => (Kind::Space, to("\n", 2)),
            '/' if text.starts_with("/*") => (Kind::Space, to("*/", 2)),
            // A doubled quote ends one text and begins the next: the same, for this purpose.
            '\'' | '"' | '`' => (Kind::Other, to(first.encode_utf8(&mut [0; 4]), 1)),
            '[' => (Kind::Other, to("]", 1)),
            _ if is_space(first) => (Kind::Space, run(is_space)),
            _ if is_word(first) => (Kind::Word, run(is_word)),
            _ => (Kind::Other, first.len_utf8()),
        };
        Self { kind, length }
    }
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\x0c' | '\r' | '\u{feff}')
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(usize, &str)> {
        statements(text)
            .into_iter()
            .map(|statement| (statement.line, statement.sql))
            .collect()
    }

    #[test]
    fn semicolons_end_statements_outside_quotes_and_comments() {
        let text =
            "-- a; comment\nSELECT ';', \"a;b\", [c;d], `e;f`, 'it''s;';\n\n/* ; */;DELETE\nFROM t";
        assert_eq!(
            split(text),
            [
                (2, "SELECT ';', \"a;b\", [c;d], `e;f`, 'it''s;';"),
                (4, "DELETE\nFROM t"),
            ]
        );
    }

    #[test]
    fn comments_go_and_what_only_looks_like_one_stays() {
        assert_eq!(
            without_comments("a /* x */ '--' \"/*\" [--]-- y\n, b - -1 -- z"),
            "a   '--' \"/*\" [--] , b - -1"
        );
    }

    #[test]
    fn a_trigger_is_one_statement() {
        let trigger = "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN\n SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t; END;";
        let text = format!("{trigger}\nSELECT 1;");
        assert_eq!(split(&text), [(1, trigger), (3, "SELECT 1;")]);
    }

    #[test]
    fn what_is_no_statement_is_left_out() {
        assert_eq!(split("\u{feff} ;; -- only a comment"), []);
        assert_eq!(
            split("SELECT 'never closed; "),
            [(1, "SELECT 'never closed; ")]
        );
    }
}
