//! The rows of INSERT statements of others, one after the other.

use super::charset::Charset;
use super::literal;
use super::source::Source;
use crate::catalog::definition::TableDefinition;
use crate::catalog::text::{Kind as Piece, Step, Token, tokens};
use crate::mask::Shape;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};

/// What an INSERT statement begins with, up to its first row.
pub(super) struct Head {
    /// The table.
    pub(super) table: String,
    /// The columns it names, if it names any.
    columns: Option<Vec<String>>,
}

impl Head {
    /// Reads what stands before the first row, and passes it.
    pub(super) fn read<R: Read>(source: &mut Source<R>) -> Result<Self> {
        let mut length = 0;
        loop {
            match source.step(length)? {
                Some(Step::Piece(kind, piece)) => {
                    let text = source
                        .rest()
                        .get(length..length + piece)
                        .unwrap_or_default();
                    let is_last = kind == Piece::Word
                        && (text.eq_ignore_ascii_case(b"VALUES")
                            || text.eq_ignore_ascii_case(b"VALUE"));
                    length += piece;
                    if is_last {
                        break;
                    }
                }
                _ => return Err(strange(source, "an INSERT statement without VALUES")),
            }
        }
        let text = source.rest().get(..length).unwrap_or_default();
        let head = std::str::from_utf8(text).ok().and_then(Self::parse);
        let head = head.ok_or_else(|| strange(source, "an INSERT statement that cannot be read"));
        source.pass(length);
        head
    }

    /// A name of several words in front makes no difference: into tables that are empty, REPLACE
    /// and INSERT IGNORE put what INSERT does.
    fn parse(text: &str) -> Option<Self> {
        let mut seen = tokens(text).filter(|token| !token.is_blank()).peekable();
        let modifiers = [
            "INSERT",
            "REPLACE",
            "IGNORE",
            "DELAYED",
            "LOW_PRIORITY",
            "INTO",
        ];
        let is_modifier = |token: &Token<'_>| modifiers.iter().any(|modifier| token.is(modifier));
        while seen.next_if(is_modifier).is_some() {}
        let mut table = seen.next()?.name()?;
        if seen.next_if(|token| token.is_symbol(".")).is_some() {
            table = seen.next()?.name()?;
        }
        let mut columns = None;
        if seen.next_if(|token| token.is_symbol("(")).is_some() {
            let inner = seen.take_while(|token| !token.is_symbol(")"));
            let names = inner.filter(|token| !token.is_symbol(","));
            columns = Some(
                names
                    .map(|token| token.name())
                    .collect::<Option<Vec<_>>>()?,
            );
        }
        Some(Self { table, columns })
    }
}

/// A table that rows come for.
pub(super) struct Target {
    pub(super) shape: Arc<Shape>,
    definition: TableDefinition,
}

impl Target {
    pub(super) fn of(definition: TableDefinition) -> Self {
        Self {
            shape: Arc::new(Shape::of(&definition)),
            definition,
        }
    }

    /// Whether it has times that depend on a time zone.
    pub(super) fn has_timestamps(&self) -> bool {
        let mut columns = self.definition.columns.iter();
        columns.any(|column| column.base == "timestamp")
    }

    /// Where the values of a row of the statement are that the table keeps; what the server
    /// computes is left out.
    fn places(&self, head: &Head, values: usize) -> Result<Vec<usize>> {
        let visible = || {
            self.definition
                .columns
                .iter()
                .filter(|column| !column.invisible)
        };
        let names: Vec<String> = match &head.columns {
            Some(columns) => columns.clone(),
            None => {
                let all: Vec<String> = visible().map(|column| column.name.clone()).collect();
                let stored = visible().filter(|column| !column.generated);
                let stored: Vec<String> = stored.map(|column| column.name.clone()).collect();
                if stored.len() == values { stored } else { all }
            }
        };
        if names.len() != values {
            return Err(self.wrong("a row has another number of values than it should"));
        }
        let place = |name: &String| {
            let mut names = names.iter();
            names.position(|other| other.eq_ignore_ascii_case(name))
        };
        let columns = self.shape.columns.iter();
        let places: Option<Vec<usize>> = columns.map(|column| place(&column.name)).collect();
        places.ok_or_else(|| match self.definition.is_system_versioned() {
            true => Error::new(
                Kind::Unsupported,
                self.doing(),
                "the table keeps its history, and the dump does not say when its rows came to be",
            )
            .hint("dump with `mariadb-dump --dump-history`"),
            false => self.wrong("its rows have no values for some of its columns"),
        })
    }

