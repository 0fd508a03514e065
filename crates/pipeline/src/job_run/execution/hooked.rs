//! The operator's hooks around the job and around its operations.

use super::{Chain, Execution};
use crate::hooks::{Call, Moment};
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::{Outcome, Step};

impl Execution<'_> {
    /// What runs before the job.
    ///
    /// # Errors
    /// When one fails that must not: nothing of the job may then be done.
    pub(in crate::job_run) async fn before_job(&self, context: &Context) -> Result<()> {
        let around = &self.request.job.hooks.job;
        self.call(None).make(around, Moment::Before, context).await
    }

    /// What runs after the job, however it ended.
    pub(in crate::job_run) async fn after_job(&self, context: &Context) {
        let around = &self.request.job.hooks.job;
        let moment = Moment::After(self.book.outcome(), None);
        if let Err(error) = self.call(None).make(around, moment, context).await {
            self.book.fail_run(error);
        }
    }

    /// The operation between its hooks. One before it that fails leaves it out as failed; one
    /// after it fails the run, for the operation is done: its step says so.
    pub(super) async fn hooked(
        &self,
        operation: OperationKind,
        chain: &mut Chain<'_>,
        context: &Context,
    ) -> Step {
        let Some(around) = self.request.job.hooks.operations.get(&operation) else {
            return self.operation(operation, chain, context).await;
        };
        let database = &chain.site.endpoint.database;
        let about = Some((operation.name(), database.as_str()));
        let before = self.call(about).make(around, Moment::Before, context).await;
        let step = match before {
            Ok(()) => self.operation(operation, chain, context).await,
            Err(error) => {
                let mut step = self.step(operation, database);
                self.book.fail(&mut step, error);
                step
            }
        };
        let moment = Moment::After(step.outcome, step.backup.as_deref());
        if let Err(error) = self.call(about).make(around, moment, context).await {
            if step.outcome == Outcome::Succeeded {
                context.warn(format!(
                    "the {operation} of {database} is done and stays; the run fails for its hook"
                ));
            }
            self.book.fail_run(error);
        }
        step
    }

    fn call<'b>(&'b self, operation: Option<(&'b str, &'b str)>) -> Call<'b> {
        Call {
            weir: self.weir,
            job: self.request.job,
            run: self.book.run(),
            operation,
        }
    }
}
