//! Where statements end, by the rules of the `mysql` client.

use super::lexis::is_space;
use super::{Kind, Lexis};

/// The client's command that changes what ends a statement.
const COMMAND: &[u8] = b"DELIMITER";

/// Finds the ends of statements.
#[derive(Debug, Clone)]
pub(crate) struct Splitter {
    /// How quotes are read.
    pub(crate) lexis: Lexis,
    delimiter: Vec<u8>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A piece of the statement at hand, of that length.
    Piece(Kind, usize),
    /// What ends it, of that length.
    End(usize),
}

impl Default for Splitter {
    fn default() -> Self {
        Self {
            lexis: Lexis::default(),
            delimiter: b";".to_vec(),
        }
    }
}

impl Splitter {
    /// What the text that is left begins with; nothing at its end. As in the client, comments to
    /// the server hide no end of a statement.
    pub(crate) fn step(&mut self, rest: &[u8]) -> Option<Step> {
        if rest.starts_with(&self.delimiter) {
            let escapes = self.lexis.escapes;
            self.lexis = Lexis::default();
            self.lexis.escapes = escapes;
            return Some(Step::End(self.delimiter.len()));
        }
        let (kind, length) = self.lexis.next(rest)?;
        let length = match kind {
            // `END$$` is a word and what ends the statement.
            Kind::Word => (1..length)
                .find(|at| {
                    rest.get(*at..)
                        .is_some_and(|rest| rest.starts_with(&self.delimiter))
                })
                .unwrap_or(length),
            _ => length,
        };
        Some(Step::Piece(kind, length))
    }

    /// Where no statement is open: the length of a command that changes what ends one, which is
    /// then obeyed. It takes its whole line.
    pub(crate) fn command(&mut self, rest: &[u8]) -> Option<usize> {
        let (word, behind) = rest.split_at_checked(COMMAND.len())?;
        let argument = behind.first().is_some_and(|byte| is_space(*byte));
        if !word.eq_ignore_ascii_case(COMMAND) || !argument {
            return None;
        }
        let line = behind
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let words = line.split(|byte| is_space(*byte));
        let delimiter = words.into_iter().find(|word| !word.is_empty())?;
        self.delimiter = delimiter.to_vec();
        Some(COMMAND.len() + line.len())
    }
}

/// One statement, without what ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement<'a> {
    pub(crate) text: &'a str,
    /// The line its first word stands in, from 1.
    pub(crate) line: usize,
}

/// The statements of a text, in order. What is only comments is none.
pub(crate) struct Statements<'a> {
    splitter: Splitter,
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Statements<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        // Some editors mark a file as UTF-8.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            splitter: Splitter::default(),
            text,
            at: 0,
            line: 1,
        }
    }

    fn advance(&mut self, length: usize) {
        let end = self.at + length;
        let passed = self.text.get(self.at..end).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed.as_bytes()).count();
        self.at = end;
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Statement<'a>;

    fn next(&mut self) -> Option<Statement<'a>> {
        // Where the statement begins, its line, and where its last piece ends.
        let mut open: Option<(usize, usize, usize)> = None;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let command = open.is_none().then(|| self.splitter.command(rest));
            if let Some(length) = command.flatten() {
                self.advance(length);
                continue;
            }
            match self.splitter.step(rest) {
                Some(Step::Piece(kind, length)) => {
                    let is_blank = matches!(kind, Kind::Space | Kind::Comment);
                    if !is_blank {
                        let (begin, line) = open.map_or((self.at, self.line), |(b, l, _)| (b, l));
                        open = Some((begin, line, self.at + length));
                    }
                    self.advance(length);
                }
                Some(Step::End(length)) if open.is_none() => self.advance(length),
                end => {
                    let (begin, line, last) = open?;
                    if let Some(Step::End(length)) = end {
                        self.advance(length);
                    }
                    let text = self.text.get(begin..last).unwrap_or_default();
                    return Some(Statement { text, line });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<(usize, &str)> {
        let all = Statements::of(text);
        all.map(|statement| (statement.line, statement.text))
            .collect()
    }

    #[test]
    fn semicolons_end_statements_outside_quotes_and_comments() {
        let text = "\u{feff}-- a; 'comment\nSELECT ';\\';', \"a;b\", `;`;\n\n/* ; */;# x;y\nDELETE\nFROM t -- end ;\n";
        assert_eq!(
            split(text),
            [(2, "SELECT ';\\';', \"a;b\", `;`"), (5, "DELETE\nFROM t"),]
        );
        assert_eq!(split(" ;; -- only a comment"), []);
        assert_eq!(split("SELECT 'open; "), [(1, "SELECT 'open; ")]);
        assert_eq!(
            split("/*!40101 SET NAMES utf8mb4 */;\nSELECT 1"),
            [(1, "/*!40101 SET NAMES utf8mb4 */"), (2, "SELECT 1")]
        );
    }

    #[test]
    fn whatever_ends_statements_can_be_changed() {
        let text = "SELECT 1;\ndelimiter ;;\nCREATE PROCEDURE p() BEGIN SELECT ';;'; END;;\nDELIMITER $$ ignored\n\
                    CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = 1; END$$\nDELIMITER //\nSELECT 2 /* // */ // DELIMITER ;\nSELECT 3;";
        assert_eq!(
            split(text),
            [
                (1, "SELECT 1"),
                (3, "CREATE PROCEDURE p() BEGIN SELECT ';;'; END"),
                (
                    5,
                    "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = 1; END"
                ),
                (7, "SELECT 2"),
                (8, "SELECT 3"),
            ]
        );
        assert_eq!(split("SELECT delimiter FROM t;").len(), 1);
        assert_eq!(split("delimiter_of();").len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_split_into_pieces_of_it(
            text in "(DELIMITER |[$]{2}|'|\"|`|/\\*!|/\\*|\\*/|--|\n|;|\\\\|[ a1é.+]|\\PC){0,40}",
        ) {
            let mut rest = text.as_str();
            for statement in Statements::of(&text) {
                let (_, behind) = rest.split_once(statement.text).unwrap();
                rest = behind;
            }
        }
    }
}
