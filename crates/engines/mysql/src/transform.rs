//! The operator's scripts, in the shadow, all or nothing.

mod refusal;
mod rewrite;
mod script;

use crate::load::{Work, enter};
use async_trait::async_trait;
use weir_engine::{Context, Ready, Sanitised, Script};
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;

/// A shadow in which the scripts have run.
pub(crate) struct SanitisedCopy {
    /// The shadow.
    pub(crate) work: Work,
    /// Whether there were any, so that rows may have changed since they were sent.
    pub(crate) scripts_ran: bool,
}

/// Runs scripts; then writes anew the tables that they may have changed, because replaced and
/// removed values stay in the files of a table until it is.
///
/// A statement that changes a definition ends the server's transaction, so a script cannot be
/// undone. It need not be: what a failed one leaves is dropped with the shadow.
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
            work.give_up(context).await;
            Err(error)
        }
    }
}

async fn run(work: &Work, scripts: &[Script], context: &Context) -> Result<()> {
    if !scripts.is_empty() {
        let live = &work.address.database;
        // What scripts are made of is looked at first: none runs when a later one cannot.
        let statements = script::read_all(scripts, live)?;
        let mut session = enter(&work.address, Kind::Script, context).await?;
        script::run_all(&mut session, &statements).await?;
        session.close().await;
        // What the scripts did to their session ended with it.
        let mut session = enter(&work.address, Kind::Script, context).await?;
        let backup = &work.plan.schema;
        rewrite::rewrite(&mut session, &work.shadow(), backup, &statements).await?;
        session.close().await;
    }
    context.checkpoint(Checkpoint::ScriptsRun);
    context.check("run the scripts")
}

#[async_trait]
impl Sanitised for SanitisedCopy {
    async fn verify(self: Box<Self>, context: &Context) -> Result<Box<dyn Ready>> {
        crate::verify::prove(*self, context).await
    }
}
