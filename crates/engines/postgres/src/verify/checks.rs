//! Constraints and indexes.

use super::refuse;
use crate::config::{Session, identifier};
use weir_model::error::Result;

/// Fails for an index that the server itself does not trust, e.g. of a build that was broken off.
pub(super) async fn indexes(session: &Session) -> Result<()> {
    let doing = "check the indexes of";
    let sql = "SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index i \
               JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
               WHERE c.relkind = 'i' AND NOT (i.indisvalid AND i.indisready AND i.indislive) ORDER BY 1";
    let mut wrong = Vec::new();
    for row in session.rows(doing, sql, &[]).await? {
        let name: String = session.get(doing, &row, 0)?;
        wrong.push(format!("index {name} is not valid"));
    }
    refuse("check the indexes of the new copy", &wrong)
}

/// A foreign key that is said to hold.
struct ForeignKey {
    name: String,
    table: String,
    table_shown: String,
    columns: Vec<String>,
    references: String,
    referenced: Vec<String>,
    is_partitioned: bool,
    references_partitioned: bool,
    is_full: bool,
    /// Whether the last column is a time, all of which must be found.
    is_period: bool,
}

/// Fails for rows that break a foreign key: a script may have switched the checks off.
pub(super) async fn foreign_keys(session: &Session) -> Result<()> {
    let mut wrong = Vec::new();
    for key in read(session).await? {
        let doing = format!("check foreign key {} of", key.name);
        let row = session.row(&doing, &key.orphans(), &[]).await?;
        let orphans: i64 = match &row {
            Some(row) => session.get(&doing, row, 0)?,
            None => 0,
        };
        if orphans > 0 {
            wrong.push(format!(
                "table {} breaks its foreign key {} in {orphans} rows",
                key.table_shown, key.name
            ));
        }
    }
    refuse("check the foreign keys of the new copy", &wrong)
}

impl ForeignKey {
    /// Counts rows that point to nothing, as the server itself does when it makes the key.
    fn orphans(&self) -> String {
        let pairs = self.columns.iter().zip(&self.referenced);
        let mut pairs: Vec<_> = pairs
            .map(|(from, to)| (identifier(from), identifier(to)))
            .collect();
        let period = pairs.pop_if(|_| self.is_period);
        let on: Vec<String> = pairs
            .iter()
            .map(|(from, to)| format!("p.{to} = c.{from}"))
            .collect();
        let set: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("c.{} IS NOT NULL", identifier(column)))
            .collect();
        // Of a key that is matched in full, a row with some columns set is wrong as well.
        let between = if self.is_full { " OR " } else { " AND " };
        let (only, parent_only) = (
            self.only(self.is_partitioned),
            self.only(self.references_partitioned),
        );
        let parents = format!(
            "FROM {parent_only}{} p WHERE {}",
            self.references,
            on.join(" AND ")
        );
        let is_found = match period {
            None => format!("EXISTS (SELECT {parents})"),
            Some((from, to)) => format!(
                "coalesce(c.{from} <@ (SELECT pg_catalog.range_agg(p.{to}) {parents}), false)"
            ),
        };
        format!(
            "SELECT pg_catalog.count(*) FROM {only}{} c WHERE ({}) AND NOT {is_found}",
            self.table,
            set.join(between),
        )
    }

    fn only(&self, is_partitioned: bool) -> &'static str {
        if is_partitioned { "" } else { "ONLY " }
    }
}

async fn read(session: &Session) -> Result<Vec<ForeignKey>> {
    let doing = "read the foreign keys of";
    let names = |table: &str, numbers: &str| {
        format!(
            "ARRAY(SELECT a.attname::text FROM pg_catalog.unnest({numbers}) WITH ORDINALITY k(n, i) \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = {table} AND a.attnum = k.n ORDER BY k.i)"
        )
    };
    // Those of partitions follow from those of the table they are partitions of.
    let sql = format!(
        "SELECT f.conname::text, f.conrelid::regclass::text, {}, f.confrelid::regclass::text, {}, \
         c.relkind = 'p', p.relkind = 'p', f.confmatchtype = 'f', n.nspname::text, c.relname::text, \
         coalesce((pg_catalog.to_jsonb(f) ->> 'conperiod')::bool, false) \
         FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class c ON c.oid = f.conrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_class p ON p.oid = f.confrelid \
         WHERE f.contype = 'f' AND f.convalidated AND f.conparentid = 0 ORDER BY 2, 1",
        names("f.conrelid", "f.conkey"),
        names("f.confrelid", "f.confkey")
    );
    let rows = session.rows(doing, &sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let schema: String = session.get(doing, row, 8)?;
            let relation: String = session.get(doing, row, 9)?;
            Ok(ForeignKey {
                name: session.get(doing, row, 0)?,
                table: session.get(doing, row, 1)?,
                table_shown: crate::catalog::qualified(&schema, &relation),
                columns: session.get(doing, row, 2)?,
                references: session.get(doing, row, 3)?,
                referenced: session.get(doing, row, 4)?,
                is_partitioned: session.get(doing, row, 5)?,
                references_partitioned: session.get(doing, row, 6)?,
                is_full: session.get(doing, row, 7)?,
                is_period: session.get(doing, row, 10)?,
            })
        })
        .collect()
}
