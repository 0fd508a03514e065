//! What is expected of the hours ahead, out of the records and the history of every job.

use crate::night::facts::{Purpose, Reader};
use crate::night::known::Known;
use crate::views::Unreadable;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_engine::Context;
use weir_model::error::Result;
use weir_pipeline::selection::select;
use weir_pipeline::status::{self, AppSummary};
use weir_pipeline::{Selection, Weir};
use weir_scheduler::{Clock, Durations, Facts, JobFacts, Limits, Rules, Timeline, tonight};

/// The hours ahead.
#[derive(Debug, Clone, Serialize)]
pub struct Forecast {
    /// Their begin.
    pub from: Timestamp,
    /// Their end.
    pub to: Timestamp,
    /// What is due, by due time.
    pub entries: Vec<Expected>,
    /// What is wrong with the plan, a line each.
    pub warnings: Vec<String>,
    /// Environments whose records cannot be read from here: their jobs are expected to start when
    /// they are due.
    pub unreadable: Vec<Unreadable>,
}

/// A run that is expected.
#[derive(Debug, Clone, Serialize)]
pub struct Expected {
    /// The job.
    pub job: String,
    /// When it is due.
    pub due: Timestamp,
    /// When it starts; `None` if it does not in these hours.
    pub starts: Option<Timestamp>,
    /// When it ends; `None` if it does not start, or nobody knows how long it takes.
    pub ends: Option<Timestamp>,
    /// How long its runs usually take, in seconds, if any ended well before.
    pub usual_seconds: Option<u64>,
    /// What it waits for before, in that order.
    pub waits_for: Vec<String>,
    /// Why it starts although what it waited for has not come.
    pub late: Option<String>,
    /// Why it is left out.
    pub left_out: Option<String>,
}

/// Looks ahead until `to`, at the jobs that are selected. Changes nothing.
///
/// # Errors
/// `usage` for what is not there, `interrupted`. What cannot be read is told in the forecast.
pub async fn forecast(
    weir: &Weir,
    selection: &Selection,
    to: Timestamp,
    context: &Context,
) -> Result<Forecast> {
    let selected = select(weir.fleet(), selection)?.into_iter();
    let rules = Rules::of(weir.fleet());
    // What is upstream of them is looked at too, as far as it can be.
    let all: BTreeSet<String> = rules.iter().map(|rule| rule.environment.clone()).collect();
    let reader = Reader {
        weir,
        rules: &rules,
        at_work: &BTreeSet::new(),
        known: &Known::default(),
        purpose: Purpose::LookAhead,
    };
    let found = reader.read(&all, context).await;
    let mut troubles = found.troubles;
    let mut summaries = Vec::new();
    for environment in &all {
        match status::summaries(weir, environment, context).await {
            Ok(read) => summaries.extend(read.into_iter().map(Arc::new)),
            Err(error) => {
                troubles
                    .entry(environment.clone())
                    .or_insert(error.to_string());
            }
        }
    }
    context.check("look at the hours ahead")?;
    let ahead = Ahead {
        weir,
        rules: &rules,
        durations: usual(weir, &summaries),
        shown: selected.map(|job| job.address.clone()).collect(),
    };
    let mut forecast = ahead.until(to, found.facts);
    forecast.unreadable = troubles
        .into_iter()
        .map(|(environment, why)| Unreadable {
            environment,
            why,
            as_of: None,
        })
        .collect();
    Ok(forecast)
}

/// How long the runs of every job take, by its history.
pub(crate) fn usual(weir: &Weir, summaries: &[Arc<AppSummary>]) -> Durations {
    let jobs = weir.fleet().jobs.iter();
    let durations = jobs.filter_map(|job| {
        let summary = summaries
            .iter()
            .find(|found| found.environment == job.environment && found.app == job.app)?;
        Some((job.address.clone(), summary.usual_duration(&job.name)?))
    });
    durations.collect()
}

/// What is known for looking ahead.
pub(crate) struct Ahead<'a> {
    pub(crate) weir: &'a Weir,
    pub(crate) rules: &'a Rules,
    pub(crate) durations: Durations,
    /// The jobs that are told of, by address.
    pub(crate) shown: BTreeSet<String>,
}

impl Ahead<'_> {
    /// Carries on what `facts` say of now. A job without any is one that cannot be read from here:
    /// it is expected to be well.
    pub(crate) fn until(&self, to: Timestamp, mut facts: Facts) -> Forecast {
        let now = self.weir.now();
        for rule in self.rules.iter() {
            facts
                .entry(rule.address.clone())
                .or_insert_with(|| JobFacts::new(now));
        }
        let limits = Limits::of(&self.weir.fleet().serve);
        let clock = Clock { now, since: now };
        let Timeline { entries, warnings } =
            tonight(self.rules, &facts, limits, &self.durations, clock, to);
        let shown = |job: &str| self.shown.contains(job);
        let entries = entries.into_iter().filter(|entry| shown(&entry.job));
        let warnings = warnings.into_iter().filter(|warning| shown(warning.job()));
        Forecast {
            from: now,
            to,
            entries: entries.map(|entry| self.expected(entry)).collect(),
            warnings: warnings.map(|warning| warning.to_string()).collect(),
            unreadable: Vec::new(),
        }
    }

    fn expected(&self, entry: weir_scheduler::Entry) -> Expected {
        let usual = self.durations.get(&entry.job);
        Expected {
            usual_seconds: usual.map(std::time::Duration::as_secs),
            // The timeline has to assume something.
            ends: entry.ends.filter(|_| usual.is_some()),
            job: entry.job,
            due: entry.due,
            starts: entry.starts,
            waits_for: entry.waits_for,
            late: entry.late,
            left_out: entry.left_out,
        }
    }
}
