//! One column of a table.

use super::reader::Reader;
use crate::catalog::text::{Kind, plain_text};

/// Types of text: what has a character set.
const TEXT: [&str; 10] = [
    "char",
    "varchar",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
    "enum",
    "set",
    "nchar",
    "nvarchar",
];

/// What may follow a column's default.
const BEHIND_A_DEFAULT: [&str; 22] = [
    "ON",
    "NOT",
    "NULL",
    "COMMENT",
    "CHECK",
    "INVISIBLE",
    "VISIBLE",
    "COLLATE",
    "WITHOUT",
    "WITH",
    "AUTO_INCREMENT",
    "REFERENCES",
    "GENERATED",
    "UNIQUE",
    "PRIMARY",
    "KEY",
    "CONSTRAINT",
    "COLUMN_FORMAT",
    "STORAGE",
    "ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "SRID",
];

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnDefinition {
    pub(crate) name: String,
    /// Its type as it is written, e.g. `int(10) unsigned`.
    pub(crate) type_text: String,
    /// The word that type begins with, in lower case.
    pub(crate) base: String,
    /// Of text: the character set its values are kept in.
    pub(crate) character_set: Option<String>,
    /// Of text: the collation, where the definition tells.
    pub(crate) collation: Option<String>,
    pub(crate) nullable: bool,
    /// Whether the server computes it from other columns.
    pub(crate) generated: bool,
    /// Whether `SELECT *` leaves it out.
    pub(crate) invisible: bool,
    pub(crate) auto_increment: bool,
    /// Its default as it is written; none is not the same as NULL.
    pub(crate) default: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) unsigned: bool,
    /// Whether it tells when the row began or ceased to be (system versioning).
    pub(crate) row_start_or_end: bool,
    /// The whole definition.
    pub(crate) text: String,
}

impl ColumnDefinition {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader::of(text);
        let name = reader.name()?;
        let word = reader.next().filter(|token| token.kind == Kind::Word)?;
        let mut column = Self {
            name,
            type_text: String::new(),
            base: word.text.to_ascii_lowercase(),
            character_set: None,
            collation: None,
            nullable: true,
            generated: false,
            invisible: false,
            auto_increment: false,
            default: None,
            comment: None,
            unsigned: false,
            row_start_or_end: false,
            text: text.to_owned(),
        };
        reader.keyword("PRECISION");
        reader.parenthesised();
        column.unsigned = reader.keyword("UNSIGNED").is_some();
        reader.keyword("ZEROFILL");
        column.type_text = reader.since(word.at).to_owned();
        while reader.peek().is_some() {
            column.attribute(&mut reader)?;
        }
        Some(column)
    }

    /// Reads one attribute. What is not known says nothing that matters here.
    fn attribute(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let token = reader.next()?;
        if token.kind != Kind::Word {
            return Some(());
        }
        match token.text.to_ascii_uppercase().as_str() {
            "NOT" if reader.keyword("NULL").is_some() => self.nullable = false,
            "DEFAULT" => self.default = Some(default(reader)?.to_owned()),
            "COMMENT" => self.comment = Some(plain_text(reader.next()?.text)),
            "CHARACTER" => {
                reader.keyword("SET")?;
                self.character_set = Some(reader.name()?);
            }
            "CHARSET" => self.character_set = Some(reader.name()?),
            "COLLATE" => self.collation = Some(reader.name()?),
            "AUTO_INCREMENT" => self.auto_increment = true,
            "INVISIBLE" => self.invisible = true,
            "AS" => {
                let row = reader.keyword("ROW").is_some();
                self.row_start_or_end |= row;
                self.generated |= !row;
                reader.parenthesised();
            }
            "CHECK" => {
                reader.parenthesised()?;
            }
            _ => {}
        }
        Some(())
    }

    /// Takes from the table what the column does not say itself.
    pub(super) fn inherit(&mut self, set: Option<&str>, collation: Option<&str>) {
        if !TEXT.contains(&self.base.as_str()) {
            return;
        }
        let owned = |text: &str| Some(text.to_owned());
        match (&self.character_set, &self.collation) {
            (None, None) => {
                self.character_set = set.and_then(owned);
                self.collation = collation.and_then(owned);
            }
            (None, Some(own)) => {
                self.character_set = set_of(own).or(set).and_then(owned);
            }
            _ => {}
        }
    }
}

/// The character set that a collation is of, where its name tells.
pub(super) fn set_of(collation: &str) -> Option<&str> {
    let set = collation.split('_').next()?;
    (!set.starts_with("uca")).then_some(set)
}

/// Reads a default: a literal, a call, or an expression in parentheses.
fn default<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    let begin = reader.peek()?.at;
    reader
        .parenthesised()
        .map(drop)
        .or_else(|| reader.next().map(drop))?;
    while let Some(next) = reader.peek() {
        let ends = next.kind == Kind::Word && BEHIND_A_DEFAULT.iter().any(|word| next.is(word));
        if ends {
            break;
        }
        reader
            .parenthesised()
            .map(drop)
            .or_else(|| reader.next().map(drop))?;
    }
    Some(reader.since(begin))
}
