//! The record of one operation of a run.

use super::{Failure, Outcome};
use crate::error::Kind;
use crate::manifest::TableDigest;
use crate::sanitising::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

/// Written when one operation of a run ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number in the run, from 1.
    pub number: u32,
    /// `backup`, `restore`, `transform`…
    pub operation: String,
    /// The database.
    pub database: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// The backup read or written, as `<environment>:<instance>/<folder>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// When the data was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_as_of: Option<Timestamp>,
    /// How clean the data is after the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sanitising: Option<State>,
    /// Stored bytes read or written.
    #[serde(default)]
    pub bytes: u64,
    /// Rows read or written.
    #[serde(default)]
    pub rows: u64,
    /// Its largest tables, by their rows, and the slowest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableRows>,
    /// The fencing token, for an operation that writes a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<u64>,
    /// The earlier run that did it, when this one found it done and did not repeat it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_by: Option<String>,
    /// What failed, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// How many tables a step names for their rows.
const MOST_TABLES: usize = 50;

/// How many it names for their time.
const SLOWEST_TABLES: usize = 10;

/// A table that a step read or wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// How long they took to be read, masked and written, from the first that began with one to the
    /// last that ended: in milliseconds. Absent where nobody knows, as in what earlier versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
}

impl TableRows {
    /// Rows a second; none where the time is unknown, or too short to tell.
    #[must_use]
    pub fn rows_per_second(&self) -> Option<f64> {
        let milliseconds = self
            .milliseconds
            .filter(|took| *took > 0 && self.rows > 0)?;
        #[allow(clippy::cast_precision_loss)] // people read a few digits of it
        Some(self.rows as f64 * 1000.0 / milliseconds as f64)
    }
}

/// Puts tables in the order in which somebody looks for what took long; those whose time is unknown
/// come last, the largest first.
pub fn slowest_first(tables: &mut [TableRows]) {
    tables.sort_by_key(|table| Reverse((table.milliseconds, table.rows)));
}

impl Step {
    /// A step that begins at `at`, of which nothing is known yet: it ends well, and at once,
    /// unless somebody says otherwise.
    #[must_use]
    pub fn begun(number: u32, operation: &str, database: &str, at: Timestamp) -> Self {
        Self {
            number,
            operation: operation.to_owned(),
            database: database.to_owned(),
            began: at,
            ended: at,
            outcome: Outcome::Succeeded,
            backup: None,
            data_as_of: None,
            sanitising: None,
            bytes: 0,
            rows: 0,
            tables: Vec::new(),
            token: None,
            done_by: None,
            failure: None,
        }
    }

    /// Takes over the rows of its tables, and how long each took where that is known: of a fleet of
    /// many the largest and the slowest.
    pub fn set_tables(&mut self, tables: &[TableDigest], took: &BTreeMap<String, Duration>) {
        self.rows = tables.iter().map(|table| table.rows).sum();
        let milliseconds = |took: &Duration| took.as_millis().try_into().unwrap_or(u64::MAX);
        let tables = tables.iter().map(|table| TableRows {
            name: table.table.clone(),
            rows: table.rows,
            milliseconds: took.get(&table.table).map(milliseconds),
        });
        self.tables = tables.collect();
        self.tables.sort_by_key(|table| Reverse(table.rows));
        let mut others = self.tables.split_off(self.tables.len().min(MOST_TABLES));
        // A small table that took long is what somebody looks for.
        others.retain(|table| table.milliseconds.is_some());
        others.sort_by_key(|table| Reverse(table.milliseconds));
        self.tables.extend(others.into_iter().take(SLOWEST_TABLES));
    }

    /// Whether it was left out because of a hold.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let held = |failure: &Failure| failure.kind == Kind::Held.slug();
        self.outcome == Outcome::Skipped && self.failure.as_ref().is_some_and(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    fn digest(table: &str, rows: u64) -> TableDigest {
        TableDigest {
            table: table.to_owned(),
            rows,
            digest: Digest::new("rows-v1", &[0; 16]),
        }
    }

    fn step() -> Step {
        Step::begun(1, "backup", "app", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_small_table_that_took_long_is_named_beside_the_largest() {
        let mut tables: Vec<TableDigest> = (0..70)
            .map(|at| digest(&format!("large-{at}"), 1000 + at))
            .collect();
        tables.push(digest("small", 1));
        tables.push(digest("unknown", 1));
        let took = BTreeMap::from([("small".to_owned(), Duration::from_micros(7_900))]);
        let mut step = step();
        step.set_tables(&tables, &took);
        assert_eq!(step.tables.len(), 51);
        assert_eq!(step.tables[0].name, "large-69");
        assert_eq!(step.tables[0].milliseconds, None);
        assert_eq!(step.tables[50].name, "small");
        assert_eq!(step.tables[50].milliseconds, Some(7));
        assert_eq!(
            step.rows,
            tables.iter().map(|table| table.rows).sum::<u64>()
        );
    }

    #[test]
    fn a_record_from_before_times_were_kept_is_read() {
        let mut step = step();
        step.set_tables(&[digest("people", 3)], &BTreeMap::new());
        let text = serde_json::to_string(&step).unwrap();
        assert!(
            text.contains(r#""tables":[{"name":"people","rows":3}]"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Step>(&text).unwrap(), step);
    }
}