    fn wrong(&self, cause: &str) -> Error {
        Error::new(Kind::Corrupt, self.doing(), cause).hint(super::opening::TAKE_WHOLE)
    }

    fn doing(&self) -> String {
        format!("read the rows of {}", self.shape.table)
    }
}

/// Reads rows of one statement, and writes each as ours.
pub(super) struct Rows<'a> {
    target: &'a Target,
    head: &'a Head,
    charset: Charset,
    /// How many values a row has, and where those are that the table keeps.
    places: Option<(usize, Vec<usize>)>,
    /// Where the values of the row at hand stand.
    values: Vec<Range<usize>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(target: &'a Target, head: &'a Head, charset: Charset) -> Self {
        Self {
            target,
            head,
            charset,
            places: None,
            values: Vec::new(),
        }
    }

    /// The next row, as ours, behind what `out` holds; `false` at the end of the statement, which
    /// is then passed.
    pub(super) fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        let Some(length) = find(source, &mut self.values)? else {
            return Ok(false);
        };
        let count = self.values.len();
        let (values, places) = match self.places.take() {
            Some(places) => places,
            None => (count, self.target.places(self.head, count)?),
        };
        if values != count {
            return Err(self
                .target
                .wrong("its rows have different numbers of values"));
        }
        out.push(b'(');
        for (at, (place, column)) in places.iter().zip(&self.target.shape.columns).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            let raw = self
                .values
                .get(*place)
                .and_then(|range| source.rest().get(range.clone()));
            let ours = raw.and_then(|raw| literal::write(column.form, raw, self.charset, out));
            ours.ok_or_else(|| {
                let cause = format!("a value of column {} cannot be read", column.name);
                Error::new(Kind::Corrupt, self.target.doing(), cause).hint(
                    "dump with --default-character-set=utf8mb4, and --hex-blob where the file went \
                     through something that changes text",
                )
            })?;
        }
        out.push(b')');
        self.places = Some((values, places));
        source.pass(length);
        Ok(true)
    }
}

/// Finds the next row: where its values stand, and where it ends. Nothing at the end of the
/// statement, which is then passed.
fn find<R: Read>(source: &mut Source<R>, values: &mut Vec<Range<usize>>) -> Result<Option<usize>> {
    values.clear();
    let (mut at, mut depth) = (0_usize, 0_usize);
    // Where the value at hand begins and ends.
    let mut value: Option<Range<usize>> = None;
    loop {
        let (kind, length) = match source.step(at)? {
            Some(Step::Piece(kind, length)) => (kind, length),
            Some(Step::End(length)) if depth == 0 => {
                source.pass(at + length);
                return Ok(None);
            }
            Some(Step::End(_)) => return Err(strange(source, "a row that does not end")),
            None => return Err(source.cut_off()),
        };
        let sign = match kind {
            Piece::Symbol => source.rest().get(at).copied(),
            _ => None,
        };
        match (sign, depth) {
            (Some(b'('), 0) => depth = 1,
            (Some(b','), 0) => {}
            (Some(b')'), 1) => {
                values.extend(value.take());
                return Ok(Some(at + length));
            }
            (Some(b','), 1) => values.extend(value.take()),
            (_, 0) if kind == Piece::Space => {}
            (_, 0) => return Err(strange(source, "something between rows that is none")),
            _ => {
                match sign {
                    Some(b'(') => depth += 1,
                    Some(b')') => depth -= 1,
                    _ => {}
                }
                if kind != Piece::Space {
                    let begin = value.map_or(at, |value| value.start);
                    value = Some(begin..at + length);
                }
            }
        }
        at += length;
    }
}

fn strange<R: Read>(source: &Source<R>, what: &str) -> Error {
    Error::new(Kind::Corrupt, source.doing(), format!("it holds {what}"))
        .hint("take a dump that mysqldump or mariadb-dump made and nobody changed")
}
