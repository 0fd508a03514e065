//! Writing the records of one run.

use super::{encode, folder_of};
use crate::store::{Creation, Store};
use bytes::Bytes;
use jiff::Timestamp;
use object_store::PutPayload;
use serde_json::{Map, Value};
use std::sync::atomic::{AtomicU32, Ordering};
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Ended, RunProgress, Started, Step};

/// A new run's id: time-ordered and unique, e.g. `20261122T013600Z-0a1b2c3d`.
///
/// # Errors
/// `internal` when the system has no randomness to give.
pub fn new_run_id(now: Timestamp) -> Result<String> {
    let random = getrandom::u32().map_err(|source| {
        Error::from_source(Kind::Internal, "make a run id", source)
            .hint("the system gives no randomness: try again on another machine")
    })?;
    Ok(format!("{}-{random:08x}", now.strftime("%Y%m%dT%H%M%SZ")))
}

/// The record of how a run ended.
const ENDED: &str = "ended.json";

/// How far a run has come.
pub(super) const PROGRESS: &str = "progress.json";

/// The records of one run. Every record is written once, but for its progress.
#[derive(Debug)]
pub struct RunLog {
    state: Store,
    folder: String,
    logs: AtomicU32,
}

impl RunLog {
    /// Records that a run has started.
    ///
    /// # Errors
    /// `store`.
    pub async fn start(state: &Store, started: &Started) -> Result<Self> {
        let log = Self::of(state, &started.run)?;
        log.write("started.json", encode(started)?).await?;
        Ok(log)
    }

    /// The records of a run found dead, so that whoever heals it can write its end.
    ///
    /// # Errors
    /// `usage` for what is no run id.
    pub fn of(state: &Store, run: &str) -> Result<Self> {
        Ok(Self {
            state: state.clone(),
            folder: folder_of(run)?,
            logs: AtomicU32::new(0),
        })
    }

    /// Fails once somebody has closed this run, because it seemed to be dead: what it does from
    /// then on is nobody's.
    ///
    /// # Errors
    /// `interrupted`; `store`.
    pub async fn refuse_closed(&self) -> Result<()> {
        let key = format!("{}/{ENDED}", self.folder);
        match self.state.size(&key).await? {
            None => Ok(()),
            Some(_) => Err(taken_for_dead(format!(
                "go on with the run {}",
                self.folder
            ))),
        }
    }

    /// Records that an operation has ended.
    ///
    /// # Errors
    /// `interrupted` when that step was recorded by another, `store`.
    pub async fn step(&self, step: &Step) -> Result<()> {
        let name = format!("step-{}.json", step.number);
        self.write(&name, encode(step)?).await
    }

    /// Records a stretch of the log, one JSON object a line. Only what was written by then is
    /// known of a run that was killed.
    ///
    /// # Errors
    /// `store`.
    pub async fn log(&self, lines: &[Map<String, Value>]) -> Result<()> {
        let mut bytes = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut bytes, line).map_err(|source| {
                Error::from_source(Kind::Internal, "write a log", source)
                    .hint("report this as a bug")
            })?;
            bytes.push(b'\n');
        }
        let number = self.logs.fetch_add(1, Ordering::SeqCst) + 1;
        self.write(&format!("log-{number}.jsonl"), bytes).await
    }

    /// Tells how far the run has come, in place of what it told before.
    ///
    /// # Errors
    /// `store`.
    pub async fn progress(&self, progress: &RunProgress) -> Result<()> {
        let key = format!("{}/{PROGRESS}", self.folder);
        let bytes = Bytes::from(encode(progress)?);
        self.state.put(&key, PutPayload::from_bytes(bytes)).await
    }

    /// Records how the run has ended. The first to say so is believed for ever: a run that was
    /// found dead cannot claim success later.
    ///
    /// # Errors
    /// `interrupted` when another end was recorded, `store`.
    pub async fn ended(&self, ended: &Ended) -> Result<()> {
        self.write(ENDED, encode(ended)?).await
    }

    async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let key = format!("{}/{name}", self.folder);
        match self.state.create(&key, &Bytes::from(bytes)).await? {
            Creation::Created => Ok(()),
            Creation::Exists(_) => {
                Err(taken_for_dead(format!("record {}", self.state.place(&key))))
            }
        }
    }
}

fn taken_for_dead(doing: String) -> Error {
    let cause = "another run took this one for dead and closed its records";
    Error::new(Kind::Interrupted, doing, cause)
        .hint("see what was done since with `weir runs`, then run the job again")
}
