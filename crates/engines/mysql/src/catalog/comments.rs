//! Comments on tables and columns: text of people's, which can hold values.

use super::definition::TableDefinition;
use super::text::{Kind, Token, tokens};
use super::{Schema, definition_digest};
use std::ops::Range;
use weir_engine::Masker;
use weir_model::catalog::Object;
use weir_model::error::Result;

/// What a comment is called among objects.
const KIND: &str = "comment";

/// The comments of a table: one for each column that has one, by both names, and one for all that
/// is said of the table itself, its keys and its partitions.
pub(super) fn comments(table: &TableDefinition) -> Vec<Object> {
    let mut comments = Vec::new();
    let of_columns = table.columns.iter().map(|column| {
        let name = column_name(table, &column.name);
        (name, said(&column.text))
    });
    let others = table.keys.iter().map(|key| key.text.as_str());
    let others = others
        .chain([table.options.as_str()])
        .chain(table.partitions.as_deref());
    let of_table = (table.name.clone(), others.flat_map(said).collect());
    for (name, said) in of_columns.chain([of_table]) {
        if !said.is_empty() {
            comments.push(Object {
                kind: KIND.to_owned(),
                name,
                definition: definition_digest(said.iter().map(String::as_str)),
                carrier: true,
            });
        }
    }
    comments
}

/// Takes out the comments that the rules drop.
pub(crate) fn leave_out(schema: &mut Schema, masker: &dyn Masker) -> Result<()> {
    for table in &mut schema.tables {
        let definition = TableDefinition::parse(&table.create)?;
        let mut texts = Vec::new();
        for column in &definition.columns {
            if masker.drops_object(KIND, &column_name(&definition, &column.name)) {
                texts.push(column.text.clone());
            }
        }
        if masker.drops_object(KIND, &definition.name) {
            texts.extend(definition.keys.iter().map(|key| key.text.clone()));
            texts.push(definition.options.clone());
            texts.extend(definition.partitions.clone());
        }
        for text in texts.iter().filter(|text| !text.is_empty()) {
            table.create = table.create.replacen(text, &without(text), 1);
        }
    }
    Ok(())
}

fn column_name(table: &TableDefinition, column: &str) -> String {
    format!("{}.{column}", table.name)
}

/// The texts of the comments in a part of a definition, as they stand there.
pub(super) fn said(text: &str) -> Vec<String> {
    let found = found(text).into_iter();
    let said = found.filter_map(|range| text.get(range));
    said.map(str::to_owned).collect()
}

fn without(text: &str) -> String {
    let mut rest = text.to_owned();
    for range in found(text).into_iter().rev() {
        rest.replace_range(range, "");
    }
    rest
}

/// Where clauses like `COMMENT 'text'` and `COMMENT='text'` are, with the space before them.
fn found(text: &str) -> Vec<Range<usize>> {
    let all: Vec<Token<'_>> = tokens(text).collect();
    let mut found = Vec::new();
    for (at, token) in all
        .iter()
        .enumerate()
        .filter(|(_, token)| token.is("COMMENT"))
    {
        let mut next = all.iter().skip(at + 1);
        let mut next = next.by_ref().filter(|token| !token.is_blank());
        let first = next.next();
        let value = match first {
            Some(sign) if sign.is_symbol("=") => next.next(),
            other => other,
        };
        let Some(value) = value.filter(|value| value.kind == Kind::Text) else {
            continue;
        };
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let begin = before.filter(|before| before.kind == Kind::Space);
        found.push(begin.map_or(token.at, |space| space.at)..value.end());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_found_and_taken_out_alone() {
        let create = "CREATE TABLE `t` (\n  `comment` int(11) DEFAULT 1 COMMENT 'it''s',\n  \
                      `b` varchar(20) DEFAULT 'COMMENT ''x''',\n  KEY `b` (`b`) COMMENT 'key'\n) \
                      ENGINE=InnoDB COMMENT='table'";
        let table = TableDefinition::parse(create).unwrap();
        let names: Vec<_> = comments(&table)
            .into_iter()
            .map(|object| object.name)
            .collect();
        assert_eq!(names, ["t.comment", "t"]);
        assert_eq!(
            without("`comment` int(11) COMMENT 'x' CHECK (1)"),
            "`comment` int(11) CHECK (1)"
        );
        assert_eq!(without("ENGINE=InnoDB COMMENT='table'"), "ENGINE=InnoDB");
    }
}
