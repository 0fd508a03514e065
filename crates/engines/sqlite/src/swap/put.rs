use crate::config::{Database, Place, Subject, sync_folder};
use crate::dump::{Contended, copy_pages};
use crate::lock::stale;
use crate::stamp;
use crate::transform::rewrite;
use rusqlite::TransactionBehavior;
use std::path::Path;
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::Token;

/// How long readers are waited for when the live copy's log is emptied after a swap.
const EMPTY_LOG_WAIT: Duration = Duration::from_millis(250);

/// Makes `image` the live copy: all of it or nothing. `was_taken` says whether there was a live
/// copy when it was decided what to keep: one that has appeared since is not replaced.
///
/// # Errors
/// `swap`, `locked`; the live copy is then as it was.
pub(crate) fn put_live(
    place: &Place,
    image: &Path,
    token: Token,
    was_taken: bool,
    context: &Context,
) -> Result<()> {
    if !was_taken {
        place.refuse_orphans()?;
        return appear(place, image, context);
    }
    let mut live = Database::write(place.live(), Kind::Swap, context)?;
    refuse_stale(place, &mut live, token)?;
    if place.has_database() {
        match_live(place, &live, image, context)?;
    }
    let shadow = Database::read(image, Kind::Swap, context)?;
    copy_pages(&shadow, &mut live, Contended::Target).map_err(|error| {
        let as_it_was = "the live copy is as it was; find who locks it, then run again";
        if error.is_transient() {
            error.hint(as_it_was)
        } else {
            error
        }
    })?;
    empty_log(&live);
    Ok(())
}

/// Compares tokens under SQLite's own write lock.
fn refuse_stale(place: &Place, live: &mut Database, token: Token) -> Result<()> {
    let subject = live.subject.clone();
    live.connection
        .set_transaction_behavior(TransactionBehavior::Immediate);
    live.run("lock", "BEGIN IMMEDIATE")?;
    let found = stamp::read(live);
    live.connection
        .execute_batch("COMMIT")
        .map_err(|error| subject.failure("unlock", error))?;
    match found? {
        Some(found) if found.token >= token => Err(stale(place, token, found.token)),
        _ => Ok(()),
    }
}

/// Gives the image the page size of the live copy, which a database with a log cannot change,
/// and tells of an encoding that open connections cannot change.
fn match_live(place: &Place, live: &Database, image: &Path, context: &Context) -> Result<()> {
    let shadow = Database::read(image, Kind::Swap, context)?;
    let encoding = |database: &Database| -> Result<String> {
        database.value("read the encoding of", "PRAGMA main.encoding")
    };
    if encoding(live)? != encoding(&shadow)? {
        context.warn(format!(
            "the new copy of {} has another text encoding: programs that have it open must \
             open it again",
            place.live().display()
        ));
    }
    let page_size = live.page_size()?;
    if page_size == shadow.page_size()? {
        return Ok(());
    }
    drop(shadow);
    rewrite(place, image, Some(page_size), Kind::Swap, context)
}

/// Puts the first copy where there is none, without ever replacing one that has appeared.
fn appear(place: &Place, image: &Path, context: &Context) -> Result<()> {
    let subject = Subject::new(place.live(), Kind::Swap, context);
    std::fs::hard_link(image, place.live()).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::new(
            Kind::Swap,
            format!("make {}", place.live().display()),
            "a database has appeared there in the meantime",
        )
        .hint("run again: it will be replaced as a whole, and kept aside if configured")
        .transient(),
        _ => subject.io("make", error),
    })?;
    std::fs::remove_file(image).map_err(|error| subject.io("finish", error))?;
    sync_folder(place.folder())
}

/// Moves the pages from the log into the file, so that replaced rows do not stay in either for
/// longer than need be. Where readers prevent it, the next checkpoint of theirs will do it.
fn empty_log(live: &Database) {
    if live.is_wal().unwrap_or(false) {
        let _ = live.connection.busy_timeout(EMPTY_LOG_WAIT);
        let _ = live
            .connection
            .query_row("PRAGMA main.wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}
