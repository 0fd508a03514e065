//! The live copies: what the databases themselves say.

use super::Lives;
use crate::site::Site;
use crate::status::observe::LiveCopy;
use crate::weir::Weir;
use futures::StreamExt as _;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use weir_config::{DatabaseJob, Job};
use weir_engine::Context;
use weir_model::error::{Error, Kind};

/// How long one database may take to be looked at,
const LOOK: Duration = Duration::from_secs(20);
/// and once another one has not answered: most have their server in common.
const GLANCE: Duration = Duration::from_secs(3);
/// Databases that are looked at at one time.
const AT_ONE_TIME: usize = 8;

/// The databases of the jobs, each once, with a job to reach it by.
pub(super) fn places<'a>(jobs: &[&'a Job]) -> Vec<(&'a Job, &'a DatabaseJob)> {
    let all = jobs.iter().flat_map(|job| {
        let databases = job.databases.iter();
        databases.map(|database| (*job, database))
    });
    let mut known = BTreeSet::new();
    all.filter(|(job, database)| known.insert((&job.app, &database.name)))
        .collect()
}

/// Looks at all of them.
pub(super) async fn look<'a>(weir: &Weir, jobs: &[&'a Job], context: &Context) -> Lives<'a> {
    let silence = &AtomicBool::new(false);
    let looks = places(jobs).into_iter().map(|(job, database)| async move {
        let place = (job.app.as_str(), database.name.as_str());
        (
            place,
            live(weir, (job, &database.name), silence, context).await,
        )
    });
    // Collected first: a closure that is held while it waits keeps the whole from being sent to
    // another thread.
    let looks: Vec<_> = looks.collect();
    let looks = futures::stream::iter(looks).buffer_unordered(AT_ONE_TIME);
    looks.collect().await
}

async fn live(
    weir: &Weir,
    (job, database): (&Job, &str),
    silence: &AtomicBool,
    context: &Context,
) -> Result<LiveCopy, String> {
    let patience = match silence.load(Ordering::Relaxed) {
        true => GLANCE,
        false => LOOK,
    };
    let look = async {
        let sites = weir.sites_to_look_at(job, Some(database), context).await?;
        let site: &Site = sites
            .first()
            .ok_or_else(|| Error::new(Kind::Internal, "look at a database", "the job has none"))?;
        let exists = site.engine.exists(&site.endpoint, context).await?;
        let stamp = if exists {
            site.engine.stamp(&site.endpoint, context).await?
        } else {
            None
        };
        let leftovers = site.engine.leftovers(&site.endpoint, context).await?;
        Ok::<_, Error>(LiveCopy {
            exists,
            stamp,
            leftovers,
        })
    };
    // A server that is not there must not hold up the answers about all the others.
    match tokio::time::timeout(patience, look).await {
        Ok(looked) => looked.map_err(|error| error.to_string()),
        Err(_) => {
            silence.store(true, Ordering::Relaxed);
            Err(format!("it did not answer within {} s", patience.as_secs()))
        }
    }
}
