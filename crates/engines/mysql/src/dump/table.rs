//! The tables that are still to be read, and the ranges of each.

use super::chunks::{CHUNK, Chunk, Ranges, Source};
use super::key::Key;
use crate::catalog::definition::TableDefinition;
use crate::catalog::{Schema, StoredTable, refuse_unmovable};
use crate::config::{Session, identifier, literal, qualified};
use crate::mask::Shape;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use weir_engine::RowDigester;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// A table that is read by one connection or several.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns.
    pub(crate) shape: Arc<Shape>,
    /// The statement that reads it, up to where a range can follow.
    select: String,
    /// Whether several connections may work at it.
    is_shared: bool,
    bytes: u64,
    source: tokio::sync::Mutex<Source>,
    rows: Mutex<RowDigester>,
    parts: Mutex<Vec<String>>,
    /// Bytes of its parts so far.
    written: AtomicU64,
    /// What finds text that cannot be told, until somebody has looked for it.
    illegible: Mutex<Vec<(String, String)>>,
}

impl Table {
    /// A table of a schema; `partitions` where it may be read by these.
    fn new(schema: &str, stored: &StoredTable, partitions: Option<&Vec<String>>) -> Result<Self> {
        let definition = TableDefinition::parse(&stored.create)?;
        refuse_unmovable(&definition)?;
        let shape = Shape::of(&definition);
        let source = source(schema, stored, &definition, partitions);
        Ok(Self {
            name: stored.name.clone(),
            select: shape.select(schema),
            illegible: Mutex::new(shape.illegible(schema)),
            shape: Arc::new(shape),
            is_shared: source.is_shared(),
            bytes: stored.bytes,
            source: tokio::sync::Mutex::new(source),
            rows: Mutex::default(),
            parts: Mutex::default(),
            written: AtomicU64::default(),
        })
    }

    /// The next range of it that nobody reads; none when all are given out.
    pub(crate) async fn next(&self, session: &mut Session) -> Result<Option<Chunk>> {
        self.source.lock().await.next(session).await
    }

    /// Fails where the table has text that would arrive as question marks.
    pub(crate) async fn refuse_illegible(&self, session: &mut Session) -> Result<()> {
        let queries = {
            let illegible = self.illegible.lock();
            std::mem::take(&mut *illegible.unwrap_or_else(PoisonError::into_inner))
        };
        for (column, sql) in queries {
            let doing = format!("look at the text in table {} of", self.name);
            if session.row(&doing, &sql).await?.is_some() {
                let doing = format!("{doing} {}", session.subject.place);
                let cause =
                    format!("column {column} holds bytes that mean no letter in its character set");
                return Err(Error::new(session.subject.kind, doing, cause).hint(
                    "mend these rows, or alter the column to the character set that they are in, or to a \
                     binary type",
                ));
            }
        }
        Ok(())
    }

    /// Learns how large a range came out.
    pub(super) async fn learn(&self, chunk: &Chunk, bytes: u64) {
        self.source.lock().await.learn(chunk, bytes);
    }

    /// The statement that reads a range.
    pub(crate) fn sql(&self, chunk: &Chunk) -> String {
        format!("{}{}", self.select, chunk.clause)
    }

    /// Adds rows that were read.
    pub(crate) fn absorb(&self, rows: &RowDigester) {
        let mut all = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        all.absorb(rows);
    }

    /// Notes bytes that were written into its parts.
    pub(super) fn wrote(&self, bytes: u64) {
        self.written.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes of its parts.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// About how many bytes its rows take.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The name of its next part.
    pub(super) fn add_part(&self, name: impl FnOnce(usize) -> String) -> String {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let name = name(parts.len());
        parts.push(name.clone());
        name
    }

    /// Its parts so far.
    pub(super) fn parts(&self) -> Vec<String> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.clone()
    }
}

fn source(
    schema: &str,
    stored: &StoredTable,
    definition: &TableDefinition,
    partitions: Option<&Vec<String>>,
) -> Source {
    let whole = || Source::Pieces(vec![String::new()]);
    if stored.bytes < 2 * CHUNK || !stored.transactional {
        return whole();
    }
    if let Some(key) = Key::of(definition) {
        let table = qualified(schema, &stored.name);
        return Source::Ranges(Ranges::new(table, key, stored.bytes, stored.rows));
    }
    match partitions {
        // Where history is kept, its clause stands between the table and its partition.
        Some(partitions) if !definition.is_system_versioned() => Source::Pieces(
            partitions
                .iter()
                .map(|partition| format!(" PARTITION ({})", identifier(partition)))
                .collect(),
        ),
        _ => whole(),
    }
}

/// Tables in the order in which they are best read by several connections.
pub(crate) struct Queue {
    waiting: Mutex<VecDeque<Arc<Table>>>,
    all: Vec<Arc<Table>>,
}

impl Queue {
    /// The tables of a schema for which `is_wanted` holds.
    pub(crate) async fn of(
        session: &mut Session,
        schema: &Schema,
        is_wanted: impl Fn(&StoredTable) -> bool,
    ) -> Result<Self> {
        let partitions = partitions(session, &schema.name).await?;
        let wanted = schema.tables.iter().filter(|table| is_wanted(table));
        let mut all = wanted
            .map(|table| {
                let partitions = partitions.get(&table.name);
                Ok(Arc::new(Table::new(&schema.name, table, partitions)?))
            })
            .collect::<Result<Vec<_>>>()?;
        // What one connection must read alone comes first: the others then share the rest.
        all.sort_by_key(|table| {
            let is_long = !table.is_shared && table.bytes >= 2 * CHUNK;
            (Reverse(is_long), Reverse(table.bytes))
        });
        Ok(Self {
            waiting: Mutex::new(all.iter().cloned().collect()),
            all,
        })
    }

    /// How many tables there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is more work than tables.
    pub(crate) fn has_shared(&self) -> bool {
        self.all.iter().any(|table| table.is_shared)
    }

    /// A table with something left to read.
    pub(crate) fn pick(&self) -> Option<Arc<Table>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let table = waiting.front().cloned()?;
        if !table.is_shared {
            waiting.pop_front();
        }
        Some(table)
    }

    /// Nothing is left of a table.
    pub(crate) fn done(&self, table: &Arc<Table>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|other| !Arc::ptr_eq(other, table));
    }

    /// The tables with their rows, once everything was read.
    pub(crate) fn digests(&self) -> Result<Vec<TableDigest>> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.is_empty() {
            return Err(
                Error::new(Kind::Internal, "read tables", "one was not read to its end")
                    .hint("this is a bug in Weir: please report it with the run's log"),
            );
        }
        let digests = self.all.iter().map(|table| {
            let mut rows = table.rows.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *rows).finish(&table.name)
        });
        Ok(digests.collect())
    }

    /// Every table.
    pub(super) fn all(&self) -> &[Arc<Table>] {
        &self.all
    }
}

/// The partitions of partitioned tables.
async fn partitions(session: &mut Session, schema: &str) -> Result<BTreeMap<String, Vec<String>>> {
    let sql = format!(
        "SELECT DISTINCT TABLE_NAME, PARTITION_NAME FROM information_schema.PARTITIONS \
         WHERE TABLE_SCHEMA = {} AND PARTITION_NAME IS NOT NULL",
        literal(schema)
    );
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in session.rows("list the partitions of", &sql).await? {
        found.entry(row.text(0)?).or_default().push(row.text(1)?);
    }
    Ok(found)
}
