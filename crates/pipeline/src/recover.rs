//! What a recovery loses: all that was written since its backup, told before it is gone.

use crate::compare::{TableComparison, tables};
use crate::site::Site;
use crate::words;
use jiff::{Timestamp, Unit};
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::manifest::Manifest;

/// From when on nothing is in the backup.
pub(crate) fn since(manifest: &Manifest, now: Timestamp) -> String {
    let taken = manifest.data_as_of;
    let shown = taken.round(Unit::Second).unwrap_or(taken);
    format!(
        "what was written after {shown}, {} ago, is not in it and is lost; the copy it replaces is \
         kept for `weir rollback` unless `previous` says otherwise",
        words::age(now.duration_since(taken))
    )
}

/// Where the live copy differs from the backup. That it cannot be read is no obstacle: it may be why
/// there is a recovery.
///
/// # Errors
/// `interrupted`, `deadline`.
pub(crate) async fn lost(
    site: &Site,
    manifest: &Manifest,
    context: &Context,
) -> Result<Vec<String>> {
    let (engine, endpoint) = (&site.engine, &site.endpoint);
    let contents = match engine.exists(endpoint, context).await {
        Ok(false) => return Ok(vec!["no database is there now".to_owned()]),
        Ok(true) => engine.contents(endpoint, context).await,
        Err(error) => Err(error),
    };
    match contents {
        Ok(live) => Ok(differences(&tables(&live.tables, &manifest.tables))),
        Err(error) if matches!(error.kind(), Kind::Interrupted | Kind::Deadline) => Err(error),
        Err(error) => Ok(vec![format!(
            "the live copy cannot be read, so nobody can tell what it has besides: {error}"
        )]),
    }
}

fn differences(compared: &[TableComparison]) -> Vec<String> {
    let differing = compared.iter().filter(|table| !table.equal);
    let lines: Vec<String> = differing.map(difference).collect();
    if lines.is_empty() {
        return vec!["the live copy holds just what the backup holds".to_owned()];
    }
    lines
}

fn difference(table: &TableComparison) -> String {
    let name = &table.table;
    match (table.left_rows, table.right_rows) {
        (Some(now), Some(then)) if now == then => {
            format!("table {name}: {now} rows as in the backup, but not the same ones")
        }
        (Some(now), Some(then)) => format!("table {name}: {now} rows now, {then} in the backup"),
        (Some(now), None) => format!("table {name}: {now} rows now, not in the backup"),
        (None, then) => format!(
            "table {name}: not there now, {} rows in the backup",
            then.unwrap_or_default()
        ),
    }
}
