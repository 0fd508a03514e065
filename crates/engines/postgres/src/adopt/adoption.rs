//! What is known of an archive while its data come, and what is written of it.

use super::blocks::Piece;
use super::columns;
use crate::catalog::{OfArchive as _, qualified};
use crate::dump::archive::{Archive, Format, Text};
use crate::dump::{
    CONTENTS, LARGE_OBJECTS, LIST, PIECE, READABLE_BY, Sequence, digest_piece, digest_sequences,
    digests, stored_name, whole_part,
};
use crate::mask::statement::CopyTarget;
use crate::mask::{Malformed, RowStream};
use bytes::{Bytes, BytesMut};
use std::collections::BTreeMap;
use weir_engine::{Context, Dumped, Examined, PartSink, PartSpec, PartWriter, RowDigester};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::{Codec, Snapshot, TableDigest};

/// A part that is being written.
struct Open {
    writer: Box<dyn PartWriter>,
    content: Content,
}

enum Content {
    Rows {
        table: String,
        rows: Box<RowStream>,
    },
    LargeObject {
        oid: u32,
        number: i64,
        pending: BytesMut,
    },
}

/// What is known of an archive while its data come.
pub(super) struct Adoption {
    archive: Archive,
    open: Option<Open>,
    tables: BTreeMap<String, RowDigester>,
    objects: Option<RowDigester>,
    /// The list of large objects.
    list: String,
    bytes: u64,
}

impl Adoption {
    pub(super) fn of(archive: Archive) -> Self {
        Self {
            archive,
            open: None,
            tables: BTreeMap::new(),
            objects: None,
            list: String::new(),
            bytes: 0,
        }
    }

    /// Takes the next piece of its data.
    pub(super) async fn take(
        &mut self,
        piece: Piece,
        sink: &dyn PartSink,
        context: &Context,
    ) -> Result<()> {
        match piece {
            Piece::Rows(id) => {
                let entry = self
                    .archive
                    .entries
                    .iter()
                    .find(|entry| entry.dump_id == id);
                let statement = entry.and_then(|entry| entry.copy_statement.as_ref()?.as_str());
                let target = statement
                    .and_then(CopyTarget::parse)
                    .ok_or_else(|| strange(id, statement.is_some()))?;
                let content = Content::Rows {
                    table: qualified(&target.schema, &target.relation),
                    rows: Box::new(RowStream::new(&target.columns)),
                };
                self.begin(&format!("{id}.dat"), content, sink).await
            }
            Piece::LargeObject(oid) => {
                let file = format!("blob_{oid}.dat");
                self.list.push_str(&format!("{oid} {file}\n"));
                let content = Content::LargeObject {
                    oid,
                    number: 0,
                    pending: BytesMut::new(),
                };
                self.begin(&file, content, sink).await
            }
            Piece::Bytes(bytes) => {
                self.bytes += bytes.len() as u64;
                context.progress(Unit::Bytes, self.bytes, 0);
                self.write(bytes).await
            }
            Piece::End => self.end().await,
        }
    }

    async fn begin(&mut self, file: &str, content: Content, sink: &dyn PartSink) -> Result<()> {
        let spec = PartSpec {
            name: stored_name(file),
            codec: Codec::Gzip,
            expected_bytes: 0,
        };
        let writer = sink.begin(spec).await?;
        self.open = Some(Open { writer, content });
        Ok(())
    }

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        match &mut open.content {
            Content::Rows { table, rows } => {
                rows.push(&bytes).map_err(|wrong| damaged(wrong, table))?;
            }
            Content::LargeObject {
                oid,
                number,
                pending,
            } => {
                pending.extend_from_slice(&bytes);
                let digester = self.objects.get_or_insert_default();
                let size = usize::try_from(PIECE).unwrap_or(usize::MAX);
                while pending.len() >= size {
                    digest_piece(digester, *oid, *number, &pending.split_to(size));
                    *number += 1;
                }
            }
        }
        open.writer.write(bytes).await
    }

    async fn end(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        match open.content {
            Content::Rows { table, rows } => {
                let rows = rows.finish().map_err(|wrong| damaged(wrong, &table))?;
                self.tables.entry(table).or_default().absorb(&rows);
            }
            Content::LargeObject {
                oid,
                number,
                pending,
            } => digest_piece(self.objects.get_or_insert_default(), oid, number, &pending),
        }
        open.writer.finish().await
    }

    /// Everything came: what was seen of it.
    pub(super) fn examined(self) -> Examined {
        let header = &self.archive.header;
        let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string);
        let form = match header.format {
            Format::Custom => "custom",
            Format::Directory => "directory",
        };
        let pg_dump = text(&header.dump_version).unwrap_or_default();
        Examined {
            made_by: format!("pg_dump {pg_dump}, {form} format"),
            database: text(&header.database),
            made_at: header.created_at(),
            tables: self.tables.len() as u64,
            rows: self.tables.values().map(RowDigester::rows).sum(),
        }
    }

    /// Everything came: what says so is written.
    pub(super) async fn finish(mut self, sink: &dyn PartSink) -> Result<Dumped> {
        if !self.list.is_empty() {
            whole_part(sink, LIST, self.list.into_bytes()).await?;
        }
        self.archive.order_grants();
        whole_part(sink, CONTENTS, self.archive.emit()?).await?;
        let tables: Vec<TableDigest> = self
            .tables
            .into_iter()
            .map(|(name, rows)| rows.finish(&name))
            .collect();
        let sets = self
            .archive
            .entries
            .iter()
            .filter(|entry| entry.is("SEQUENCE SET"));
        let sequences: Vec<Sequence> = sets.filter_map(Sequence::of).collect();
        let version = self
            .archive
            .header
            .server_version
            .as_ref()
            .map(ToString::to_string);
        Ok(Dumped {
            snapshot: Snapshot {
                mode: "adopted".to_owned(),
                position: None,
            },
            collations: BTreeMap::new(),
            native: None,
            catalog: Catalog::of(columns::tables(&self.archive), &self.archive),
            tables: digests(
                tables,
                digest_sequences(&sequences),
                self.objects.map(|objects| objects.finish(LARGE_OBJECTS)),
            ),
            engine_version: format!("PostgreSQL {}", version.unwrap_or_default()),
            readable_by: READABLE_BY.to_owned(),
        })
    }
}

fn damaged(wrong: Malformed, table: &str) -> Error {
    wrong.into_error(Kind::Corrupt, table)
}

/// Rows that no `COPY` statement which can be read goes with.
fn strange(id: u32, has_statement: bool) -> Error {
    let (kind, cause) = match has_statement {
        true => (Kind::Corrupt, "has a COPY statement that cannot be read"),
        false => (Kind::Unsupported, "has its rows as INSERT statements"),
    };
    Error::new(kind, "read a dump", format!("entry {id} {cause}"))
        .hint("dump with pg_dump without --inserts; a dump that was changed is refused")
}
