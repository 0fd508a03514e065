use crate::config::{Database, Subject};
use rusqlite::ErrorCode;
use rusqlite::backup::{Backup, StepResult};
use weir_model::error::{Error, Result};
use weir_model::event::Unit;

/// Bytes copied between two looks at the request to stop.
const STEP_BYTES: i64 = 8 << 20;

/// How often a copy is begun anew because of other writers, before they are made to wait.
const RESTARTS: u32 = 3;

/// Which side others use too, so that it may be locked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contended {
    /// The database copied from.
    Source,
    /// The database copied into.
    Target,
}

/// Copies a database that others may write, as it is at one moment, and says how. Writers are
/// kept waiting only when they leave no quiet moment.
pub(crate) fn copy_consistently(from: &Database, to: &mut Database) -> Result<&'static str> {
    if from.is_wal()? {
        hold(from)?;
        copy_pages(from, to, Contended::Source)?;
        release(from)?;
        return Ok("wal-read-transaction");
    }
    if copy(from, to, Contended::Source, Some(RESTARTS))? {
        return Ok("paged-copy");
    }
    hold(from)?;
    copy_pages(from, to, Contended::Source)?;
    release(from)?;
    Ok("shared-lock")
}

/// Begins a read transaction and reads, so that the snapshot is held.
pub(crate) fn hold(database: &Database) -> Result<()> {
    database.run("open a snapshot of", "BEGIN")?;
    database
        .value::<i64>(
            "open a snapshot of",
            "SELECT count(*) FROM main.sqlite_schema",
        )
        .map(|_| ())
}

fn release(database: &Database) -> Result<()> {
    database.run("close the snapshot of", "COMMIT")
}

/// Copies every page in one transaction of `to`; a failure leaves `to` as it was.
pub(crate) fn copy_pages(from: &Database, to: &mut Database, contended: Contended) -> Result<()> {
    copy(from, to, contended, None).map(|_| ())
}

/// Returns whether the copy ended within the restarts allowed.
fn copy(
    from: &Database,
    to: &mut Database,
    contended: Contended,
    restarts: Option<u32>,
) -> Result<bool> {
    let page_size = from.page_size()?;
    let step = i32::try_from(STEP_BYTES / page_size.max(1)).unwrap_or(i32::MAX);
    let (source, target) = (from.subject.clone(), to.subject.clone());
    let backup = Backup::new(&from.connection, &mut to.connection)
        .map_err(|error| blame(&source, &target, contended, error))?;
    let (mut last, mut begun_anew) = (0, 0);
    loop {
        source.context.check("copy the pages of the database")?;
        let result = backup
            .step(step)
            .map_err(|error| blame(&source, &target, contended, error))?;
        let progress = backup.progress();
        let done = progress.pagecount - progress.remaining;
        match result {
            StepResult::Busy | StepResult::Locked => {
                let side = if contended == Contended::Source {
                    &source
                } else {
                    &target
                };
                return Err(side.busy(format!("copy {}", source.path.display())));
            }
            StepResult::Done => {
                let bytes = u64::try_from(i64::from(progress.pagecount) * page_size).unwrap_or(0);
                source.context.progress(Unit::Bytes, bytes, bytes);
                return Ok(true);
            }
            _ if done <= last => begun_anew += 1,
            _ => {}
        }
        if restarts.is_some_and(|allowed| begun_anew > allowed) {
            return Ok(false);
        }
        last = done;
        let bytes = |pages: i32| u64::try_from(i64::from(pages) * page_size).unwrap_or(0);
        source
            .context
            .progress(Unit::Bytes, bytes(done), bytes(progress.pagecount));
    }
}

/// The error, told of the side that can have caused it.
fn blame(
    source: &Subject,
    target: &Subject,
    contended: Contended,
    error: rusqlite::Error,
) -> Error {
    let is_target = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => true,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => contended == Contended::Target,
        _ => false,
    };
    match is_target {
        true => target.failure("copy pages into", error),
        false => source.failure("copy the pages of", error),
    }
}
