//! The connections that work at once.

use super::super::enter;
use super::jobs::Job;
use super::{Brought, Loading};
use crate::config::{Address, Session, connections};
use crate::dump::ended;
use std::sync::Arc;
use tokio::task::JoinSet;
use weir_engine::Context;
use weir_model::error::{Kind, Result};

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
    pub(super) async fn begin(&mut self, job: Job, loading: &Arc<Loading>) -> Result<()> {
        let mut session = match self.idle(job).pop() {
            Some(session) => session,
            None => enter(self.address, Kind::Target, self.context).await?,
        };
        let loading = Arc::clone(loading);
        self.working.spawn(async move {
            let brought = loading.job(&mut session, job).await?;
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
            Job::ReadBack(_) | Job::Prove(_) => &mut self.readers,
            Job::Rows(..) | Job::Keys(_) => &mut self.writers,
        }
    }
}
