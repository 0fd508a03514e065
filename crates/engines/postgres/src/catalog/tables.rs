//! Tables with rows of their own: ordinary ones, leaves of partitioned ones, and those of
//! extensions that keep what people configured.

use super::{FOREIGN_SCHEMAS, checks, definition, qualified};
use crate::config::{Session, identifier, statement_name};
use std::collections::BTreeMap;
use tokio_postgres::Row;
use weir_model::catalog::{Column, ForeignKey, Table, TableKind};
use weir_model::error::Result;

/// A table whose rows are dumped, and what a COPY of it takes.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// Its number.
    pub(crate) oid: u32,
    /// As the catalog names it.
    pub(crate) name: String,
    /// Its schema.
    pub(crate) schema: String,
    /// Its own name.
    pub(crate) relation: String,
    /// Columns that are stored, in their order, with whether each is in the catalog's list at
    /// that place: generated ones are not stored.
    pub(crate) columns: Vec<String>,
    /// Bytes on disk, out-of-line values included.
    pub(crate) bytes: u64,
    /// `WHERE …` of an extension's own table, of which only some rows are people's.
    pub(crate) condition: String,
    /// Schema and name of the partitioned table that rows must be loaded through: another server
    /// may put them into another partition.
    pub(crate) via_root: Option<(String, String)>,
    /// Its owner.
    pub(crate) owner: String,
    /// The file that holds it, as the snapshot sees it: another one means that it was rewritten.
    pub(crate) file: u32,
}

impl Content {
    /// The table as statements name it.
    pub(crate) fn quoted(&self) -> String {
        statement_name(&self.schema, &self.relation)
    }

    /// The name under which its rows are digested: of rows that may move between partitions, only
    /// the whole can be compared.
    pub(crate) fn digested_as(&self) -> String {
        match &self.via_root {
            Some((schema, relation)) => qualified(schema, relation),
            None => self.name.clone(),
        }
    }

    /// The statement that reads its rows, or those of a range of its pages.
    pub(crate) fn copy_out(&self, pages: Option<(u64, Option<u64>)>) -> String {
        if self.condition.is_empty() && self.via_root.is_none() && pages.is_none() {
            return format!("COPY {} {} TO STDOUT", self.quoted(), self.column_list());
        }
        let quoted: Vec<String> = self.columns.iter().map(|name| identifier(name)).collect();
        let mut condition = self.condition.clone();
        if let Some((from, to)) = pages {
            // The last range is open: what was added while the table was measured is in it.
            condition = format!("WHERE ctid >= '({from},0)'::pg_catalog.tid");
            if let Some(to) = to {
                condition.push_str(&format!(" AND ctid < '({to},0)'::pg_catalog.tid"));
            }
        }
        format!(
            "COPY (SELECT {} FROM ONLY {} {condition}) TO STDOUT",
            quoted.join(", "),
            self.quoted()
        )
    }

    /// The stored columns as statements name them, in parentheses; empty without columns.
    pub(crate) fn column_list(&self) -> String {
        let quoted: Vec<String> = self.columns.iter().map(|name| identifier(name)).collect();
        match quoted.is_empty() {
            true => String::new(),
            false => format!("({})", quoted.join(", ")),
        }
    }
}

/// The columns that are stored of a relation.
fn stored_columns(relation: &str) -> String {
    format!(
        "ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = {relation} \
         AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum)"
    )
}

/// The root of a partition that hashes the labels of an enum, which are numbered anew wherever
/// the enum is made; `pg_dump` loads these through the root, too.
const UNSAFE_ROOT: &str = "CASE WHEN c.relispartition AND EXISTS ( \
     SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) a(relid) \
     JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = a.relid \
     JOIN pg_catalog.pg_opclass o ON o.oid = ANY(p.partclass::oid[]) \
     JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod \
     WHERE o.opcname = 'enum_ops' AND m.amname = 'hash') \
     THEN pg_catalog.pg_partition_root(c.oid)::oid END";

/// Which relations are meant, for the queries below.
fn meant() -> String {
    format!(
        "c.relkind = 'r' AND c.relpersistence <> 't' AND (({FOREIGN_SCHEMAS} AND NOT EXISTS ( \
         SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_class'::regclass \
         AND x.objid = c.oid AND x.deptype = 'e')) OR EXISTS ( \
         SELECT FROM pg_catalog.pg_extension e WHERE c.oid = ANY(e.extconfig)))"
    )
}

/// The tables, ordered by schema and name. Their definitions are for the archive to tell.
pub(super) async fn read(session: &Session) -> Result<Vec<Table>> {
    let mut columns = columns(session).await?;
    let mut keys = foreign_keys(session).await?;
    let mut checks = checks::checks(session).await?;
    let tables = contents(session).await?.into_iter();
    let tables = tables.map(|content| Table {
        name: content.name,
        kind: TableKind::Ordinary,
        columns: columns.remove(&content.oid).unwrap_or_default(),
        foreign_keys: keys.remove(&content.oid).unwrap_or_default(),
        checks: checks.remove(&content.oid).unwrap_or_default(),
        definition: definition(Vec::new()),
    });
    Ok(tables.collect())
}

