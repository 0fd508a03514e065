//! A dump: the schema in one part, and one part for each table's rows.

use super::catalog;
use super::config;
use super::document::{Document, Object, Table};
use super::{load, mask, verify};
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{
    Context, Dumped, Endpoint, Masker, Opened, PartSink, PartSource, PartSpec, Verification,
    compare_tables,
};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::{Checkpoint, Unit};
use weir_model::manifest::{Codec, Snapshot};
use weir_model::stamp::Stamp;

/// The part with everything but rows.
pub(super) const SCHEMA_PART: &str = "schema.json";

/// What the schema part holds: tables without rows, and objects.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Schema {
    pub(super) tables: Vec<Table>,
    pub(super) objects: Vec<Object>,
}

/// The part with a table's rows, one a line.
pub(super) fn rows_part(table: &str) -> String {
    let mut name = String::from("rows-");
    for byte in table.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name.push_str(".jsonl.zst");
    name
}

/// The snapshot: the whole file, as it was in one moment.
pub(super) struct Snapshotted {
    pub(super) document: Document,
    pub(super) database: String,
    pub(super) mode: String,
}

pub(super) fn open(endpoint: &Endpoint, context: &Context) -> Result<Box<dyn Opened>> {
    context.check("open the database")?;
    let document = config::read(endpoint, Kind::Source)?;
    context.checkpoint(Checkpoint::SnapshotOpened);
    Ok(Box::new(Snapshotted {
        document,
        database: endpoint.database.clone(),
        mode: "whole-file".to_owned(),
    }))
}

#[async_trait]
impl Opened for Snapshotted {
    fn stamp(&self) -> Option<&Stamp> {
        self.document.stamp.as_ref()
    }

    async fn dump(
        self: Box<Self>,
        sink: &dyn PartSink,
        masker: Option<Arc<dyn Masker>>,
        context: &Context,
    ) -> Result<Dumped> {
        let Some(masker) = masker else {
            return self.write(sink, None, context).await;
        };
        let doing = format!("make a clean backup of the database {}", self.database);
        let clean = Self {
            document: mask::mask(self.document, masker.as_ref(), &doing)?,
            ..*self
        };
        verify::sound(&clean.document)?;
        clean.write(sink, None, context).await
    }
}

/// Makes a clean backup of a backup.
pub(super) async fn rewrite(
    parts: &dyn PartSource,
    masker: &dyn Masker,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let manifest = parts.manifest();
    let doing = format!("make a clean backup of {}", manifest.backup);
    let raw = load::read_parts(parts, context, &doing).await?;
    compare_tables(&doing, &manifest.tables, &raw.digests(), Verification::Full)?;
    let schema = Schema::of(&raw);
    let clean = Snapshotted {
        document: mask::mask(raw, masker, &doing)?,
        database: manifest.database.clone(),
        mode: manifest.snapshot.mode.clone(),
    };
    verify::sound(&clean.document)?;
    let source = Source {
        parts,
        masker,
        schema,
    };
    clean.write(sink, Some(&source), context).await
}

/// The backup that a clean one is made of.
struct Source<'a> {
    parts: &'a dyn PartSource,
    masker: &'a dyn Masker,
    schema: Schema,
}

impl Schema {
    fn of(document: &Document) -> Self {
        let tables = document.tables.iter().map(|table| Table {
            rows: Vec::new(),
            ..table.clone()
        });
        Self {
            tables: tables.collect(),
            objects: document.objects.clone(),
        }
    }
}

impl Snapshotted {
    /// Writes the parts; those that are the same in the source are taken over from there.
    async fn write(
        &self,
        sink: &dyn PartSink,
        source: Option<&Source<'_>>,
        context: &Context,
    ) -> Result<Dumped> {
        let doing = format!("dump the database {}", self.database);
        let schema = Schema::of(&self.document);
        match source {
            Some(source) if source.schema == schema => {
                sink.copy(source.parts, SCHEMA_PART).await?;
            }
            _ => dump_schema(&schema, sink, &doing).await?,
        }
        let rows = self.document.tables.iter();
        let total = rows.map(|table| table.rows.len() as u64).sum();
        let mut done = 0;
        for table in &self.document.tables {
            match source {
                Some(source) if mask::copies(source.masker, &table.name) => {
                    sink.copy(source.parts, &rows_part(&table.name)).await?;
                }
                _ => dump_rows(table, sink, &doing, context).await?,
            }
            done += table.rows.len() as u64;
            context.progress(Unit::Rows, done, total);
        }
        Ok(Dumped {
            collations: BTreeMap::new(),
            native: None,
            snapshot: Snapshot {
                mode: self.mode.clone(),
                position: None,
            },
            catalog: catalog::catalog(&self.document),
            tables: self.document.digests(),
            engine_version: "fake 1".to_owned(),
            readable_by: "any JSON reader".to_owned(),
        })
    }
}

async fn dump_schema(schema: &Schema, sink: &dyn PartSink, doing: &str) -> Result<()> {
    let text = to_json(schema, doing)?;
    let mut part = sink
        .begin(PartSpec {
            name: SCHEMA_PART.to_owned(),
            codec: Codec::None,
            expected_bytes: text.len() as u64,
        })
        .await?;
    part.write(Bytes::from(text)).await?;
    part.finish().await
}

async fn dump_rows(
    table: &Table,
    sink: &dyn PartSink,
    doing: &str,
    context: &Context,
) -> Result<()> {
    let _work = context.at_table(&table.name);
    let mut part = sink
        .begin(PartSpec {
            name: rows_part(&table.name),
            codec: Codec::Zstd,
            expected_bytes: 0,
        })
        .await?;
    for rows in table.rows.chunks(1000) {
        context.check(doing)?;
        let mut lines = Vec::new();
        for row in rows {
            lines.append(&mut to_json(row, doing)?);
            lines.push(b'\n');
        }
        part.write(Bytes::from(lines)).await?;
    }
    part.finish().await
}

fn to_json(value: &impl Serialize, doing: &str) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| Error::from_source(Kind::Internal, doing, error))
}
