//! What a run tells a Pushgateway: in order, beside its work, and never deciding it.

use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use weir_config::Job;
use weir_engine::Context;
use weir_metrics::{Operation, Pusher, State, engine_word};
use weir_model::error::Error;
use weir_model::run::{Outcome, Step};

/// How long a run waits at its end for what has not been pushed yet.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Pushes one after the other while the run works.
pub(crate) struct Pushes {
    about: Operation,
    queue: UnboundedSender<Operation>,
    task: JoinHandle<Option<Error>>,
}

impl Pushes {
    /// To the gateway at `address`.
    pub(crate) fn start(address: &str, job: &Job, host: &str, context: &Context) -> Option<Self> {
        let pusher = Pusher::new(address)
            .inspect_err(|error| context.warn(error.to_string()))
            .ok()?;
        let (queue, mut waiting) = unbounded_channel();
        let task = tokio::spawn(async move {
            let mut last = None;
            while let Some(operation) = waiting.recv().await {
                last = pusher.push(&operation).await.err().or(last);
            }
            last
        });
        let about = Operation {
            instance: weir_metrics::host(host),
            engine: engine_word(job.engine.value),
            database_instance: job.instance.value.clone(),
            database: String::new(),
            operation: String::new(),
            state: State::Started,
            at: 0,
            seconds: None,
            bytes: None,
        };
        Some(Self { about, queue, task })
    }

    /// An operation begins.
    pub(crate) fn began(&self, step: &Step) {
        self.push(self.at(step, State::Started, step.began));
    }

    /// An operation has ended. What was left out is nothing that happened.
    pub(crate) fn ended(&self, step: &Step) {
        let state = match step.outcome {
            Outcome::Succeeded => State::Succeeded,
            Outcome::Failed | Outcome::Interrupted => State::Failed,
            Outcome::Skipped => return,
        };
        self.push(Operation {
            seconds: Some(step.ended.as_second() - step.began.as_second()),
            bytes: (step.bytes > 0).then_some(step.bytes),
            ..self.at(step, state, step.ended)
        });
    }

    fn at(&self, step: &Step, state: State, at: Timestamp) -> Operation {
        Operation {
            database: step.database.clone(),
            operation: step.operation.clone(),
            state,
            at: at.as_second(),
            ..self.about.clone()
        }
    }

    fn push(&self, operation: Operation) {
        // The task takes until the queue is closed; what it cannot push is told at the end.
        let _ = self.queue.send(operation);
    }

    /// Waits a little for the last pushes, and tells what could not be pushed.
    pub(crate) async fn finish(self, context: &Context) {
        drop(self.queue);
        let stop = self.task.abort_handle();
        match tokio::time::timeout(LAST_WAIT, self.task).await {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(error))) => context.warn(error.to_string()),
            Ok(Err(_)) | Err(_) => {
                stop.abort();
                context.warn("metrics were not pushed before the run had ended");
            }
        }
    }
}
