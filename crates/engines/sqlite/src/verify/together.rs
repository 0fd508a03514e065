use super::{Violations, digest_tables, integrity, violations};
use crate::catalog;
use crate::config::Database;
use rusqlite::InterruptHandle;
use std::path::Path;
use std::sync::{Arc, Mutex};
use weir_engine::{Context, TableTimes};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// Proves pages, indexes and constraints on one fresh connection while another reads every row:
/// broken foreign keys, and rows and digests, with the `times` told. The first failure ends both.
pub(crate) fn pages_and_rows(
    path: &Path,
    kind: Kind,
    times: Option<&Arc<TableTimes>>,
    context: &Context,
) -> Result<(Violations, Vec<TableDigest>)> {
    let pages = Database::read(path, kind, context)?;
    let rows = Database::read(path, kind, context)?;
    let (stop_pages, stop_rows) = (
        pages.connection.get_interrupt_handle(),
        rows.connection.get_interrupt_handle(),
    );
    let first = Mutex::new(None);
    let (checked, digested) = std::thread::scope(|scope| {
        let checked = scope.spawn(|| ended(check_pages(pages), &stop_rows, &first));
        let digested = ended(digest_rows(&rows, times), &stop_pages, &first);
        (checked.join(), digested)
    });
    if let Some(error) = first.into_inner().ok().flatten() {
        return Err(error);
    }
    match (checked, digested) {
        (Ok(Some(violations)), Some(tables)) => Ok((violations, tables)),
        _ => Err(Error::new(
            Kind::Internal,
            format!("prove {}", path.display()),
            "the thread that did it ended without a result",
        )
        .hint("this is a bug in Weir: please report it with the run's log")),
    }
}

// Taken by value, because a connection is used by one thread at a time.
#[allow(clippy::needless_pass_by_value)]
fn check_pages(database: Database) -> Result<Violations> {
    integrity(&database)?;
    violations(&database, &catalog::read(&database)?)
}

fn digest_rows(database: &Database, times: Option<&Arc<TableTimes>>) -> Result<Vec<TableDigest>> {
    digest_tables(database, &catalog::read(database)?, times)
}

/// Keeps the first error, and stops the other side, whose error then follows from it.
fn ended<T>(result: Result<T>, other: &InterruptHandle, first: &Mutex<Option<Error>>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            if let Ok(mut first) = first.lock() {
                first.get_or_insert(error);
            }
            other.interrupt();
            None
        }
    }
}
