//! Tables with rows of their own: ordinary ones, leaves of partitioned ones, and those of
//! extensions that keep what people configured.

use super::{FOREIGN_SCHEMAS, definition, qualified};
use crate::config::{Session, identifier};
use std::collections::BTreeMap;
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
    /// Whether an extension makes the table.
    pub(crate) of_extension: bool,
    /// The file that holds it, as the snapshot sees it: another one means that it was rewritten.
    pub(crate) file: u32,
}

impl Content {
    /// The table as statements name it.
    pub(crate) fn quoted(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.relation))
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

/// Which relations are meant, for the queries below.
fn meant() -> String {
    format!(
        "c.relkind = 'r' AND c.relpersistence <> 't' AND (({FOREIGN_SCHEMAS} AND NOT EXISTS ( \
         SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_class'::regclass \
         AND x.objid = c.oid AND x.deptype = 'e')) OR EXISTS ( \
         SELECT FROM pg_catalog.pg_extension e WHERE c.oid = ANY(e.extconfig)))"
    )
}

/// The tables, ordered by schema and name.
pub(super) async fn read(session: &Session) -> Result<Vec<Table>> {
    let doing = "read the tables of";
    let mut columns = columns(session).await?;
    let mut keys = foreign_keys(session).await?;
    let sql = format!(
        "SELECT c.oid, n.nspname::text, c.relname::text, \
         pg_catalog.concat_ws('|', c.relpersistence, c.relreplident, c.relrowsecurity, \
         c.relforcerowsecurity, c.relispartition, pg_catalog.pg_get_expr(c.relpartbound, c.oid), \
         (SELECT pg_catalog.string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) \
          FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid), \
         (SELECT pg_catalog.string_agg(o, ',' ORDER BY o) FROM pg_catalog.unnest(c.reloptions) o)) \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE {} ORDER BY n.nspname, c.relname",
        meant()
    );
    let mut tables = Vec::new();
    for row in session.rows(doing, &sql, &[]).await? {
        let oid: u32 = session.get(doing, &row, 0)?;
        let schema: String = session.get(doing, &row, 1)?;
        let relation: String = session.get(doing, &row, 2)?;
        let facts: String = session.get(doing, &row, 3)?;
        let (columns, text) = columns.remove(&oid).unwrap_or_default();
        tables.push(Table {
            name: qualified(&schema, &relation),
            kind: TableKind::Ordinary,
            columns,
            foreign_keys: keys.remove(&oid).unwrap_or_default(),
            definition: definition(&format!("{facts}\n{text}")),
        });
    }
    Ok(tables)
}

/// Columns of every table, with the text of their definitions.
async fn columns(session: &Session) -> Result<BTreeMap<u32, (Vec<Column>, String)>> {
    let doing = "read the columns of";
    let sql = format!(
        "SELECT a.attrelid, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), \
         NOT a.attnotnull, \
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary \
          AND a.attnum = ANY(i.indkey::int2[])), \
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique \
          AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum), \
         a.attgenerated <> '', \
         pg_catalog.concat_ws('|', a.attidentity, a.attgenerated, a.attislocal, a.attcollation::regcollation, \
          CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, \
          a.attstattarget, pg_catalog.pg_get_expr(d.adbin, d.adrelid)) \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         WHERE {} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum",
        meant()
    );
    let mut columns: BTreeMap<u32, (Vec<Column>, String)> = BTreeMap::new();
    for row in session.rows(doing, &sql, &[]).await? {
        let (list, text) = columns.entry(session.get(doing, &row, 0)?).or_default();
        let column = Column {
            name: session.get(doing, &row, 1)?,
            data_type: session.get(doing, &row, 2)?,
            nullable: session.get(doing, &row, 3)?,
            primary_key: session.get(doing, &row, 4)?,
            unique: session.get(doing, &row, 5)?,
            generated: session.get(doing, &row, 6)?,
        };
        let facts: String = session.get(doing, &row, 7)?;
        text.push_str(&format!("{}|{}|{}|{facts}\n", column.name, column.data_type, column.nullable));
        list.push(column);
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
        keys.entry(session.get(doing, &row, 0)?).or_default().push(ForeignKey {
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
        "SELECT c.oid, n.nspname::text, c.relname::text, \
         ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid \
          AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum), \
         pg_catalog.pg_table_size(c.oid), c.relfilenode, \
         e.oid IS NOT NULL, coalesce(e.extcondition[pg_catalog.array_position(e.extconfig, c.oid)], '') \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_extension e ON c.oid = ANY(e.extconfig) \
         WHERE {} ORDER BY n.nspname, c.relname",
        meant()
    );
    let rows = session.rows(doing, &sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let schema: String = session.get(doing, row, 1)?;
            let relation: String = session.get(doing, row, 2)?;
            // A table that was dropped since the snapshot has no size.
            let bytes: Option<i64> = session.get(doing, row, 4)?;
            Ok(Content {
                oid: session.get(doing, row, 0)?,
                name: qualified(&schema, &relation),
                columns: session.get(doing, row, 3)?,
                bytes: u64::try_from(bytes.unwrap_or_default()).unwrap_or_default(),
                file: session.get(doing, row, 5)?,
                of_extension: session.get(doing, row, 6)?,
                condition: session.get(doing, row, 7)?,
                schema,
                relation,
            })
        })
        .collect()
}
