//! One run.

use super::{Inner, runs};
use crate::views::{Failure, LogLevel, LogLine, Outcome, Progress, Run, Step, Table};
use jiff::Timestamp;
use serde_json::Value;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::{Event, Unit};
use weir_model::run::{self, RunProgress};
use weir_pipeline::{history, words};

pub(super) async fn read(source: &Inner, run: &str, context: &Context) -> Result<Run> {
    let (found, log) =
        history::run_with_log(&source.weir, &source.environments, run, context).await?;
    let started = &found.started;
    // Environments may keep their records in one place.
    if !source.environments.contains(&started.environment) {
        let doing = format!("find the run {run}");
        let hint = "list runs with `weir runs`";
        return Err(Error::new(Kind::Usage, doing, "no records have it").hint(hint));
    }
    let works = found.ended.is_none() && !found.dead;
    let stored = || log.iter().filter_map(|line| stored_line(line, started.at));
    let live = source.live.log(run).filter(|_| works);
    let ended = found.ended.as_ref();
    Ok(Run {
        run: started.run.clone(),
        verb: started.verb.clone(),
        environment: started.environment.clone(),
        app: started.app.clone(),
        job: words::address(&started.environment, &started.app, &started.job),
        began: started.at,
        ended: ended.map(|ended| ended.at),
        due: started.due,
        attempt: started.attempt,
        process: started.by.to_string(),
        requested_by: started.requested_by.clone(),
        continues: started.continues.clone(),
        weir: started.weir.clone(),
        outcome: runs::outcome(&found),
        failure: ended.and_then(|ended| ended.failure.clone().map(Failure::from)),
        progress: match works {
            true => source
                .live
                .progress(run)
                .or(found.progress.clone().map(Progress::from)),
            false => None,
        },
        log: live.unwrap_or_else(|| stored().collect()),
        steps: found.steps.into_iter().map(step).collect(),
    })
}

fn step(step: run::Step) -> Step {
    let took = step.ended.duration_since(step.began).as_secs_f64();
    #[allow(clippy::cast_precision_loss)] // shown with one decimal
    let rate = |amount: u64| (amount > 0 && took > 0.0).then(|| amount as f64 / took);
    Step {
        bytes_per_second: rate(step.bytes),
        rows_per_second: rate(step.rows),
        number: step.number,
        operation: step.operation,
        database: step.database,
        began: step.began,
        ended: step.ended,
        outcome: step.outcome.into(),
        backup: step.backup,
        data_as_of: step.data_as_of,
        data: step.sanitising.map(|state| state.to_string()),
        bytes: step.bytes,
        rows: step.rows,
        token: step.token,
        done_by: step.done_by,
        failure: step.failure.map(Failure::from),
        tables: tables(step.tables),
    }
}

fn tables(mut tables: Vec<run::TableRows>) -> Vec<Table> {
    run::slowest_first(&mut tables);
    let table = |table: run::TableRows| Table {
        rows_per_second: table.rows_per_second(),
        name: table.name,
        rows: table.rows,
        milliseconds: table.milliseconds,
    };
    tables.into_iter().map(table).collect()
}

/// A line of a stored log. One that a later version wrote differently is shown as it is.
fn stored_line(line: &str, began: Timestamp) -> Option<LogLine> {
    let value: Value = serde_json::from_str(line).unwrap_or_default();
    let at = value.get("at").and_then(Value::as_str);
    let at = at.and_then(|at| at.parse().ok()).unwrap_or(began);
    match serde_json::from_value::<Event>(value) {
        Ok(event) => LogLine::of(at, &event),
        Err(_) => Some(LogLine {
            at,
            level: LogLevel::Note,
            text: line.to_owned(),
        }),
    }
}

impl LogLine {
    /// What an event says to people; nothing for what only tests and charts need.
    #[must_use]
    pub fn of(at: Timestamp, event: &Event) -> Option<Self> {
        let level = match event {
            Event::Step { .. } => LogLevel::Step,
            Event::Note { .. } | Event::Waiting { .. } => LogLevel::Note,
            Event::Warning { .. } => LogLevel::Warning,
            Event::Progress { .. } | Event::Checkpoint { .. } => return None,
        };
        let text = words::event(event)?;
        Some(Self { at, level, text })
    }
}

impl From<RunProgress> for Progress {
    fn from(found: RunProgress) -> Self {
        let total = Some(found.total).filter(|total| *total > 0);
        let rate = Some(found.per_second).filter(|rate| *rate > 0);
        let left = total.map(|total| total.saturating_sub(found.done));
        #[allow(clippy::cast_precision_loss)] // shown with one decimal
        Self {
            step: found.step,
            steps: found.steps,
            name: found.does,
            unit: found.unit.map(|unit| match unit {
                Unit::Bytes => "bytes".to_owned(),
                Unit::Rows => "rows".to_owned(),
            }),
            done: found.done,
            total,
            rate: rate.map(|rate| rate as f64),
            seconds_left: left.zip(rate).map(|(left, rate)| left / rate),
            at: found.at,
        }
    }
}

impl From<run::Outcome> for Outcome {
    fn from(outcome: run::Outcome) -> Self {
        match outcome {
            run::Outcome::Succeeded => Self::Succeeded,
            run::Outcome::Failed => Self::Failed,
            run::Outcome::Interrupted => Self::Interrupted,
            run::Outcome::Skipped => Self::Skipped,
        }
    }
}

impl From<run::Failure> for Failure {
    fn from(failure: run::Failure) -> Self {
        Self {
            kind: failure.kind,
            doing: failure.doing,
            cause: failure.cause,
            hint: failure.hint,
        }
    }
}
