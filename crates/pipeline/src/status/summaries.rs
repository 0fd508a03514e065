//! What the records say of apps, as their summaries have it: no run is looked for.

use crate::weir::Weir;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::{Outcome, Status};

/// So many of the newest runs tell how long the next one takes.
const RUNS: usize = 10;

/// What the records say of an app in an environment.
#[derive(Debug, Clone)]
pub struct AppSummary {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// Its newest steps.
    pub status: Status,
}

/// The summaries of all apps of an environment.
///
/// # Errors
/// `usage`; `secret`, `store`, `corrupt`.
pub async fn summaries(
    weir: &Weir,
    environment: &str,
    context: &Context,
) -> Result<Vec<AppSummary>> {
    let state = weir.stores(environment, context).await?.state;
    let jobs = weir.fleet().jobs_in(environment);
    let apps: BTreeSet<&str> = jobs.map(|job| job.app.as_str()).collect();
    let mut found = Vec::new();
    for app in apps {
        found.push(AppSummary {
            environment: environment.to_owned(),
            app: app.to_owned(),
            status: weir_store::read_status(&state, environment, app).await?,
        });
    }
    Ok(found)
}

impl AppSummary {
    /// How long a run of a job takes from its first step to its last: the median of the newest
    /// that ended well.
    #[must_use]
    pub fn usual_duration(&self, job: &str) -> Option<Duration> {
        let entries = self.status.entries.iter();
        let steps = entries
            .filter(|entry| entry.job == job)
            .flat_map(|entry| entry.past_steps());
        let mut runs: BTreeMap<String, Option<(Timestamp, Timestamp)>> = BTreeMap::new();
        for step in steps {
            let well = step.outcome == Outcome::Succeeded;
            let known = runs
                .entry(step.run)
                .or_insert(Some((step.began, step.ended)));
            *known = known
                .filter(|_| well)
                .map(|(began, ended)| (began.min(step.began), ended.max(step.ended)));
        }
        // Ids are ordered by time.
        let newest = runs.into_values().rev().flatten().take(RUNS);
        let lengths = newest.map(|(began, ended)| ended.duration_since(began));
        let mut lengths: Vec<Duration> = lengths
            .filter_map(|length| Duration::try_from(length).ok())
            .collect();
        lengths.sort_unstable();
        lengths.get(lengths.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use weir_model::run::{PastStep, StatusEntry, Step};

    fn entry(operation: &str, runs: &[(&str, i64, i64, Outcome)]) -> StatusEntry {
        let begin: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let at = |minute: i64| begin + SignedDuration::from_mins(minute);
        let steps = runs.iter().map(|(run, began, ended, outcome)| {
            let mut step = Step::begun(1, operation, "shop", at(*began));
            step.ended = at(*ended);
            step.outcome = *outcome;
            PastStep::of(run, None, &step)
        });
        StatusEntry {
            job: "main".to_owned(),
            run: String::new(),
            last: Step::begun(1, operation, "shop", begin),
            last_success: None,
            success_before: None,
            newest: steps.collect(),
        }
    }

    #[test]
    fn a_run_is_as_long_as_from_its_first_step_to_its_last() {
        let well = Outcome::Succeeded;
        let summary = AppSummary {
            environment: "staging".to_owned(),
            app: "shop".to_owned(),
            status: Status {
                entries: vec![
                    entry(
                        "restore",
                        &[("1", 0, 10, well), ("2", 20, 50, well), ("3", 60, 61, well)],
                    ),
                    entry(
                        "backup",
                        &[
                            ("1", 10, 15, well),
                            ("2", 50, 60, well),
                            ("3", 61, 99, Outcome::Failed),
                        ],
                    ),
                ],
                ..Status::default()
            },
        };
        // 15 and 40 minutes; what failed tells nothing.
        let usual = summary.usual_duration("main").unwrap();
        assert_eq!(usual, Duration::from_secs(40 * 60));
        assert_eq!(summary.usual_duration("other"), None);
    }
}
