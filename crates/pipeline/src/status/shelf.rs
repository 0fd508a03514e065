//! What the stores hold, listed once for every instance. A store that does not answer is asked
//! once: its silence must not be waited for again at each of its databases.

use super::known::KnownBackup;
use crate::backups::BackupEntry;
use crate::site_builder::trusted_keys;
use crate::weir::Weir;
use futures::StreamExt as _;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind};
use weir_store::PublicKey;

/// Instances of one store that are listed at one time.
const AT_ONE_TIME: usize = 4;

/// The backups of one instance, newest first, or why they cannot be listed.
pub(super) type Shelf = Result<Vec<Arc<BackupEntry>>, String>;

/// Which store of an environment is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    /// That of its backups.
    Own,
    /// The clean one, of what its jobs publish.
    Clean,
}

/// Lists what a store of `environment` holds for the instances of its jobs. `down` says that
/// it is known to be out of reach.
pub(super) async fn shelves(
    weir: &Weir,
    (environment, which): (&str, Which),
    jobs: &[&Job],
    down: Option<String>,
    context: &Context,
) -> HashMap<String, Shelf> {
    let instances = instances((environment, which), jobs);
    let all = |why: &str| out_of_reach((environment, which), jobs, why);
    if let Some(why) = down {
        return all(&why);
    }
    let trusted = match trusted_keys(weir, environment, context).await {
        Ok(trusted) => trusted,
        Err(error) => return all(&error.to_string()),
    };
    let mut rest = instances.iter().copied();
    let mut shelves = HashMap::new();
    // The first one alone shows whether the store answers.
    if let Some(first) = rest.next() {
        let listed = list(weir, (environment, which), (first, jobs), &trusted, context).await;
        match listed {
            Err(error) if is_out_of_reach(&error) => return all(&error.to_string()),
            listed => shelves.insert(first.to_owned(), listed.map_err(|error| error.to_string())),
        };
    }
    let trusted = trusted.as_slice();
    let lists = rest.map(|instance| async move {
        let listed = list(
            weir,
            (environment, which),
            (instance, jobs),
            trusted,
            context,
        )
        .await;
        (
            instance.to_owned(),
            listed.map_err(|error| error.to_string()),
        )
    });
    // Collected first: a closure that is held while it waits keeps the whole from being sent to
    // another thread.
    let lists: Vec<_> = lists.collect();
    let others: Vec<(String, Shelf)> = futures::stream::iter(lists)
        .buffer_unordered(AT_ONE_TIME)
        .collect()
        .await;
    shelves.extend(others);
    shelves
}

/// The instances of the jobs that have to do with a store of `environment`.
fn instances<'a>((environment, which): (&str, Which), jobs: &[&'a Job]) -> BTreeSet<&'a str> {
    jobs.iter()
        .filter(|job| job.environment == environment)
        .filter(|job| which == Which::Own || job.publishes())
        .map(|job| job.instance.value.as_str())
        .collect()
}

/// What is there when a store cannot be listed at all.
pub(super) fn out_of_reach(of: (&str, Which), jobs: &[&Job], why: &str) -> HashMap<String, Shelf> {
    let unreadable = |instance: &str| (instance.to_owned(), Err(why.to_owned()));
    instances(of, jobs).into_iter().map(unreadable).collect()
}

/// Of a backup that is as it was, the manifest is not read again.
async fn list(
    weir: &Weir,
    (environment, which): (&str, Which),
    (instance, jobs): (&str, &[&Job]),
    trusted: &[PublicKey],
    context: &Context,
) -> Result<Vec<Arc<BackupEntry>>, Error> {
    let store = match which {
        Which::Own => weir.stores(environment, context).await?.store,
        Which::Clean => weir.clean_store(environment, context).await?,
    };
    let place = (environment.to_owned(), which, instance.to_owned());
    let known = weir.known_backups().of(&place);
    let found = weir_store::list_backups_anew(
        &store,
        instance,
        trusted,
        |name, mark| known.as_ref()?.get(&name.key(), mark),
        |mark, summary| KnownBackup::read(jobs, mark, summary),
    );
    let found = found.await?;
    let entries = found.iter().filter_map(|backup| backup.entry.clone());
    let entries = entries.collect();
    weir.known_backups().keep(place, found);
    Ok(entries)
}

/// Whether the error is about the store as a whole, so that asking it again is of no use.
pub(super) fn is_out_of_reach(error: &Error) -> bool {
    error.is_transient()
        || matches!(
            error.kind(),
            Kind::Secret | Kind::Config | Kind::Unsupported
        )
}
