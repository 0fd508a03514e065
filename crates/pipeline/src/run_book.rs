//! The records of one run of one job: its steps, its log, how it ended.

use crate::job_report::{JobReport, outcome_of};
use crate::job_run::{new_step, started};
use crate::recorder::Recorder;
use crate::weir::Weir;
use std::sync::Arc;
use std::time::Instant;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Event;
use weir_model::run::{Ended, Failure, Outcome, StatusEntry, Step};
use weir_store::RunLog;

/// Keeps the records while the run works, and becomes its report.
pub(crate) struct RunBook<'a> {
    weir: &'a Weir,
    job: &'a Job,
    log: RunLog,
    recorder: Arc<Recorder>,
    report: JobReport,
}

impl<'a> RunBook<'a> {
    /// Records that a run begins. The context returned has the job's deadline, and what is told
    /// to it is kept.
    ///
    /// # Errors
    /// `store` when the run cannot be recorded: it must not work unseen.
    pub(crate) async fn begin(
        weir: &'a Weir,
        verb: &str,
        job: &'a Job,
        context: &Context,
    ) -> Result<(Self, Context)> {
        let run = weir_store::new_run_id(weir.now())?;
        let recorder = Arc::new(Recorder::new(context.observer(), weir.clock()));
        let deadline = Instant::now().checked_add(job.deadline.value.duration());
        let context = context
            .clone()
            .with_observer(Arc::clone(&recorder) as _)
            .with_deadline(deadline);
        let state = weir.stores(&job.environment, &context).await?.state;
        let started = started(weir, verb, job, &run);
        let log = context
            .unless_stopped(
                "record the run",
                RunLog::start(&state.winding_up(), &started),
            )
            .await?;
        weir.close_dead_runs(&job.environment, &context).await;
        let book = Self {
            weir,
            job,
            log,
            recorder,
            report: JobReport::new(job, run),
        };
        Ok((book, context))
    }

    /// The run's id.
    pub(crate) fn run(&self) -> &str {
        &self.report.run
    }

    /// The step after those recorded; it begins now.
    pub(crate) fn next_step(&self, operation: &str, database: &str) -> Step {
        new_step(self.weir, self.report.steps.len(), operation, database)
    }

    /// Notes why a step came to nothing. The first failure is the run's.
    pub(crate) fn fail(&mut self, step: &mut Step, error: Error) {
        step.outcome = outcome_of(&error);
        step.failure = Some(Failure::from(&error));
        self.recorder.keep(&Event::Warning {
            message: error.to_string(),
        });
        self.fail_run(error);
    }

    /// Notes why the run failed, unless an earlier failure is known.
    pub(crate) fn fail_run(&mut self, error: Error) {
        if self.report.error.is_none() {
            self.report.outcome = outcome_of(&error);
            self.report.error = Some(error);
        }
    }

    /// Records a step that has ended. Records are evidence, not part of the work: one that cannot
    /// be written is a warning.
    pub(crate) async fn record(&mut self, step: Step, context: &Context) {
        let entry = StatusEntry {
            job: self.job.name.clone(),
            run: self.report.run.clone(),
            last: step.clone(),
            last_success: (step.outcome == Outcome::Succeeded).then(|| step.clone()),
            success_before: None,
        };
        let recorded = async {
            self.log.step(&step).await?;
            self.log.log(&self.recorder.take()).await
        };
        if let Err(error) = recorded.await {
            context.warn(format!("the step could not be recorded: {error}"));
        }
        if step.outcome != Outcome::Skipped
            && let Err(error) = self.weir.record_status(self.job, &entry, context).await
        {
            context.warn(format!("the status could not be written: {error}"));
        }
        self.report.steps.push(step);
    }

    /// Records how the run ended.
    pub(crate) async fn finish(mut self, context: &Context) -> JobReport {
        let ended = Ended {
            at: self.weir.now(),
            outcome: self.report.outcome,
            written_by: None,
            failure: self.report.error.as_ref().map(Failure::from),
        };
        if let Err(error) = self.log.ended(&ended).await {
            // Somebody closed this run as dead while it worked: it must not claim success.
            if error.kind() == Kind::Interrupted {
                self.report = self.report.failed(error);
            } else {
                context.warn(format!("the end of the run could not be recorded: {error}"));
            }
        }
        self.report
    }
}
