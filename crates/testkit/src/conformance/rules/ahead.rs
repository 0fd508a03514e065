//! Masks that look ahead are shown every row before they are asked about it.

use super::{Target, rows_of};
use crate::conformance::{Plan, Rules, Seed, Setting};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use weir_engine::{ColumnUse, Fate, Field, Masker, Replacement, RowMask, TablePlan};
use weir_model::catalog::Catalog;
use weir_model::error::Result;

const TABLE: &str = "items";

/// Rows of a backup, on their way into a database and into a clean backup.
pub async fn rows_are_shown_before_they_are_masked(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let context = setting.context();
    let rows = rows_of(&manifest.tables, TABLE);

    let seen = Arc::new(Seen::default());
    let plan = Plan::with_token(1).masked(rules(&manifest.catalog, &seen));
    setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    seen.assert_ahead(rows, "a restore");

    let seen = Arc::new(Seen::default());
    let masker: Arc<dyn Masker> = Arc::new(rules(&manifest.catalog, &seen));
    let parts = setting.parts(&manifest).await.unwrap();
    let clean = setting.rewrite(parts, "rewritten", masker, &context).await;
    assert_eq!(rows_of(&clean.unwrap().tables, TABLE), rows);
    seen.assert_ahead(rows, "a clean backup of a backup");
}

fn rules(catalog: &Catalog, seen: &Arc<Seen>) -> Rules {
    let columns = catalog.table(TABLE).map_or(0, |table| table.columns.len());
    let mut uses = vec![ColumnUse::Copied; columns];
    uses[0] = ColumnUse::Read;
    let seen = Arc::clone(seen);
    let mask = Asking { uses, seen };
    Rules::keep(catalog).plan(TABLE, Some(TablePlan::Rows(Arc::new(mask))))
}

/// What was shown.
#[derive(Default)]
struct Seen {
    rows: Mutex<BTreeSet<Vec<u8>>>,
    masked: AtomicU64,
    /// Rows that came without having been shown.
    unseen: AtomicU64,
}

impl Seen {
    fn assert_ahead(&self, rows: u64, place: &str) {
        let counted = |count: &AtomicU64| count.load(Ordering::Relaxed);
        assert_eq!(counted(&self.masked), rows, "{place}: rows masked");
        assert_eq!(counted(&self.unseen), 0, "{place}: rows never shown");
        let shown = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(shown.len() as u64, rows, "{place}: rows shown");
    }
}

/// A mask that notes which rows it was shown before.
struct Asking {
    uses: Vec<ColumnUse>,
    seen: Arc<Seen>,
}

/// What it is shown them by.
struct Looking(Vec<ColumnUse>, Arc<Seen>);

impl RowMask for Asking {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], _: &mut [Replacement]) -> Result<Fate> {
        let rows = self.seen.rows.lock();
        let rows = rows.unwrap_or_else(PoisonError::into_inner);
        self.seen.masked.fetch_add(1, Ordering::Relaxed);
        if !rows.contains(&name(row[0])) {
            self.seen.unseen.fetch_add(1, Ordering::Relaxed);
        }
        Ok(Fate::Kept)
    }

    fn ahead(&self) -> Option<Arc<dyn RowMask>> {
        let (uses, seen) = (self.uses.clone(), Arc::clone(&self.seen));
        Some(Arc::new(Looking(uses, seen)))
    }
}

impl RowMask for Looking {
    fn columns(&self) -> &[ColumnUse] {
        &self.0
    }

    fn mask(&self, row: &[Field<'_>], _: &mut [Replacement]) -> Result<Fate> {
        let rows = self.1.rows.lock();
        let mut rows = rows.unwrap_or_else(PoisonError::into_inner);
        rows.insert(name(row[0]));
        Ok(Fate::Dropped)
    }
}

/// What tells a row from the others.
fn name(field: Field<'_>) -> Vec<u8> {
    match field {
        Field::Integer(number) => number.to_string().into_bytes(),
        Field::Text(text) => text.to_vec(),
        _ => panic!("a column that is read must be handed on"),
    }
}
