//! What rules do once all rows are in, because it takes more than one row to decide.

use super::plan::Plan;
use super::shadow;
use crate::catalog::{Content, contents, qualified};
use crate::config::{Address, Session, identifier, statement_name};
use crate::transform::rewrite;
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::{Context, ScriptEffect, ShadowStep};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// What the steps did to row counts.
#[derive(Default)]
pub(crate) struct Stepped {
    /// How many rows each table has lost, by the name under which its rows are digested.
    removed: BTreeMap<String, u64>,
    /// The same as it is told.
    pub(crate) effects: Vec<ScriptEffect>,
}

impl Stepped {
    /// Rows of every table behind the steps. Digests are as they were before.
    pub(crate) fn counted(&self, sent: &[TableDigest]) -> Vec<TableDigest> {
        let counted = sent.iter().cloned().map(|mut table| {
            let removed = self.removed.get(&table.table).copied();
            table.rows = table.rows.saturating_sub(removed.unwrap_or_default());
            table
        });
        counted.collect()
    }
}

/// Takes all steps, in their order.
pub(super) async fn take(address: &Address, plan: &Plan, context: &Context) -> Result<Stepped> {
    let mut stepped = Stepped::default();
    if plan.steps.is_empty() {
        return Ok(stepped);
    }
    let session = shadow::enter(address, context).await?;
    let tables = contents(&session).await?;
    let known = Known {
        tables: tables
            .iter()
            .map(|table| (table.name.as_str(), table))
            .collect(),
        partitioned: partitioned(&session).await?,
    };
    // Rows that are removed may leave rows behind that an earlier step looked for.
    let is_removal = |step: &ShadowStep| matches!(step, ShadowStep::RemoveOrphans { .. });
    for steps in plan
        .steps
        .chunk_by(|one, other| is_removal(one) && is_removal(other))
    {
        remove_all_orphans(&session, &known, steps, &mut stepped).await?;
        for step in steps {
            shuffle(&session, &known, step).await?;
        }
    }
    Ok(stepped)
}

/// The relations of the new copy, by name.
struct Known<'a> {
    tables: BTreeMap<&'a str, &'a Content>,
    /// Partitioned tables, as statements name them.
    partitioned: BTreeMap<String, String>,
}

impl Known<'_> {
    fn table(&self, name: &str) -> Result<&Content> {
        let table = self.tables.get(name).copied();
        table.ok_or_else(|| unknown(name))
    }

    /// A table that others point to, as statements name it with all the rows that they may mean.
    fn parent(&self, name: &str) -> Result<String> {
        match self.partitioned.get(name) {
            Some(named) => Ok(named.clone()),
            None => Ok(format!("ONLY {}", self.table(name)?.quoted())),
        }
    }
}

async fn partitioned(session: &Session) -> Result<BTreeMap<String, String>> {
    let doing = "read the tables of";
    let sql = "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'p'";
    let rows = session.rows(doing, sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let (schema, relation): (String, String) =
                (session.get(doing, row, 0)?, session.get(doing, row, 1)?);
            let named = statement_name(&schema, &relation);
            Ok((qualified(&schema, &relation), named))
        })
        .collect()
}

/// Removes rows that point to nothing, until there are none; then nothing of them stays in files.
async fn remove_all_orphans(
    session: &Session,
    known: &Known<'_>,
    steps: &[ShadowStep],
    stepped: &mut Stepped,
) -> Result<()> {
    let mut removed: BTreeMap<&str, u64> = BTreeMap::new();
    loop {
        let mut more = 0;
        for step in steps {
            if let Some((table, sql)) = removal(known, step)? {
                let doing = format!("remove orphans of {table} in");
                let gone = count(session, &doing, &sql).await?;
                *removed.entry(table).or_default() += gone;
                more += gone;
            }
        }
        if more == 0 {
            break;
        }
    }
    removed.retain(|_, rows| *rows > 0);
    let mut changed = BTreeSet::new();
    for (name, rows) in removed {
        let table = known.table(name)?;
        let doing = format!("count the rows of table {name} of");
        let sql = format!("SELECT pg_catalog.count(*) FROM ONLY {}", table.quoted());
        let left = count(session, &doing, &sql).await?;
        stepped.effects.push(ScriptEffect {
            table: name.to_owned(),
            before: Some(left + rows),
            after: Some(left),
        });
        *stepped.removed.entry(table.digested_as()).or_default() += rows;
        changed.insert(table.quoted());
    }
    rewrite(session, changed.iter()).await
}

