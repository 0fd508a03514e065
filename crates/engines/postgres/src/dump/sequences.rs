//! Where sequences stand. They are outside of snapshots: a value may be ahead of the rows, which
//! does no harm, and never behind.

use crate::catalog::qualified;
use crate::config::{Session, identifier};
use crate::dump::archive::{Archive, Entry};
use weir_engine::{Field, RowDigester};
use weir_model::error::Result;
use weir_model::manifest::TableDigest;

/// The name under which sequences are digested: no table can have it.
pub(crate) const SEQUENCES: &str = "pg_catalog.pg_sequences";
/// Sequences read by one statement.
const BATCH: usize = 200;

/// A sequence, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    oid: u32,
    schema: String,
    name: String,
    owner: String,
    last_value: i64,
    is_called: bool,
}

impl Sequence {
    pub(super) fn entry(&self, archive: &Archive, id: u32) -> Entry {
        let sequence = archive.sequence(self.oid).map(|entry| entry.dump_id);
        Entry::sequence_set(
            id,
            crate::dump::archive::SequenceSet {
                schema: &self.schema,
                name: &self.name,
                owner: &self.owner,
                sequence_entry: sequence,
                last_value: self.last_value,
                is_called: self.is_called,
            },
        )
    }
}

impl Sequence {
    /// What an entry of an archive sets.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let text = |text: Option<&crate::dump::archive::Text>| text.map(ToString::to_string);
        let definition = entry.definition.as_ref()?.as_str()?;
        // `SELECT pg_catalog.setval('schema.name', 7, true);`
        let (rest, is_called) = definition
            .trim_end()
            .strip_suffix(");")?
            .rsplit_once(", ")?;
        let (_, last_value) = rest.rsplit_once(", ")?;
        Some(Self {
            oid: entry.catalog_id.object,
            schema: text(entry.namespace.as_ref())?,
            name: text(entry.tag.as_ref())?,
            owner: text(entry.owner.as_ref()).unwrap_or_default(),
            last_value: last_value.parse().ok()?,
            is_called: is_called.parse().ok()?,
        })
    }
}

/// Reads all sequences, those of extensions only where the extension asks for it.
pub(crate) async fn read(session: &Session) -> Result<Vec<Sequence>> {
    let doing = "read the sequences of";
    let sql = "SELECT c.oid, n.nspname::text, c.relname::text, \
               pg_catalog.pg_get_userbyid(c.relowner)::text \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND (NOT EXISTS ( \
               SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_class'::regclass \
               AND x.objid = c.oid AND x.deptype = 'e') OR EXISTS ( \
               SELECT FROM pg_catalog.pg_extension e WHERE c.oid = ANY(e.extconfig))) \
               ORDER BY n.nspname, c.relname";
    let mut sequences = Vec::new();
    for row in session.rows(doing, sql, &[]).await? {
        sequences.push(Sequence {
            oid: session.get(doing, &row, 0)?,
            schema: session.get(doing, &row, 1)?,
            name: session.get(doing, &row, 2)?,
            owner: session.get(doing, &row, 3)?,
            last_value: 0,
            is_called: false,
        });
    }
    for batch in sequences.chunks_mut(BATCH) {
        positions(session, batch).await?;
    }
    Ok(sequences)
}

async fn positions(session: &Session, batch: &mut [Sequence]) -> Result<()> {
    let doing = "read the sequences of";
    let selects: Vec<String> = batch
        .iter()
        .enumerate()
        .map(|(number, sequence)| {
            let (schema, name) = (identifier(&sequence.schema), identifier(&sequence.name));
            format!("SELECT {number}, last_value, is_called FROM {schema}.{name}")
        })
        .collect();
    for row in session
        .rows(doing, &selects.join(" UNION ALL "), &[])
        .await?
    {
        let number: i32 = session.get(doing, &row, 0)?;
        if let Some(sequence) = usize::try_from(number)
            .ok()
            .and_then(|at| batch.get_mut(at))
        {
            sequence.last_value = session.get(doing, &row, 1)?;
            sequence.is_called = session.get(doing, &row, 2)?;
        }
    }
    Ok(())
}

/// The digest of where sequences stand; `None` without any.
pub(crate) fn digest(sequences: &[Sequence]) -> Option<TableDigest> {
    if sequences.is_empty() {
        return None;
    }
    let mut digester = RowDigester::default();
    for sequence in sequences {
        let name = qualified(&sequence.schema, &sequence.name);
        digester.field(Field::Text(name.as_bytes()));
        digester.field(Field::Integer(sequence.last_value));
        digester.field(Field::Integer(i64::from(sequence.is_called)));
        digester.end_row();
    }
    Some(digester.finish(SEQUENCES))
}
