//! The records of one run of one job: its steps, its log, how it ended.

use crate::job_report::{JobReport, outcome_of};
use crate::job_run::new_step;
use crate::progress::Teller;
use crate::pushes::Pushes;
use crate::recorder::Recorder;
use crate::resume::Done;
use crate::weir::Weir;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Event;
use weir_model::run::{Ended, Failure, Outcome, PastStep, Started, StatusEntry, Step};
use weir_store::RunLog;

/// Keeps the records while the run works, and becomes its report.
pub(crate) struct RunBook<'a> {
    weir: &'a Weir,
    job: &'a Job,
    log: RunLog,
    recorder: Arc<Recorder>,
    run: String,
    report: Mutex<JobReport>,
    /// Held while a step is recorded: databases of a group come to their ends side by side.
    writing: tokio::sync::Mutex<()>,
    /// When the run was due.
    due: Option<Timestamp>,
    /// What a Pushgateway is told, where there is one.
    pushes: Option<Pushes>,
    /// Tells how far the run is while it works.
    _teller: Teller,
}

impl<'a> RunBook<'a> {
    /// Records that a run begins. The context returned has the job's deadline, and what is told
    /// to it is kept.
    ///
    /// # Errors
    /// `store` when the run cannot be recorded: it must not work unseen.
    pub(crate) async fn begin(
        weir: &'a Weir,
        job: &'a Job,
        started: Started,
        context: &Context,
    ) -> Result<(Self, Context)> {
        let recorder = Arc::new(Recorder::new(context.observer(), weir.clock()));
        let deadline = Instant::now().checked_add(job.deadline.value.duration());
        let context = context
            .clone()
            .with_observer(Arc::clone(&recorder) as _)
            .with_deadline(deadline);
        let state = weir.stores(&job.environment, &context).await?.state;
        let log = context
            .unless_stopped(
                "record the run",
                RunLog::start(&state.winding_up(), &started),
            )
            .await?;
        weir.close_dead_runs(&job.environment, &context).await;
        let teller = Teller::start(
            recorder.position(),
            RunLog::of(&state, &started.run)?,
            weir.clock(),
            weir.progress_every(),
        );
        let gateway = weir.fleet().serve.pushgateway.as_ref();
        let pushes = gateway
            .and_then(|address| Pushes::start(&address.value, job, &started.by.host, &context));
        let book = Self {
            pushes,
            _teller: teller,
            weir,
            job,
            log,
            recorder,
            run: started.run.clone(),
            due: started.due,
            report: Mutex::new(JobReport::begun(job, started)),
            writing: tokio::sync::Mutex::default(),
        };
        Ok((book, context))
    }

    /// Notes that this is the job's newest run, which the next one may continue.
    pub(crate) async fn note_newest(&self, context: &Context) {
        let noted = self
            .weir
            .note_newest_run(self.job, &self.run, context)
            .await;
        if let Err(error) = noted {
            context.warn(format!(
                "the next run will not continue this one, for it could not be noted: {error}"
            ));
        }
    }

    /// The run's id.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    fn report(&self) -> MutexGuard<'_, JobReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the run ends if nothing more happens.
    pub(crate) fn outcome(&self) -> Outcome {
        self.report().outcome
    }

    /// The step after those recorded; it begins now.
    pub(crate) fn next_step(&self, operation: &str, database: &str) -> Step {
        let done = self.report().steps.len();
        new_step(self.weir, done, operation, database)
    }

    /// Notes why a step came to nothing. The first failure is the run's.
    pub(crate) fn fail(&self, step: &mut Step, error: Error) {
        step.outcome = outcome_of(&error);
        step.failure = Some(Failure::from(&error));
        self.recorder.keep(&Event::Warning {
            message: error.to_string(),
        });
        self.fail_run(error);
    }

    /// Notes why the run failed, unless an earlier failure is known.
    pub(crate) fn fail_run(&self, error: Error) {
        let mut report = self.report();
        if report.error.is_none() {
            report.outcome = outcome_of(&error);
            report.error = Some(error);
        }
    }

