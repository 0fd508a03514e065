//! The connections that work at once.

use super::super::order::Job;
use super::super::shadow;
use super::{Brought, Work};
use crate::config::{Address, Session, connections};
use crate::dump::ended;
use std::sync::Arc;
use tokio::task::JoinSet;
use weir_engine::Context;
use weir_model::error::Result;

/// Connections, opened when they are needed. Who wrote rows never reads them back.
pub(super) struct Crew<'a> {
    address: &'a Address,
    context: &'a Context,
    writers: Vec<Session>,
    readers: Vec<Session>,
    working: JoinSet<Result<(Job, Session, Brought)>>,
}

impl<'a> Crew<'a> {
    pub(super) fn new(address: &'a Address, context: &'a Context) -> Self {
        Self {
            address,
            context,
            writers: Vec::new(),
            readers: Vec::new(),
            working: JoinSet::new(),
        }
    }

    /// Whether another job can be begun.
    pub(super) fn has_room(&self) -> bool {
        self.working.len() < connections()
    }

    /// Begins a job.
    pub(super) async fn begin(&mut self, job: Job, work: &Arc<Work>) -> Result<()> {
        let session = match self.idle(job).pop() {
            Some(session) => session,
            None => shadow::enter(self.address, self.context).await?,
        };
        let work = Arc::clone(work);
        self.working.spawn(async move {
            let brought = work.job(&session, job).await?;
            Ok((job, session, brought))
        });
        Ok(())
    }

    /// Waits for the next job to end; `None` when none is under way.
    pub(super) async fn next(&mut self) -> Result<Option<(Job, Brought)>> {
        let Some(done) = self.working.join_next().await else {
            return Ok(None);
        };
        let (job, session, brought) = done.map_err(ended)??;
        self.idle(job).push(session);
        Ok(Some((job, brought)))
    }

    fn idle(&mut self, job: Job) -> &mut Vec<Session> {
        match job {
            Job::ReadBack(_) => &mut self.readers,
            _ => &mut self.writers,
        }
    }
}
