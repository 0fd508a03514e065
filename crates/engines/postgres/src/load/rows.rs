//! The rows of one table: out of a part, through the masks, into the shadow.

use super::plan::TableRows;
use super::ranges::Range;
use crate::config::{Session, identifier, statement_name};
use crate::dump::stored_name;
use bytes::Bytes;
use futures::SinkExt as _;
use std::sync::atomic::{AtomicU64, Ordering};
use weir_engine::{PartReader, PartSource, RowDigester};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;

/// How many bytes are worked on at once: few enough to stay in the cache of a core from one step to
/// the next.
const PIECE: usize = 128 << 10;

/// Bytes received of all tables, and how many there will be.
pub(super) struct Progress {
    pub(super) done: AtomicU64,
    pub(super) total: u64,
}

/// Rows of one table as they came and as they went.
#[derive(Default)]
pub(super) struct Moved {
    pub(super) received: RowDigester,
    pub(super) sent: RowDigester,
    /// The transaction that wrote them, where it wrote all that is in the table.
    pub(super) transaction: Option<String>,
}

/// Loads one table.
pub(super) async fn load(
    session: &Session,
    parts: &dyn PartSource,
    table: &TableRows,
    progress: &Progress,
) -> Result<Moved> {
    if table.is_emptied() {
        return Ok(Moved::default());
    }
    let _work = session.context.at_table(&table.digested_as());
    let reader = parts.open(&part(table)).await?;
    if !table.is_alone() {
        return send(session, reader, table, &copy_statement(table, ""), progress).await;
    }
    // Rows of a table that was emptied in the same transaction need no second writing.
    let begin = format!("BEGIN; TRUNCATE ONLY {}", target(table));
    let copy = copy_statement(table, " WITH (FREEZE)");
    in_transaction(session, reader, table, [&begin, &copy], progress).await
}

/// Loads a range of the rows of a table that nobody else has rows for.
pub(super) async fn load_range(
    session: &Session,
    parts: &dyn PartSource,
    table: &TableRows,
    range: Range,
    progress: &Progress,
) -> Result<Moved> {
    let _work = session.context.at_table(&table.digested_as());
    let reader = range.open(parts, &part(table)).await?;
    let copy = copy_statement(table, "");
    in_transaction(session, reader, table, ["BEGIN", &copy], progress).await
}

/// The part that has the rows of a table.
pub(crate) fn part(table: &TableRows) -> String {
    let file = table.entry.file_name.as_ref().map(ToString::to_string);
    stored_name(&file.unwrap_or_default())
}

async fn in_transaction(
    session: &Session,
    reader: Box<dyn PartReader>,
    table: &TableRows,
    [begin, copy]: [&str; 2],
    progress: &Progress,
) -> Result<Moved> {
    let doing = doing(table);
    session.run(&doing, begin).await?;
    let mut moved = send(session, reader, table, copy, progress).await?;
    moved.transaction = session.transaction(&doing).await?;
    session.run(&doing, "COMMIT").await?;
    Ok(moved)
}

/// Sends the rows of a table that a reader has, through the masks.
async fn send(
    session: &Session,
    mut reader: Box<dyn PartReader>,
    table: &TableRows,
    copy: &str,
    progress: &Progress,
) -> Result<Moved> {
    let doing = doing(table);
    let work = async {
        let mut rows = table.treated_rows(Kind::Corrupt);
        copy_in(
            session,
            &doing,
            copy,
            reader.as_mut(),
            progress,
            |content| rows.take(content),
        )
        .await?;
        let (received, sent) = rows.finish()?;
        Ok(Moved {
            received,
            sent,
            transaction: None,
        })
    };
    session.work(&doing, work).await
}

fn doing(table: &TableRows) -> String {
    format!("load table {} into", table.digested_as())
}

fn target(table: &TableRows) -> String {
    statement_name(&table.target.schema, &table.target.relation)
}

fn copy_statement(table: &TableRows, options: &str) -> String {
    let columns: Vec<String> = table
        .target
        .columns
        .iter()
        .map(|name| identifier(name))
        .collect();
    let list = match columns.is_empty() {
        true => String::new(),
        false => format!("({})", columns.join(", ")),
    };
    format!("COPY {} {list} FROM STDIN{options}", target(table))
}

/// Sends what a part holds, each piece as `change` makes it, to the end of the part, which proves
/// it.
async fn copy_in(
    session: &Session,
    doing: &str,
    copy: &str,
    reader: &mut dyn PartReader,
    progress: &Progress,
    mut change: impl FnMut(Bytes) -> Result<Bytes>,
) -> Result<()> {
    let failure = |error: tokio_postgres::Error| -> Error { session.subject.failure(doing, error) };
    let sink = session
        .client()
        .copy_in::<_, Bytes>(copy)
        .await
        .map_err(failure)?;
    let mut sink = std::pin::pin!(sink);
    while let Some(mut content) = reader.next().await? {
        session.context.check(doing)?;
        let length = content.len() as u64;
        while !content.is_empty() {
            let rows = change(content.split_to(PIECE.min(content.len())))?;
            if !rows.is_empty() {
                sink.send(rows).await.map_err(failure)?;
            }
        }
        let done = progress.done.fetch_add(length, Ordering::Relaxed) + length;
        session.context.progress(Unit::Bytes, done, progress.total);
    }
    sink.finish().await.map_err(failure)?;
    Ok(())
}