/// Columns of every table.
async fn columns(session: &Session) -> Result<BTreeMap<u32, Vec<Column>>> {
    let doing = "read the columns of";
    let sql = format!(
        "SELECT a.attrelid, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), \
         NOT (a.attnotnull OR y.typnotnull), \
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary \
          AND a.attnum = ANY(i.indkey::int2[])), \
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique \
          AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum), \
         a.attgenerated <> '' \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_type y ON y.oid = a.atttypid \
         WHERE {} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum",
        meant()
    );
    let mut columns: BTreeMap<u32, Vec<Column>> = BTreeMap::new();
    for row in session.rows(doing, &sql, &[]).await? {
        columns
            .entry(session.get(doing, &row, 0)?)
            .or_default()
            .push(Column {
                name: session.get(doing, &row, 1)?,
                data_type: session.get(doing, &row, 2)?,
                nullable: session.get(doing, &row, 3)?,
                primary_key: session.get(doing, &row, 4)?,
                unique: session.get(doing, &row, 5)?,
                generated: session.get(doing, &row, 6)?,
            });
    }
    Ok(columns)
}

async fn foreign_keys(session: &Session) -> Result<BTreeMap<u32, Vec<ForeignKey>>> {
    let doing = "read the foreign keys of";
    let names = |table: &str, numbers: &str| {
        format!(
            "ARRAY(SELECT a.attname::text FROM pg_catalog.unnest({numbers}) WITH ORDINALITY k(n, i) \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = {table} AND a.attnum = k.n ORDER BY k.i)"
        )
    };
    let sql = format!(
        "SELECT f.conrelid, {}, n.nspname::text, c.relname::text, {} \
         FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class c ON c.oid = f.confrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE f.contype = 'f' ORDER BY f.conrelid, f.conname",
        names("f.conrelid", "f.conkey"),
        names("f.confrelid", "f.confkey")
    );
    let mut keys: BTreeMap<u32, Vec<ForeignKey>> = BTreeMap::new();
    for row in session.rows(doing, &sql, &[]).await? {
        let schema: String = session.get(doing, &row, 2)?;
        let relation: String = session.get(doing, &row, 3)?;
        keys.entry(session.get(doing, &row, 0)?)
            .or_default()
            .push(ForeignKey {
                columns: session.get(doing, &row, 1)?,
                references: qualified(&schema, &relation),
                referenced_columns: session.get(doing, &row, 4)?,
            });
    }
    Ok(keys)
}

/// What is dumped, in the order of the catalog.
pub(crate) async fn contents(session: &Session) -> Result<Vec<Content>> {
    let doing = "read the tables of";
    let sql = format!(
        "SELECT c.oid, n.nspname::text, c.relname::text, {}, \
         pg_catalog.pg_table_size(c.oid), c.relfilenode, \
         coalesce(e.extcondition[pg_catalog.array_position(e.extconfig, c.oid)], ''), \
         rn.nspname::text, r.relname::text, pg_catalog.pg_get_userbyid(c.relowner)::text \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_extension e ON c.oid = ANY(e.extconfig) \
         LEFT JOIN pg_catalog.pg_class r ON r.oid = {UNSAFE_ROOT} \
         LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace \
         WHERE {} ORDER BY n.nspname, c.relname",
        stored_columns("coalesce(r.oid, c.oid)"),
        meant()
    );
    let rows = session.rows(doing, &sql, &[]).await?;
    rows.iter().map(|row| content(session, row)).collect()
}

fn content(session: &Session, row: &Row) -> Result<Content> {
    let doing = "read the tables of";
    let schema: String = session.get(doing, row, 1)?;
    let relation: String = session.get(doing, row, 2)?;
    // A table that was dropped since the snapshot has no size.
    let bytes: Option<i64> = session.get(doing, row, 4)?;
    let root_schema: Option<String> = session.get(doing, row, 7)?;
    let root: Option<String> = session.get(doing, row, 8)?;
    Ok(Content {
        oid: session.get(doing, row, 0)?,
        name: qualified(&schema, &relation),
        columns: session.get(doing, row, 3)?,
        bytes: u64::try_from(bytes.unwrap_or_default()).unwrap_or_default(),
        file: session.get(doing, row, 5)?,
        condition: session.get(doing, row, 6)?,
        via_root: root_schema.zip(root),
        owner: session.get(doing, row, 9)?,
        schema,
        relation,
    })
}

/// What is dumped of the table of that name, and all its columns; `None` when there is none.
pub(crate) async fn columns_of(
    session: &Session,
    table: &str,
) -> Result<Option<(Content, Vec<String>)>> {
    let Some(content) = contents(session)
        .await?
        .into_iter()
        .find(|content| content.name == table)
    else {
        return Ok(None);
    };
    let columns = columns(session)
        .await?
        .remove(&content.oid)
        .unwrap_or_default();
    let names = columns.into_iter().map(|column| column.name);
    Ok(Some((content, names.collect())))
}
