//! `weir config show [ENV/APP]`: one job, each value with the line it comes from; or all jobs.

use crate::output::{Cell, Table};
use crate::session::Session;
use crate::style::Tone;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use weir_config::{Job, Origin};
use weir_engine::{Context, SilentObserver};
use weir_model::error::Result;
use weir_model::hold::Hold;
use weir_pipeline::holds;

/// Prints the job.
pub(super) async fn run(session: &Session, address: &str) -> Result<u8> {
    let fleet = session.fleet()?;
    let job = fleet.job(address)?;
    let shown = weir_config::show(job);
    let held = held(session, address).await;
    if session.output.is_json() {
        let fields: Vec<Value> = shown
            .iter()
            .map(|field| json!({"field": field.field, "value": field.value, "origin": origin(&field.origin)}))
            .collect();
        session
            .output
            .json(&json!({"job": job.address, "fields": fields, "held": held}))?;
        return Ok(0);
    }
    let mut table = Table::new(["field", "value", "from"]);
    for field in shown {
        table.row(vec![
            field.field.into(),
            field.value.into(),
            Cell::toned(Tone::Faint, field.origin.to_string()),
        ]);
    }
    session
        .output
        .line(session.output.paint(Tone::Strong, &job.address));
    session.output.table(&table);
    for hold in held.iter().flatten() {
        let operation = hold.operation.as_deref().unwrap_or("everything");
        let line = format!("{operation} is {} ({})", hold.in_words(), hold.id);
        session
            .output
            .line(session.output.paint(Tone::Doubtful, line));
    }
    Ok(0)
}

/// How long the holds are waited for: they are no part of the configuration.
const PATIENCE: Duration = Duration::from_secs(5);

/// The holds of the job that are in force; `None` when they are not readable from here.
async fn held(session: &Session, address: &str) -> Option<Vec<Hold>> {
    let weir = session.weir().ok()?;
    let context = Context::new(Arc::new(SilentObserver)).with_cancel(session.cancel.clone());
    let held = holds::of_job(&weir, address, &context);
    tokio::time::timeout(PATIENCE, held).await.ok()?.ok()
}

/// Lists the jobs.
pub(super) fn list(session: &Session) -> Result<u8> {
    let fleet = session.fleet()?;
    if session.output.is_json() {
        let jobs: Vec<Value> = fleet
            .jobs
            .iter()
            .map(|job| json!({"job": job.address, "operations": operations(job), "schedule": job.schedule.value.to_string()}))
            .collect();
        session.output.json(&json!({"jobs": jobs}))?;
        return Ok(0);
    }
    let mut table = Table::new(["job", "operations", "due"]);
    for job in &fleet.jobs {
        table.row(vec![
            job.address.clone().into(),
            operations(job).join(", ").into(),
            job.schedule.value.to_string().into(),
        ]);
    }
    session.output.table(&table);
    Ok(0)
}

fn operations(job: &Job) -> Vec<String> {
    job.chain.value.iter().map(ToString::to_string).collect()
}

fn origin(origin: &Origin) -> Value {
    match origin {
        Origin::File {
            line, column, path, ..
        } => {
            json!({"line": line, "column": column, "path": path})
        }
        Origin::Default(why) => json!({"default": why}),
    }
}
