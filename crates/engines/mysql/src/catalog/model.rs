//! What the pipeline and the rules see of a schema.

use super::comments::{comments, said};
use super::definition::{KeyKind, TableDefinition};
use super::{Schema, StoredObject, StoredTable};
use crate::config::QUOTES;
use sha2::{Digest as _, Sha256};
use weir_engine::checks_of;
use weir_model::catalog::{Catalog, Check, Column, ForeignKey, Object, Table, TableKind};
use weir_model::digest::Digest;
use weir_model::error::Result;

/// Tells what a schema holds.
pub(crate) trait OfSchema: Sized {
    /// The catalog of a schema.
    fn of(schema: &Schema) -> Result<Self>;
}

impl OfSchema for Catalog {
    fn of(schema: &Schema) -> Result<Self> {
        let definitions = schema.tables.iter();
        let definitions = definitions
            .map(|table| TableDefinition::parse(&table.create))
            .collect::<Result<Vec<_>>>()?;
        let tables = schema.tables.iter().zip(&definitions);
        let tables = tables.map(|(stored, definition)| table(stored, definition));
        let mut objects = vec![Object {
            kind: "setting".to_owned(),
            name: "character set and collation".to_owned(),
            definition: definition_digest([schema.character_set.as_str(), &schema.collation]),
            carrier: false,
        }];
        objects.extend(schema.sequences.iter().map(|sequence| Object {
            kind: "sequence".to_owned(),
            name: sequence.name.clone(),
            definition: definition_digest([sequence.create.as_str()]),
            // Its comment goes with it.
            carrier: !said(&sequence.create).is_empty(),
        }));
        objects.extend(schema.objects.iter().map(object));
        objects.extend(definitions.iter().flat_map(comments));
        objects.sort();
        Ok(Self {
            tables: tables.collect(),
            objects,
            types: Vec::new(),
        })
    }
}

/// The digest of what defines something.
pub(crate) fn definition_digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> Digest {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    Digest::new("sha256", &hasher.finalize())
}

fn table(table: &StoredTable, definition: &TableDefinition) -> Table {
    let in_primary_key = |name: &str| {
        let mut keys = definition.keys.iter();
        keys.any(|key| key.kind == KeyKind::Primary && key.columns.iter().any(|c| c == name))
    };
    let is_unique = |name: &str| {
        let mut keys = definition.keys.iter();
        keys.any(|key| {
            matches!(key.kind, KeyKind::Primary | KeyKind::Unique) && key.columns == [name]
        })
    };
    let columns: Vec<Column> = definition
        .columns
        .iter()
        .map(|column| Column {
            name: column.name.clone(),
            data_type: column.type_text.clone(),
            nullable: column.nullable,
            primary_key: in_primary_key(&column.name),
            unique: is_unique(&column.name),
            generated: column.generated,
        })
        .collect();
    let foreign_keys = definition.foreign_keys.iter().map(|key| ForeignKey {
        columns: key.columns.clone(),
        references: match &key.referenced_schema {
            Some(schema) => format!("{schema}.{}", key.referenced_table),
            None => key.referenced_table.clone(),
        },
        referenced_columns: key.referenced_columns.clone(),
    });
    Table {
        name: table.name.clone(),
        kind: TableKind::Ordinary,
        checks: checks(definition, &columns),
        columns,
        foreign_keys: foreign_keys.collect(),
        definition: canonical(definition),
    }
}

/// The checks of the table and of its columns, which bear their columns' names.
fn checks(definition: &TableDefinition, columns: &[Column]) -> Vec<Check> {
    let of_table = definition.checks.iter();
    let of_table = of_table.flat_map(|clause| checks_of(clause, columns, QUOTES));
    let of_columns = definition.columns.iter().flat_map(|column| {
        let checks = checks_of(&column.text, columns, QUOTES).into_iter();
        checks.map(|check| Check {
            name: match check.name.is_empty() {
                true => column.name.clone(),
                false => check.name,
            },
            ..check
        })
    });
    of_table.chain(of_columns).collect()
}

fn object(object: &StoredObject) -> Object {
    let texts = [
        object.create.as_str(),
        &object.sql_mode,
        &object.character_set_client,
        &object.collation_connection,
        &object.database_collation,
        &object.time_zone,
    ];
    Object {
        kind: object.kind.word().to_owned(),
        name: object.name.clone(),
        definition: definition_digest(texts),
        carrier: true,
    }
}

/// The digest of a table's definition. Keys are told in the order of their text: the server's
/// order depends on when each was made, which is another one after a restore. Where the next
/// number of AUTO_INCREMENT stands is no part of it.
fn canonical(definition: &TableDefinition) -> Digest {
    let mut keys: Vec<&str> = definition
        .keys
        .iter()
        .map(|key| key.text.as_str())
        .collect();
    let foreign_keys = definition.foreign_keys.iter();
    keys.extend(foreign_keys.map(|key| key.text.as_str()));
    let others = definition.checks.iter().chain(&definition.periods);
    keys.extend(others.map(String::as_str));
    keys.sort_unstable();
    let columns = definition.columns.iter().map(|column| column.text.as_str());
    let options = without_counter(&definition.options);
    let partitions = definition.partitions.as_deref().unwrap_or_default();
    let texts = columns.chain(keys).chain([options.as_str(), partitions]);
    definition_digest(texts)
}

/// Table options without ` AUTO_INCREMENT=N`, which the server prints before any comment.
fn without_counter(options: &str) -> String {
    const COUNTER: &str = "AUTO_INCREMENT=";
    let comment = options.find("COMMENT=").unwrap_or(options.len());
    let found = options.find(COUNTER).filter(|at| *at < comment);
    let Some((before, rest)) = found.and_then(|at| options.split_at_checked(at)) else {
        return options.to_owned();
    };
    let number = rest.trim_start_matches(COUNTER);
    let after = number.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{}{after}", before.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_is_left_out_and_a_comment_about_one_is_not() {
        let options = "ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4";
        assert_eq!(
            without_counter(options),
            "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
        );
        let comment = "ENGINE=InnoDB COMMENT='AUTO_INCREMENT=7'";
        assert_eq!(without_counter(comment), comment);
    }
}
