//! Splits a script into statements as `psql` does, and refuses what would leave the transaction,
//! the shadow, or the role that scripts run under.

mod refusal;
mod token;

pub(super) use refusal::{Reason, Refusal};

use token::{Kind, Token};

/// One statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    /// Its text, with its semicolon if it has one.
    pub(super) text: &'a str,
    /// The line its first word stands in, from 1.
    pub(super) line: usize,
}

/// The statements of a script, in order.
pub(super) fn statements(text: &str) -> Result<Vec<Statement<'_>>, Refusal> {
    let mut found = Vec::new();
    let (mut open, mut position, mut line) = (None, 0, 1);
    // Some editors mark a file as UTF-8.
    if text.starts_with('\u{feff}') {
        position += '\u{feff}'.len_utf8();
    }
    while let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) {
        let token = Token::first(rest);
        let word = rest.get(..token.length).unwrap_or_default();
        position += token.length;
        if token.kind == Kind::Backslash {
            return Err(Reason::MetaCommand.at(line));
        }
        let is_blank =
            token.kind == Kind::Space || (token.kind == Kind::Semicolon && open.is_none());
        if !is_blank {
            let statement: &mut Open =
                open.get_or_insert_with(|| Open::new(position - word.len(), line));
            statement.take(token.kind, word);
            if token.kind == Kind::Semicolon && statement.ends() {
                found.extend(
                    open.take()
                        .map(|open| open.close(text, position))
                        .transpose()?,
                );
            }
        }
        line += word.bytes().filter(|byte| *byte == b'\n').count();
    }
    found.extend(open.map(|open| open.close(text, text.len())).transpose()?);
    Ok(found)
}

/// A statement that has begun.
struct Open {
    begin: usize,
    line: usize,
    /// Its first words in capitals; an empty one stands for anything that is no word.
    words: Vec<String>,
    /// Parentheses that are open.
    parentheses: usize,
    /// Bodies of SQL-standard functions, and `CASE` within them, that are open.
    blocks: usize,
    /// Whether the last token is BEGIN.
    has_begun: bool,
}

/// As many words as tell what a statement does.
const TELLING: usize = 4;

impl Open {
    fn new(begin: usize, line: usize) -> Self {
        Self {
            begin,
            line,
            words: Vec::new(),
            parentheses: 0,
            blocks: 0,
            has_begun: false,
        }
    }

    fn take(&mut self, kind: Kind, word: &str) {
        let word = match kind {
            Kind::Word => word.to_ascii_uppercase(),
            _ => String::new(),
        };
        match (kind, word.as_str()) {
            (Kind::Opening, _) => self.parentheses += 1,
            (Kind::Closing, _) => self.parentheses = self.parentheses.saturating_sub(1),
            (_, "ATOMIC") if self.has_begun && self.makes_routine() => self.blocks += 1,
            (_, "CASE") if self.blocks > 0 => self.blocks += 1,
            (_, "END") => self.blocks = self.blocks.saturating_sub(1),
            _ => {}
        }
        self.has_begun = word == "BEGIN";
        if self.words.len() < TELLING {
            self.words.push(word);
        }
    }

    /// Whether its text may hold statements.
    fn makes_routine(&self) -> bool {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        matches!(
            words.as_slice(),
            ["CREATE", "FUNCTION" | "PROCEDURE", ..]
                | ["CREATE", "OR", "REPLACE", "FUNCTION" | "PROCEDURE"]
        )
    }

    /// Whether a semicolon here ends it.
    fn ends(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn close(self, text: &str, end: usize) -> Result<Statement<'_>, Refusal> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match refusal::reason(&words) {
            Some(reason) => Err(reason.at(self.line)),
            None => Ok(Statement {
                text: text.get(self.begin..end).unwrap_or_default(),
                line: self.line,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<(usize, &str)> {
        let found = statements(text).unwrap();
        found
            .into_iter()
            .map(|statement| (statement.line, statement.text))
            .collect()
    }

    #[test]
    fn semicolons_end_statements_outside_quotes_and_comments() {
        let text = "\u{feff}-- a; \\comment\nSELECT ';\\', \"a;b\", 'it''s;';\n\n/* ; /* ; */ ; */;DELETE\nFROM t";
        assert_eq!(
            split(text),
            [
                (2, "SELECT ';\\', \"a;b\", 'it''s;';"),
                (4, "DELETE\nFROM t"),
            ]
        );
        assert_eq!(split(" ;; -- only a comment"), []);
        assert_eq!(split("SELECT 'open; "), [(1, "SELECT 'open; ")]);
    }

    #[test]
    fn every_way_of_quoting_is_known() {
        let whole = [
            r"SELECT E'\';', e'\\', 'a\';",
            "SELECT E'a' -- x'\n  '\\';b';",
            r"SELECT U&'\0041;', U&';' UESCAPE '!', N';', B'1', X'1F';",
            "SELECT $$;'$$, $a$ ; $$ $b$ ; $a$, $ä$;$ä$;",
            "SELECT a$b$c, $1;",
            "SELECT 1$a$;$a$;",
            "SELECT type'\\';",
            "SELECT 1 +/* ; */ 2, 3 *-- ;\n 4;",
        ];
        for text in whole {
            let script = format!("{text}DELETE FROM t;");
            assert_eq!(split(&script)[0].1, text);
            assert_eq!(split(&script).len(), 2, "{text}");
        }
    }

    #[test]
    fn what_holds_statements_is_one_statement() {
        let whole = [
            "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;",
            "create or replace procedure p() begin /* x */ atomic DELETE FROM t; END;",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN; COMMIT; END $$;",
            "DO $$ BEGIN PERFORM 1; END $$;",
        ];
        for text in whole {
            let script = format!("{text} SELECT 1;");
            assert_eq!(split(&script), [(1, text), (1, "SELECT 1;")]);
        }
        assert_eq!(split("SELECT begin FROM atomic; SELECT 1;").len(), 2);
        assert_eq!(
            split("CREATE VIEW v AS SELECT begin, atomic; END_OF;").len(),
            2
        );
    }

    proptest! {
        #[test]
        fn any_text_is_split_into_pieces_of_it(
            text in "(CREATE FUNCTION |BEGIN |ATOMIC |CASE |END |SELECT |[eEuU]&?|'|''|\"|\\$\\$|\\$a\\$|/\\*|\\*/|--|\n|;|\\(|\\)|\\\\|[ a1é.+]|\\PC){0,40}",
        ) {
            if let Ok(found) = statements(&text) {
                let mut rest = text.as_str();
                for statement in found {
                    let (_, behind) = rest.split_once(statement.text).unwrap();
                    rest = behind;
                }
            }
        }
    }
}
