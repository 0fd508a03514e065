//! CHECKs of tables and of the domains of their columns, and the types that a database's own
//! people made.

use super::FOREIGN_SCHEMAS;
use crate::config::Session;
use std::collections::BTreeMap;
use weir_engine::{Quotes, checks_of};
use weir_model::catalog::{Check, NamedType};
use weir_model::error::Result;

/// The checks of every table, by its number; those of domains once for each column.
const CHECKS: &str = "WITH RECURSIVE domains(relation, attribute, type) AS ( \
     SELECT a.attrelid, a.attname, a.atttypid FROM pg_catalog.pg_attribute a \
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
      WHERE t.typtype = 'd' AND a.attnum > 0 AND NOT a.attisdropped \
     UNION ALL SELECT d.relation, d.attribute, b.oid FROM domains d \
      JOIN pg_catalog.pg_type t ON t.oid = d.type \
      JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype WHERE b.typtype = 'd') \
     SELECT c.conrelid, c.conname::text, ARRAY(SELECT a.attname::text \
      FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY k(n, i) \
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.i), \
      pg_catalog.pg_get_constraintdef(c.oid), NULL::text \
     FROM pg_catalog.pg_constraint c WHERE c.contype = 'c' AND c.conrelid <> 0 \
     UNION ALL SELECT d.relation, c.conname::text, ARRAY[d.attribute::text], \
      pg_catalog.pg_get_constraintdef(c.oid), pg_catalog.format_type(d.type, NULL) \
     FROM domains d JOIN pg_catalog.pg_constraint c ON c.contypid = d.type AND c.contype = 'c' \
     ORDER BY 1, 5 NULLS FIRST, 2, 3";

/// The checks that new rows have to satisfy.
pub(super) async fn checks(session: &Session) -> Result<BTreeMap<u32, Vec<Check>>> {
    let doing = "read the checks of";
    let mut checks: BTreeMap<u32, Vec<Check>> = BTreeMap::new();
    for row in session.rows(doing, CHECKS, &[]).await? {
        let clause: String = session.get(doing, &row, 3)?;
        let Some(found) = checks_of(&clause, &[], Quotes::default()).pop() else {
            continue;
        };
        checks
            .entry(session.get(doing, &row, 0)?)
            .or_default()
            .push(Check {
                name: session.get(doing, &row, 1)?,
                columns: session.get(doing, &row, 2)?,
                domain: session.get(doing, &row, 4)?,
                ..found
            });
    }
    Ok(checks)
}

/// The enums and domains.
pub(super) async fn types(session: &Session) -> Result<Vec<NamedType>> {
    let doing = "read the types of";
    let sql = format!(
        "SELECT pg_catalog.format_type(t.oid, NULL), ARRAY(SELECT e.enumlabel::text \
          FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), \
         CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END \
         FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
         WHERE t.typtype IN ('e', 'd') AND {FOREIGN_SCHEMAS} ORDER BY 1"
    );
    let rows = session.rows(doing, &sql, &[]).await?;
    let types = rows.iter().map(|row| {
        Ok(NamedType {
            name: session.get(doing, row, 0)?,
            labels: session.get(doing, row, 1)?,
            base: session.get(doing, row, 2)?,
        })
    });
    types.collect()
}
