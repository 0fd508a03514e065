//! A reader of the live copy, all the while: it finds all of one generation, and no token below
//! one that it has seen.

use crate::faults::reader;
use crate::faults::writers::engine::stamp_text;
use crate::faults::writers::scene::Scene;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use weir_model::stamp::Stamp;

/// Such a reader.
pub(super) struct Watcher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), String>>,
}

impl Watcher {
    pub(super) fn start(scene: &Arc<Scene>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, scene) = (Arc::clone(&stop), Arc::clone(scene));
        let thread = std::thread::spawn(move || watch(&scene, &stopped));
        Self { stop, thread }
    }

    /// Stops it; what it found wrong.
    pub(super) fn stop(self) -> Result<(), String> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().expect("a reader does not panic")
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "waits for nothing: it paces a reader"
)]
fn watch(scene: &Scene, stop: &AtomicBool) -> Result<(), String> {
    let mut live = reader::open(&scene.beside("")).map_err(|error| error.to_string())?;
    let mut highest = 0;
    while !stop.load(Ordering::SeqCst) {
        let (rows, generations, token) = look(&mut live)
            .map_err(|error| format!("a reader of the live copy got an error: {error}"))?;
        if rows != scene.rows || generations != 1 {
            return Err(format!(
                "a reader saw {rows} rows of {generations} generations"
            ));
        }
        if token < highest {
            return Err(format!("token {token} was live after {highest}"));
        }
        highest = token;
        // A reader in a closed loop would keep every writer of a rollback journal out.
        std::thread::sleep(Duration::from_millis(3));
    }
    Ok(())
}

/// Rows, generations and token, of one moment.
fn look(live: &mut Connection) -> rusqlite::Result<(i64, i64, u64)> {
    let moment = live.transaction()?;
    let (rows, generations) = moment.query_row(
        "SELECT count(*), count(DISTINCT generation) FROM users",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let stamp: Stamp = serde_json::from_str(&stamp_text(&moment)?)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    moment.commit()?;
    Ok((rows, generations, stamp.token.0))
}