    /// The job was left out, and came to no step.
    pub(crate) fn leave_out(&self, why: Error) {
        let mut report = self.report();
        report.outcome = Outcome::Skipped;
        report.error = Some(why);
    }

    /// An operation begins to work.
    pub(crate) fn begins(&self, step: &Step) {
        if let Some(pushes) = &self.pushes {
            pushes.began(step);
        }
    }

    /// Records a step that has ended. Records are evidence, not part of the work: one that cannot
    /// be written is a warning.
    pub(crate) async fn record(&self, step: Step, context: &Context) {
        if let Some(pushes) = &self.pushes {
            pushes.ended(&step);
        }
        let _turn = self.writing.lock().await;
        let next = self.next_step(&step.operation, &step.database);
        let step = Step {
            number: next.number,
            ..step
        };
        let entry = self.entry(self.run.clone(), self.due, step.clone());
        self.keep(step, entry, context).await;
    }

    /// Records a step that an earlier run has done. The summary says who did it, and when: it may
    /// not have come to say so itself.
    pub(crate) async fn take_over(&self, done: &Done, context: &Context) {
        let _turn = self.writing.lock().await;
        let next = self.next_step(&done.step.operation, &done.step.database);
        let step = Step {
            number: next.number,
            done_by: Some(done.by.clone()),
            ..done.step.clone()
        };
        let entry = self.entry(done.by.clone(), None, done.step.clone());
        self.keep(step, entry, context).await;
    }

    /// The summary's view of a step: its tables are in the run's own records.
    fn entry(&self, run: String, due: Option<Timestamp>, step: Step) -> StatusEntry {
        let step = Step {
            tables: Vec::new(),
            ..step
        };
        StatusEntry {
            job: self.job.name.clone(),
            newest: vec![PastStep::of(&run, due, &step)],
            run,
            last_success: (step.outcome == Outcome::Succeeded).then(|| step.clone()),
            last: step,
            success_before: None,
        }
    }

    async fn keep(&self, step: Step, entry: StatusEntry, context: &Context) {
        let recorded = async {
            self.log.step(&step).await?;
            self.log.log(&self.recorder.take()).await
        };
        if let Err(error) = recorded.await {
            context.warn(format!("the step could not be recorded: {error}"));
        }
        let summarised = async {
            // What a run does after it was taken for dead is told by its steps alone.
            self.log.refuse_closed().await?;
            self.weir.record_status(self.job, &entry, context).await
        };
        if step.outcome != Outcome::Skipped
            && let Err(error) = summarised.await
        {
            context.warn(format!("the status could not be written: {error}"));
        }
        self.report().steps.push(step);
    }

    /// Records how the run ended.
    pub(crate) async fn finish(self, context: &Context) -> JobReport {
        let report = self.report.into_inner();
        let mut report = report.unwrap_or_else(PoisonError::into_inner);
        let steps = &report.steps;
        let left_out = !steps.is_empty() && steps.iter().all(|it| it.outcome == Outcome::Skipped);
        if left_out && report.error.is_none() {
            report.outcome = Outcome::Skipped;
        }
        let rest = self.recorder.take();
        if !rest.is_empty()
            && let Err(error) = self.log.log(&rest).await
        {
            context.warn(format!("the end of the log could not be kept: {error}"));
        }
        let ended = Ended {
            at: self.weir.now(),
            outcome: report.outcome,
            written_by: None,
            failure: report.error.as_ref().map(Failure::from),
        };
        if let Err(error) = self.log.ended(&ended).await {
            // Somebody closed this run as dead while it worked: it must not claim success.
            if error.kind() == Kind::Interrupted {
                report = report.failed(error);
            } else {
                context.warn(format!("the end of the run could not be recorded: {error}"));
            }
        }
        if let Some(pushes) = self.pushes {
            pushes.finish(context).await;
        }
        report
    }
}
