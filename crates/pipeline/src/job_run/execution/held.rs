//! Operations that do not start because of a hold, or because nobody can tell whether there is one.

use super::Execution;
use crate::holds::Holds;
use crate::site::Site;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::{Error, Kind};
use weir_model::run::{Failure, Step};

impl Execution<'_> {
    /// The step of an operation that does not start now; `None` when nothing stands in its way.
    /// Holds are read anew: one that was placed while an earlier operation worked counts.
    pub(super) async fn held(
        &self,
        operation: OperationKind,
        site: &Site,
        context: &Context,
    ) -> Option<Step> {
        let holds = Holds::read(self.weir, &site.environment, context).await;
        let obstacle = self.request.obstacle(&holds, operation)?;
        let database = &site.endpoint.database;
        if obstacle.kind() == Kind::Held {
            return Some(self.leave_held(operation, database, obstacle, context));
        }
        let mut step = self.step(operation, database);
        self.book.fail(&mut step, obstacle);
        Some(step)
    }

    /// The step of an operation that is held, which is no failure unless it was asked for by name.
    pub(in crate::job_run) fn leave_held(
        &self,
        operation: OperationKind,
        database: &str,
        held: Error,
        context: &Context,
    ) -> Step {
        let mut step = self.skipped(operation, database);
        step.failure = Some(Failure::from(&held));
        context.note(held.to_string());
        if self.request.options.names_operations() {
            self.book.leave_out(held);
        }
        step
    }

    /// The step of what happens inside an operation that is held.
    pub(super) fn held_with(&self, operation: OperationKind, outer: &Step) -> Step {
        let mut step = self.skipped(operation, &outer.database);
        step.failure.clone_from(&outer.failure);
        step
    }
}
