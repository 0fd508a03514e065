//! The files with definitions, for the server's own client and for `myloader`.

use super::files::Names;
use super::{objects, small_part, statement};
use crate::catalog::{ObjectKind, Schema, Sequence, StoredObject};
use crate::config::{Flavour, identifier, literal};
use crate::mask::PROLOGUE;
use std::collections::BTreeMap;
use weir_engine::PartSink;
use weir_model::error::Result;
use weir_model::manifest::Codec;

/// Files by their names.
type Files = BTreeMap<String, String>;

/// Writes all of them.
pub(super) async fn write(
    schema: &Schema,
    view_columns: &BTreeMap<String, Vec<String>>,
    names: &Names,
    flavour: Flavour,
    sink: &dyn PartSink,
) -> Result<()> {
    for (name, statements) in files(schema, view_columns, names, flavour) {
        let content = format!("{PROLOGUE}{statements}");
        small_part(sink, name, Codec::Gzip, content.into_bytes()).await?;
    }
    Ok(())
}

fn files(
    schema: &Schema,
    view_columns: &BTreeMap<String, Vec<String>>,
    names: &Names,
    flavour: Flavour,
) -> Files {
    let mut files = Files::new();
    files.insert(names.of_schema("create"), database(schema));
    for table in &schema.tables {
        let mut statements = sequences_in(&table.create, &schema.sequences, flavour);
        statements.push_str(&statement::plain(&table.create, flavour));
        files.insert(names.definition(&table.name), statements);
    }
    for sequence in &schema.sequences {
        files.insert(names.definition(&sequence.name), made(sequence, flavour));
        let next = format!(
            "DO SETVAL({}, {}, 0);\n",
            identifier(&sequence.name),
            sequence.next
        );
        add(&mut files, names.of_schema("post"), &next);
    }
    for object in &schema.objects {
        let create = statement::object(object, schema, flavour);
        let name = &object.name;
        match object.kind {
            ObjectKind::View => {
                let placeholder = objects::placeholder(name, view_columns.get(name));
                files.insert(
                    names.definition(name),
                    statement::plain(&placeholder, flavour),
                );
                let drop = format!("DROP VIEW IF EXISTS {};\n", identifier(name));
                files.insert(names.about(name, "view"), format!("{drop}{create}"));
            }
            ObjectKind::Trigger => add(&mut files, trigger_file(object, names), &create),
            _ => add(&mut files, names.of_schema("post"), &create),
        }
    }
    files
}

fn add(files: &mut Files, name: String, statements: &str) {
    files.entry(name).or_default().push_str(statements);
}

fn trigger_file(trigger: &StoredObject, names: &Names) -> String {
    names.about(trigger.table.as_deref().unwrap_or_default(), "triggers")
}

fn database(schema: &Schema) -> String {
    format!(
        "CREATE DATABASE /*!32312 IF NOT EXISTS*/ {} /*!40100 DEFAULT CHARACTER SET {} COLLATE {} */;\n",
        identifier(&schema.name),
        literal(&schema.character_set),
        literal(&schema.collation),
    )
}

/// Defaults may take from sequences, and nobody says in which order files are restored: whatever a
/// table mentions is made with it, unless it is there.
fn sequences_in(create: &str, sequences: &[Sequence], flavour: Flavour) -> String {
    let mentioned = sequences
        .iter()
        .filter(|sequence| create.contains(&identifier(&sequence.name)));
    mentioned.map(|sequence| made(sequence, flavour)).collect()
}

fn made(sequence: &Sequence, flavour: Flavour) -> String {
    let create = sequence.create.trim_start_matches("CREATE SEQUENCE ");
    statement::plain(&format!("CREATE SEQUENCE IF NOT EXISTS {create}"), flavour)
}
