//! Where the backups of another environment are read: in the replica they arrive in where there
//! is one, else in that environment's own store.

use crate::site::{Site, SourceOfRestore};
use crate::weir::Weir;
use weir_config::{Incomplete, Replica};
use weir_engine::Context;
use weir_model::error::Result;
use weir_store::{Choice, Chosen, Patience, Store, Wanted};

/// What is done about a newer backup that is still arriving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arriving {
    /// It is waited for, as the configuration says.
    Wait,
    /// What is whole now counts: for verbs that only look.
    PassOver,
}

/// Whose backups are wanted, as a store is asked.
pub(crate) fn wanted<'a>(site: &'a Site, source: &'a SourceOfRestore) -> Wanted<'a> {
    Wanted {
        environment: &source.environment,
        instance: &source.instance,
        database: &source.database,
        trusted: &site.trusted_keys,
    }
}

/// Whose data goes through the rules of `site`: upstream's, or its own where it has no upstream.
pub(crate) fn of_rules(site: &Site) -> SourceOfRestore {
    site.source.clone().unwrap_or_else(|| site.own_source())
}

/// Chooses a backup of `source` for `site`.
pub(crate) async fn choose(
    weir: &Weir,
    site: &Site,
    source: &SourceOfRestore,
    choice: &Choice,
    arriving: Arriving,
    context: &Context,
) -> Result<Chosen> {
    let store = weir.source_store(source, context).await?;
    let wanted = wanted(site, source);
    let Some(replica) = &source.replica else {
        return weir_store::choose(&store, &wanted, choice).await;
    };
    if arriving == Arriving::Wait {
        let patience = patience(replica);
        return weir_store::choose_arrived(&store, &wanted, choice, &patience, context).await;
    }
    let mut chosen = weir_store::choose(&store, &wanted, choice).await?;
    for passed in &mut chosen.passed_over {
        if passed.missing.is_some() {
            passed.reason = format!(
                "{}; a run would wait for it while more comes, {} after the last sign of it",
                passed.reason, replica.wait
            );
        }
    }
    Ok(chosen)
}

fn patience(replica: &Replica) -> Patience {
    Patience {
        wait: replica.wait.duration(),
        incomplete: match replica.incomplete {
            Incomplete::Previous => weir_store::Incomplete::Previous,
            Incomplete::Fail => weir_store::Incomplete::Fail,
        },
    }
}

impl Weir {
    /// The store that backups of `source` are read in.
    pub(crate) async fn source_store(
        &self,
        source: &SourceOfRestore,
        context: &Context,
    ) -> Result<Store> {
        match &source.replica {
            Some(replica) => {
                self.replica_store(replica, &source.environment, context)
                    .await
            }
            None => self.store_of_origin(source, context).await,
        }
    }

    /// The store of the environment that makes them. Of one whose published backups are taken,
    /// nothing else is opened.
    pub(crate) async fn store_of_origin(
        &self,
        source: &SourceOfRestore,
        context: &Context,
    ) -> Result<Store> {
        match source.published {
            true => self.clean_store(&source.environment, context).await,
            false => Ok(self.stores(&source.environment, context).await?.store),
        }
    }
}