/// Whose orphans a step removes, and the statement that does and counts them.
fn removal<'a>(known: &Known<'_>, step: &'a ShadowStep) -> Result<Option<(&'a str, String)>> {
    let ShadowStep::RemoveOrphans {
        table,
        columns,
        parent,
        parent_columns,
    } = step
    else {
        return Ok(None);
    };
    let set: Vec<String> = columns
        .iter()
        .map(|column| format!("c.{} IS NOT NULL", identifier(column)))
        .collect();
    let equal: Vec<String> = columns
        .iter()
        .zip(parent_columns)
        .map(|(from, to)| format!("p.{} = c.{}", identifier(to), identifier(from)))
        .collect();
    let sql = format!(
        "WITH gone AS (DELETE FROM ONLY {} c WHERE {} AND NOT EXISTS \
         (SELECT FROM {} p WHERE {}) RETURNING 1) SELECT pg_catalog.count(*) FROM gone",
        known.table(table)?.quoted(),
        set.join(" AND "),
        known.parent(parent)?,
        equal.join(" AND "),
    );
    Ok(Some((table, sql)))
}

async fn count(session: &Session, doing: &str, sql: &str) -> Result<u64> {
    let row = session.row(doing, sql, &[]).await?;
    let count: i64 = match &row {
        Some(row) => session.get(doing, row, 0)?,
        None => 0,
    };
    Ok(count.unsigned_abs())
}

/// Deals out the values of a column anew. The table is emptied and filled again: nothing stays of
/// the file that told whose a value was, and values that are unique stay so.
async fn shuffle(session: &Session, known: &Known<'_>, step: &ShadowStep) -> Result<()> {
    let ShadowStep::Shuffle {
        table,
        column,
        seed,
    } = step
    else {
        return Ok(());
    };
    let doing = format!("shuffle column {column} of table {table} in");
    let content = known.table(table)?;
    session.run(&doing, "BEGIN").await?;
    // Not in a statement, which servers may write into their logs.
    let sql = "SELECT pg_catalog.set_config('weir.seed', $1, true)";
    session.rows(&doing, sql, &[seed]).await?;
    session.run(&doing, &dealing(content, column)).await?;
    session.run(&doing, "COMMIT").await
}

/// The statements that empty a table and fill it again. Both rows and values are ordered by a
/// digest of the row under the seed, each by one of its own.
fn dealing(table: &Content, column: &str) -> String {
    let order = |which: &str| {
        format!(
            "pg_catalog.row_number() OVER (ORDER BY pg_catalog.sha256(pg_catalog.textsend('{which} ' || \
             pg_catalog.current_setting('weir.seed') || ' ' || (_weir_row.*)::text)), _weir_row.ctid)"
        )
    };
    let quoted = table.quoted();
    let columns: Vec<String> = table.columns.iter().map(|name| identifier(name)).collect();
    let dealt: Vec<String> = table
        .columns
        .iter()
        .zip(&columns)
        .map(|(name, quoted)| match name == column {
            true => format!("v.value AS {quoted}"),
            false => format!("(r._weir_row).{quoted} AS {quoted}"),
        })
        .collect();
    format!(
        "CREATE TEMPORARY TABLE _weir_dealt ON COMMIT DROP AS SELECT {} \
         FROM (SELECT _weir_row, {} AS place FROM ONLY {quoted} _weir_row) r \
         JOIN (SELECT _weir_row.{} AS value, {} AS place FROM ONLY {quoted} _weir_row) v USING (place); \
         TRUNCATE ONLY {quoted}; \
         INSERT INTO {quoted} ({list}) OVERRIDING SYSTEM VALUE SELECT {list} FROM pg_temp._weir_dealt",
        dealt.join(", "),
        order("row"),
        identifier(column),
        order("value"),
        list = columns.join(", "),
    )
}

fn unknown(table: &str) -> Error {
    let cause = format!("the new copy has no table {table}");
    Error::new(Kind::Sanitise, "take the steps of the rules", cause)
        .hint("a rule points to a table that is dropped: correct the ruleset of the app")
}
