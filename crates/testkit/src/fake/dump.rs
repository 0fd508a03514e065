//! A dump: the schema in one part, and one part for each table's rows.

use super::catalog;
use super::config;
use super::document::{Document, Object, Table};
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use weir_engine::{Context, Dumped, Endpoint, Opened, PartSink, PartSpec};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::{Checkpoint, Unit};
use weir_model::manifest::{Codec, Snapshot};
use weir_model::stamp::Stamp;

/// The part with everything but rows.
pub(super) const SCHEMA_PART: &str = "schema.json";

/// What the schema part holds: tables without rows, and objects.
#[derive(Debug, Serialize, Deserialize)]
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
    pub(super) mode: &'static str,
}

pub(super) fn open(endpoint: &Endpoint, context: &Context) -> Result<Box<dyn Opened>> {
    context.check("open the database")?;
    let document = config::read(endpoint, Kind::Source)?;
    context.checkpoint(Checkpoint::SnapshotOpened);
    Ok(Box::new(Snapshotted {
        document,
        database: endpoint.database.clone(),
        mode: "whole-file",
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
        masker: Option<std::sync::Arc<dyn weir_engine::Masker>>,
        context: &Context,
    ) -> Result<Dumped> {
        if masker.is_some() {
            return Err(weir_model::error::Error::new(
                weir_model::error::Kind::Unsupported,
                "make a clean backup",
                "this engine cannot yet",
            )
            .hint("sanitise on a restore instead"));
        }
        let doing = format!("dump the database {}", self.database);
        self.dump_schema(sink, &doing).await?;
        let total = self
            .document
            .tables
            .iter()
            .map(|table| table.rows.len() as u64)
            .sum();
        let mut done = 0;
        for table in &self.document.tables {
            dump_rows(table, sink, &doing, context).await?;
            done += table.rows.len() as u64;
            context.progress(Unit::Rows, done, total);
        }
        Ok(Dumped {
            collations: BTreeMap::new(),
            native: None,
            snapshot: Snapshot {
                mode: self.mode.to_owned(),
                position: None,
            },
            catalog: catalog::catalog(&self.document),
            tables: self.document.digests(),
            engine_version: "fake 1".to_owned(),
            readable_by: "any JSON reader".to_owned(),
        })
    }
}

impl Snapshotted {
    async fn dump_schema(&self, sink: &dyn PartSink, doing: &str) -> Result<()> {
        let schema = Schema {
            tables: self
                .document
                .tables
                .iter()
                .map(|table| Table {
                    rows: Vec::new(),
                    ..table.clone()
                })
                .collect(),
            objects: self.document.objects.clone(),
        };
        let text = to_json(&schema, doing)?;
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
}

async fn dump_rows(
    table: &Table,
    sink: &dyn PartSink,
    doing: &str,
    context: &Context,
) -> Result<()> {
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
