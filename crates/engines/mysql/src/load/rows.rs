//! Rows, from a part to a table.

use super::plan::{PlannedTable, Rows};
use crate::config::{Session, code, numbers};
use crate::mask::{Inflow, Statement, push_aside};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use weir_engine::{PartSource, RowDigester};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;

/// How often a statement is tried that another connection's locks stood in the way of.
const ATTEMPTS: u32 = 8;
/// Bytes of a part that are looked at at once.
const PIECE: usize = 256 << 10;

/// How far all tables are.
pub(super) struct Progress {
    /// Bytes so far.
    pub(super) done: AtomicU64,
    /// Bytes of all parts.
    pub(super) total: u64,
}

/// What was moved.
#[derive(Default)]
pub(super) struct Moved {
    /// Rows as they came.
    pub(super) received: RowDigester,
    /// Rows as they went.
    pub(super) sent: RowDigester,
}

/// Loads a part of a table's rows.
pub(super) async fn load(
    session: &mut Session,
    parts: &dyn PartSource,
    table: &PlannedTable,
    part: &str,
    progress: &Progress,
) -> Result<Moved> {
    let mask = match &table.rows {
        Rows::Kept => None,
        Rows::Masked(mask) => Some(Arc::clone(mask)),
        Rows::LeftOut => return Ok(Moved::default()),
    };
    let _work = session.context.at_table(&table.stored.name);
    let doing = format!("load table {} into", table.stored.name);
    let mut inflow = Inflow::new(Arc::clone(&table.shape), mask);
    let mut statements = Vec::new();
    let mut reader = parts.open(part).await?;
    while let Some(mut content) = reader.next().await? {
        session.context.check(&doing)?;
        let length = content.len() as u64;
        while !content.is_empty() {
            let piece = content.split_to(PIECE.min(content.len()));
            let context = session.context.clone();
            // Rows are masked while the server takes those before them.
            let (sent, next) = tokio::join!(
                send_all(session, &doing, table, statements),
                push_aside(inflow, piece, (&doing, &context))
            );
            let room = sent?;
            (inflow, statements) = next?;
            if let Some(room) = room {
                inflow.reuse(room);
            }
        }
        let done = progress.done.fetch_add(length, Ordering::Relaxed) + length;
        session.context.progress(Unit::Bytes, done, progress.total);
    }
    send_all(session, &doing, table, statements).await?;
    let (received, sent) = inflow.finish()?;
    Ok(Moved { received, sent })
}

/// Sends statements; gives the last back, whose room can be used again.
async fn send_all(
    session: &mut Session,
    doing: &str,
    table: &PlannedTable,
    statements: Vec<Statement>,
) -> Result<Option<Statement>> {
    let mut last = None;
    for statement in statements {
        send(session, doing, table, &statement).await?;
        last = Some(statement);
    }
    Ok(last)
}

/// Sends a statement; it counts only when every row of it is there and the server found nothing
/// to say about its values.
async fn send(
    session: &mut Session,
    doing: &str,
    table: &PlannedTable,
    statement: &Statement,
) -> Result<()> {
    let mut attempt = 0;
    let written = loop {
        attempt += 1;
        match session.insert(doing, &statement.sql).await {
            // The server has undone the whole statement.
            Err(error) if attempt < ATTEMPTS && is_in_the_way(&error) => {}
            other => break other?,
        }
    };
    if written.warnings > 0 && !warns_in_vain(table) {
        let cause = format!("the server warned about {} values", written.warnings);
        return Err(refused(session, doing, cause));
    }
    if written.rows != statement.rows {
        let cause = format!(
            "{} rows were sent and {} are there",
            statement.rows, written.rows
        );
        return Err(refused(session, doing, cause));
    }
    Ok(())
}

/// Whether the server warns of values that it keeps as they are: what a generated column makes of
/// them is its own business, and the empty word of an ENUM, which stands for one that was not in
/// its list, is told each time it is written. That rows are what they should be is seen when they
/// are read back.
fn warns_in_vain(table: &PlannedTable) -> bool {
    let mut columns = table.definition.columns.iter();
    columns.any(|column| column.generated || column.base.eq_ignore_ascii_case("enum"))
}

fn is_in_the_way(error: &Error) -> bool {
    matches!(
        code(error),
        Some(numbers::DEADLOCK | numbers::LOCK_WAIT_TIMEOUT)
    )
}

fn refused(session: &Session, doing: &str, cause: String) -> Error {
    let doing = format!("{doing} {}", session.subject.place);
    Error::new(Kind::Verify, doing, cause)
        .hint("the live copy is untouched; see whether the server takes the source's values: its version and settings")
}
