//! What runs that died have left in the records: leases, and runs without an end.

use super::check::{Check, Subject};
use super::rounds::Rounds;
use crate::closing::DeadRun;
use crate::weir::{Stores, Weir};
use crate::words;
use weir_config::Environment;
use weir_engine::Context;
use weir_model::error::Result;

/// Looks at leases and unfinished runs.
pub(super) async fn look(rounds: &mut Rounds<'_>, environment: &Environment) {
    let subject = Subject::new(&environment.name, "lease");
    let (weir, name) = (rounds.weir, &environment.name);
    rounds
        .make(&subject, async |context| {
            let stores = weir.stores(name, &context).await?;
            let mut checks = leases(weir, &subject, name, &stores).await?;
            checks.extend(dead(weir, name, &context).await?);
            if checks.is_empty() {
                checks.push(subject.ok("no lease is held, and no run was left without an end"));
            }
            Ok(checks)
        })
        .await;
}

async fn leases(
    weir: &Weir,
    subject: &Subject,
    environment: &str,
    stores: &Stores,
) -> Result<Vec<Check>> {
    let held = weir_store::held_leases(&stores.state).await?;
    let check = |lease: weir_store::HeldLease| {
        let what = format!(
            "the lease of {} is held by run {} ({}) for {}",
            lease.target,
            lease.run,
            lease.by,
            words::age(weir.now().duration_since(lease.at))
        );
        if weir_store::is_dead(&lease.by) {
            let what = format!("{what}, whose process is gone");
            subject.warning(what, format!("weir heal {environment}"))
        } else {
            subject.note(what)
        }
    };
    Ok(held.into_iter().map(check).collect())
}

async fn dead(weir: &Weir, environment: &str, context: &Context) -> Result<Vec<Check>> {
    let subject = Subject::new(environment, "run");
    let dead = weir.dead_runs(environment, false, context).await?;
    let check = |run: DeadRun| {
        let since = words::age(weir.now().duration_since(run.at));
        subject.warning(
            format!("run {} of {} died, {since} ago", run.run, run.app),
            format!("weir heal {}/{}", run.environment, run.app),
        )
    };
    Ok(dead.into_iter().map(check).collect())
}
