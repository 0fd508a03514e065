//! The operator's scripts, in the shadow, all or nothing.

mod rewrite;
mod script;
mod statements;

use crate::config::{Purpose, Session};
use crate::load::{Work, enter_as, refresh};
use async_trait::async_trait;
use weir_engine::{Context, Ready, Sanitised, Script};
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;

pub(crate) use rewrite::{analyze, rewrite};

/// A shadow in which the scripts have run.
pub(crate) struct SanitisedCopy {
    /// The shadow.
    pub(crate) work: Work,
    /// Whether there were any, so that rows may have changed since they were sent.
    pub(crate) scripts_ran: bool,
}

/// Runs scripts in one transaction; then writes anew what they changed, because replaced and
/// deleted values stay in the files of a table until it is. Statistics are gathered last: they
/// hold values.
pub(crate) async fn sanitise(
    work: Work,
    scripts: &[Script],
    context: &Context,
) -> Result<Box<dyn Sanitised>> {
    match run(&work, scripts, context).await {
        Ok(()) => Ok(Box::new(SanitisedCopy {
            work,
            scripts_ran: !scripts.is_empty(),
        })),
        Err(error) => {
            work.discard().await?;
            Err(error)
        }
    }
}

async fn run(work: &Work, scripts: &[Script], context: &Context) -> Result<()> {
    let address = &work.address;
    if !scripts.is_empty() {
        let path = search_path(work).await?;
        let session = enter_as(address, Purpose::Scripts, Kind::Script, context).await?;
        let changed = script::run_all(&session, path.as_deref(), scripts).await?;
        drop(session);
        let session = enter_as(address, Purpose::Data, Kind::Script, context).await?;
        rewrite(&session, &changed).await?;
        refresh(&session, &work.plan).await?;
    }
    let session = enter_as(address, Purpose::Data, Kind::Target, context).await?;
    rewrite::analyze_all_but(&session, &work.analyzed).await?;
    if !scripts.is_empty() || !work.plan.steps.is_empty() {
        rewrite::statistics(&session).await?;
    }
    context.checkpoint(Checkpoint::ScriptsRun);
    context.check("run the scripts")
}

/// The search path that the live database gives to whoever enters it, as its owner set it.
async fn search_path(work: &Work) -> Result<Option<String>> {
    let session: &Session = &work.lock.session;
    let doing = "read the settings of a database from";
    let sql = "SELECT pg_catalog.split_part(s.setting, '=', 2) \
               FROM pg_catalog.pg_db_role_setting r JOIN pg_catalog.pg_database d ON d.oid = r.setdatabase, \
               pg_catalog.unnest(r.setconfig) s(setting) \
               WHERE d.datname::text = $1 AND r.setrole = 0 AND s.setting LIKE 'search_path=%'";
    match session.row(doing, sql, &[&work.address.database]).await? {
        Some(row) => session.get(doing, &row, 0),
        None => Ok(None),
    }
}

#[async_trait]
impl Sanitised for SanitisedCopy {
    async fn verify(self: Box<Self>, context: &Context) -> Result<Box<dyn Ready>> {
        crate::verify::prove(*self, context).await
    }
}
