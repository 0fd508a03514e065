//! What the list in a definition holds, item by item.

use super::column::ColumnDefinition;
use super::key::{ForeignKeyDefinition, KeyDefinition, KeyKind};
use super::reader::Reader;
use crate::catalog::text::{Kind, tokens};

/// One item.
pub(super) enum Item {
    Column(Box<ColumnDefinition>),
    Key(KeyDefinition),
    ForeignKey(ForeignKeyDefinition),
    Check(String),
    Period(String),
}

impl Item {
    /// Reads an item. A name in backticks begins a column, whatever it is called.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader::of(text);
        if reader.peek()?.kind == Kind::Name {
            return Some(Self::Column(Box::new(ColumnDefinition::read(text)?)));
        }
        let mut constraint = None;
        if reader.keyword("CONSTRAINT").is_some() {
            let is_named = !["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"]
                .iter()
                .any(|word| reader.peek().is_some_and(|token| token.is(word)));
            constraint = is_named.then(|| reader.name()).flatten();
        }
        let kind = [
            ("PRIMARY", KeyKind::Primary),
            ("UNIQUE", KeyKind::Unique),
            ("FULLTEXT", KeyKind::Fulltext),
            ("SPATIAL", KeyKind::Spatial),
            ("KEY", KeyKind::Plain),
            ("INDEX", KeyKind::Plain),
        ];
        let mut kind = kind.into_iter();
        if let Some((_, kind)) = kind.find(|(word, _)| reader.keyword(word).is_some()) {
            return KeyDefinition::read(kind, constraint, &mut reader, text).map(Self::Key);
        }
        if reader.keywords(&["FOREIGN", "KEY"]).is_some() {
            return ForeignKeyDefinition::read(constraint, &mut reader, text).map(Self::ForeignKey);
        }
        if reader.keyword("CHECK").is_some() {
            return Some(Self::Check(text.to_owned()));
        }
        if reader.keywords(&["PERIOD", "FOR"]).is_some() {
            return Some(Self::Period(text.to_owned()));
        }
        Some(Self::Column(Box::new(ColumnDefinition::read(text)?)))
    }
}

/// The items between commas that stand in no parentheses.
pub(super) fn split(list: &str) -> Vec<&str> {
    let (mut items, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for token in tokens(list).filter(|token| token.kind == Kind::Symbol) {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                items.push(list.get(begin..token.at).unwrap_or_default().trim());
                begin = token.end();
            }
            _ => {}
        }
    }
    items.push(list.get(begin..).unwrap_or_default().trim());
    items
}
