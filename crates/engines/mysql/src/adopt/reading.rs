//! Reads a dump from its beginning to its end: what it makes is kept, its rows are handed on.

use super::contents::{Contents, default_collation};
use super::object::{object, unwrapped};
use super::opening::TAKE_WHOLE;
use super::part::Part;
use super::rows::{Head, Rows, Target};
use super::settings::Settings;
use super::source::Source;
use crate::catalog::text::{Kind as Piece, Step, Token, tokens};
use crate::config::is_own;
use bytes::Bytes;
use std::io::Read;
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};

/// Where the rows of a dump go.
pub(super) trait Output {
    /// A part of that table begins; its name is given back.
    fn begin(&mut self, database: &str, table: &str) -> Result<String>;
    /// The next bytes of it.
    fn bytes(&mut self, bytes: Bytes) -> Result<()>;
    /// It is whole.
    fn end(&mut self) -> Result<()>;
}

/// First words of statements that change nothing of what is kept.
const WITHOUT_EFFECT: [&str; 12] = [
    "DROP", "LOCK", "UNLOCK", "COMMIT", "BEGIN", "START", "FLUSH", "CHANGE", "ANALYZE", "PURGE",
    "ROLLBACK", "RESET",
];

/// A dump that is being read.
pub(super) struct Reading<R, O> {
    source: Source<R>,
    output: O,
    settings: Settings,
    contents: Contents,
    /// The part that rows are written to, and the table they are of.
    part: Option<(String, Part)>,
}

impl<R: Read, O: Output> Reading<R, O> {
    pub(super) fn new(reader: R, place: String, output: O) -> Self {
        Self {
            contents: Contents::of(&place),
            source: Source::new(reader, place),
            output,
            settings: Settings::default(),
            part: None,
        }
    }

    /// Reads all of it.
    pub(super) fn read(mut self) -> Result<Contents> {
        while let Some(step) = self.source.step(0)? {
            match step {
                Step::End(length) | Step::Piece(Piece::Space, length) => self.source.pass(length),
                Step::Piece(Piece::Comment, length) => self.comment(length)?,
                Step::Piece(kind, length) => {
                    let first = self.source.rest().get(..length).unwrap_or_default();
                    let is = |word: &str| {
                        kind == Piece::Word && first.eq_ignore_ascii_case(word.as_bytes())
                    };
                    if is("INSERT") || is("REPLACE") {
                        self.rows()?;
                    } else if !(is("DELIMITER") && self.source.command()?) {
                        self.statement()?;
                    }
                }
            }
        }
        if self.contents.made_at.is_none() {
            let cause = "it is cut off: it does not end with `-- Dump completed`";
            return Err(self.contents.refused(cause, TAKE_WHOLE));
        }
        self.end_part()?;
        Ok(self.contents)
    }

    fn comment(&mut self, length: usize) -> Result<()> {
        let text = self.source.rest().get(..length).unwrap_or_default();
        let text = String::from_utf8_lossy(text).into_owned();
        self.source.pass(length);
        self.contents.comment(&text)?;
        if self.contents.made_at.is_some() {
            return self.nothing_follows();
        }
        Ok(())
    }

    /// The last line is whole, and the last.
    fn nothing_follows(&mut self) -> Result<()> {
        while self.source.rest().len() <= 2 && self.source.more()? {}
        let cause = match self.source.rest() {
            b"\n" | b"\r\n" => return Ok(()),
            b"" | b"\r" => "it is cut off within its last line",
            _ => "it goes on behind its end",
        };
        Err(self.contents.refused(cause, TAKE_WHOLE))
    }

    fn statement(&mut self) -> Result<()> {
        let bytes = self.source.statement()?;
        let Some(text) = self.settings.charset().decode(&bytes) else {
            let set = self.settings.get("character_set_client");
            let cause = format!("it holds a statement in the character set {set}, as it seems");
            return Err(self.unsupported(&cause, "dump with --default-character-set=utf8mb4"));
        };
        let seen = tokens(&text).filter(|token| !token.is_blank()).take(8);
        let seen: Vec<Token<'_>> = seen.collect();
        let is = |at: usize, word: &str| seen.get(at).is_some_and(|token| token.is(word));
        let done = if is(0, "SET") {
            self.settings.set(&text);
            let mode = self.settings.get("sql_mode");
            self.source.splitter.lexis.escapes = !mode.contains("NO_BACKSLASH_ESCAPES");
            Some(())
        } else if is(0, "CREATE") {
            self.create(&text, &seen)?
        } else if is(0, "USE") {
            self.contents.enter(seen.get(1).and_then(Token::name))?;
            Some(())
        } else if is(0, "ALTER") && is(1, "DATABASE") {
            self.alter_database(&text)
        } else if is(0, "ALTER") && is(1, "TABLE") {
            let end = text.to_ascii_uppercase();
            let end = end.trim_end().trim_end_matches("*/").trim_end();
            end.ends_with("ABLE KEYS").then_some(())
        } else if is(0, "DO") || is(0, "SELECT") {
            self.contents.set_sequence(&text)
        } else {
            WITHOUT_EFFECT.iter().any(|word| is(0, word)).then_some(())
        };
        done.ok_or_else(|| {
            let words = seen
                .iter()
                .take(2)
                .filter(|token| token.kind == Piece::Word);
            let words: Vec<String> = words.map(|token| token.text.to_ascii_uppercase()).collect();
            let cause = format!(
                "it holds a statement that is not taken: {} …",
                words.join(" ")
            );
            self.unsupported(
                &cause,
                "take a dump that mysqldump or mariadb-dump made and nobody changed",
            )
        })
    }

