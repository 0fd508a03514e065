//! The folder that every seed gets a copy of: a live copy and a previous one, backups of the
//! upstream that are newer than both, and older ones of the target's own.

use super::engine::Engine;
use super::scene::{self, Scene};
use super::wire::{Line, Wire};
use crate::clock::VirtualClock;
use crate::faults::{records, scratch};
use crate::observe::Probe;
use jiff::SignedDuration;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use weir_pipeline::{RunOptions, Selection};

/// Generations that the target was restored to; after them production alone went on.
const RESTORED: i64 = 4;
/// Generations of production.
const GENERATIONS: i64 = 6;

/// Such a folder.
pub(super) struct Master {
    pub(super) engine: Engine,
    rows: i64,
    folder: TempDir,
}

impl Master {
    /// Of an engine, with so many rows in every generation.
    pub(super) fn new(engine: Engine, rows: i64) -> Self {
        let folder = scratch::folder();
        let path = folder.path();
        let runtime = scene::standing_runtime();
        let clock = Arc::new(VirtualClock::off_by(SignedDuration::from_hours(-1)));
        let configuration = scene::configuration(engine, path, "");
        let ttl = Duration::from_secs(150);
        let weir = scene::weir(engine, path, &configuration, "nightly", (&clock, ttl));
        for generation in 0..GENERATIONS {
            engine.fill(&path.join(engine.file("production")), rows, generation);
            clock.jump(SignedDuration::from_mins(1));
            let context = Arc::new(Probe::default()).context();
            let environments: &[&str] = match generation < RESTORED {
                true => &["production", "staging"],
                false => &["production"],
            };
            for environment in environments {
                let selection = Selection::parse(environment, false);
                let options = RunOptions::default();
                let ran = weir_pipeline::run::run(&weir, "run", &selection, &options, &context);
                let report = runtime.block_on(ran).expect("the selection names a job");
                assert!(report.first_error().is_none(), "{:?}", report.first_error());
            }
        }
        std::fs::remove_dir_all(path.join("stores/staging/_weir/runs")).expect("forget the runs");
        Self {
            engine,
            rows,
            folder,
        }
    }

    /// A copy of it, whose leases lie behind a wire if there is one.
    pub(super) fn copy(&self, wire: Option<Wire>) -> Arc<Scene> {
        let folder = scratch::folder();
        for file in records::files(self.folder.path()) {
            let name = file.strip_prefix(self.folder.path());
            let to = folder.path().join(name.expect("it lies below"));
            std::fs::create_dir_all(to.parent().expect("it lies in a folder"))
                .and_then(|()| std::fs::copy(&file, &to).map(drop))
                .expect("copy the scene");
        }
        let shelf = |environment: &str| {
            let instance = format!("people-{}", self.engine.configured());
            let shelf = folder.path().join("stores").join(environment);
            backups(&shelf.join(instance))
        };
        let newest = usize::try_from(RESTORED).expect("a small number");
        Arc::new(Scene {
            engine: self.engine,
            rows: self.rows,
            upstream: shelf("production").split_off(newest),
            own: shelf("staging"),
            line: wire.map(|wire| Line::new(wire, folder.path())),
            folder,
        })
    }
}

/// The backups that lie in a folder, oldest first.
fn backups(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("list the backups");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("list the backups").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.ends_with("-people"))
        .collect();
    names.sort();
    names
}