    fn create(&mut self, text: &str, seen: &[Token<'_>]) -> Result<Option<()>> {
        let is = |at: usize, word: &str| seen.get(at).is_some_and(|token| token.is(word));
        if is(1, "TABLE") {
            // What stands in for a view is made by servers that know views alone.
            if !text.starts_with("/*") {
                self.contents.table(text)?;
            }
            return Ok(Some(()));
        }
        if is(1, "DATABASE") || is(1, "SCHEMA") {
            return Ok(self.database(text));
        }
        let is_sequence = is(1, "SEQUENCE") || is(3, "SEQUENCE");
        if is_sequence {
            return Ok(self.contents.sequence(&unwrapped(text)));
        }
        let made = object(text, &self.settings, self.contents.database());
        Ok(made.map(|object| self.contents.object(object)))
    }

    /// `CREATE DATABASE`, which tells the database's character set.
    fn database(&mut self, text: &str) -> Option<()> {
        let (set, collation) = defaults(text);
        let set = set?;
        let collation = collation.unwrap_or_else(|| default_collation(&set));
        self.contents.defaults = Some((set, collation));
        Some(())
    }

    /// `ALTER DATABASE`, around objects that were made when it had another collation.
    fn alter_database(&mut self, text: &str) -> Option<()> {
        let (_, collation) = defaults(text);
        let collation = collation?;
        self.settings
            .set(&format!("SET collation_database = {collation}"));
        Some(())
    }

    fn rows(&mut self) -> Result<()> {
        let head = Head::read(&mut self.source)?;
        let target = Target::of(self.contents.definition(&head.table)?);
        if target.has_timestamps() && self.settings.get("time_zone") != "+00:00" {
            let cause = format!(
                "the times in table {} are in a zone that it does not name",
                head.table
            );
            return Err(self.unsupported(&cause, "dump without --skip-tz-utc"));
        }
        if self
            .part
            .as_ref()
            .is_some_and(|(table, _)| *table != head.table)
        {
            self.end_part()?;
        }
        let mut rows = Rows::new(&target, &head, self.settings.charset());
        if is_own(&head.table) {
            let mut nowhere = Vec::new();
            while rows.next(&mut self.source, &mut nowhere)? {
                nowhere.clear();
            }
            return Ok(());
        }
        let mut row = Vec::new();
        while rows.next(&mut self.source, &mut row)? {
            self.row(&head.table, &target, &row)?;
            row.clear();
        }
        Ok(())
    }

    fn row(&mut self, table: &str, target: &Target, row: &[u8]) -> Result<()> {
        if self.part.as_ref().is_some_and(|(_, part)| part.is_large()) {
            self.end_part()?;
        }
        if self.part.is_none() {
            let name = self.output.begin(self.contents.database(), table)?;
            if let Some(adopted) = self.contents.tables.get_mut(table) {
                adopted.parts.push(name);
            }
            let part = Part::new(&Arc::clone(&target.shape));
            self.part = Some((table.to_owned(), part));
        }
        if let Some((_, part)) = &mut self.part {
            part.row().extend_from_slice(row);
            if let Some(bytes) = part.full()? {
                self.output.bytes(bytes)?;
            }
        }
        Ok(())
    }

    fn end_part(&mut self) -> Result<()> {
        let Some((table, part)) = self.part.take() else {
            return Ok(());
        };
        let (last, rows, bytes) = part.finish()?;
        if let Some(adopted) = self.contents.tables.get_mut(&table) {
            adopted.rows.absorb(&rows);
            adopted.bytes += bytes;
        }
        self.output.bytes(last)?;
        self.output.end()
    }

    fn unsupported(&self, cause: &str, hint: &str) -> Error {
        Error::new(Kind::Unsupported, self.source.doing(), cause).hint(hint)
    }
}

/// The character set and the collation that a statement about a database names.
fn defaults(text: &str) -> (Option<String>, Option<String>) {
    let seen: Vec<Token<'_>> = tokens(text)
        .filter(|token| !token.is_blank() && !token.is_symbol("="))
        .collect();
    let behind = |found: &dyn Fn(&Token<'_>) -> bool| {
        let at = seen.iter().position(found)?;
        seen.get(at + 1)?.name()
    };
    let set = behind(&|token| token.is("SET") || token.is("CHARSET"));
    (set, behind(&|token| token.is("COLLATE")))
}

#[cfg(test)]
mod tests;
