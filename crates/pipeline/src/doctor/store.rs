//! The store: reached, listed, with room for the next night.

use super::check::{Check, Subject};
use super::rounds::Rounds;
use std::path::PathBuf;
use weir_config::{Environment, Location, StoreAccess};
use weir_engine::Finding;
use weir_model::error::{Kind, Result};

/// Looks whether the store can be listed. False when it cannot, so that nothing in it can be
/// looked at.
pub(super) async fn look(rounds: &mut Rounds<'_>, environment: &Environment) -> bool {
    let subject = Subject::new(&environment.name, "store");
    let access = [&environment.store.value, &environment.state.value];
    let mut keys = access.iter().flat_map(|store| store.secrets());
    if keys.any(|key| rounds.unreadable.contains(key)) {
        rounds.add(subject.note("not looked at: its key cannot be read, see above"));
        return false;
    }
    if let Some(folder) = absent(rounds, environment) {
        rounds.add(not_there(&subject, &folder, "store"));
        return false;
    }
    let weir = rounds.weir;
    let name = &environment.name;
    let before = rounds.failures();
    rounds
        .make(&subject, async |context| {
            let stores = weir.stores(name, &context).await?;
            let instances = weir_store::instances(&stores.store).await?;
            Ok(vec![subject.ok(listed(stores.store.url(), &instances))])
        })
        .await;
    rounds.failures() == before
}

pub(super) fn listed(url: &str, instances: &[String]) -> String {
    match instances.len() {
        0 => format!("{url} can be listed, and holds no backup yet"),
        1 => format!("{url} can be listed: 1 instance"),
        several => format!("{url} can be listed: {several} instances"),
    }
}

/// The folder of a store on this machine.
fn folder(rounds: &Rounds<'_>, store: &StoreAccess) -> Option<PathBuf> {
    match &store.location {
        Location::Folder(folder) => Some(rounds.weir.fleet().base.join(folder)),
        _ => None,
    }
}

/// The folder of the store or of the state that is not there.
fn absent(rounds: &Rounds<'_>, environment: &Environment) -> Option<PathBuf> {
    let store = folder(rounds, &environment.store.value);
    let state = folder(rounds, &environment.state.value);
    // Usually the state lies in the store, and is made with the first run.
    let state = state.filter(|state| {
        let within = |store: &PathBuf| state.starts_with(store);
        !store.as_ref().is_some_and(within)
    });
    let folders = store.into_iter().chain(state);
    folders.into_iter().find(|folder| !folder.is_dir())
}

/// The folder of a store, where it is one and not there.
pub(super) fn absent_folder(rounds: &Rounds<'_>, store: &StoreAccess) -> Option<PathBuf> {
    folder(rounds, store).filter(|folder| !folder.is_dir())
}

pub(super) fn not_there(subject: &Subject, folder: &std::path::Path, field: &str) -> Check {
    let path = folder.display();
    if folder.symlink_metadata().is_ok() {
        return subject.failure(
            Kind::Store,
            format!("{path} is not a folder"),
            format!("ls -ld {path}; put a folder there, or correct `{field}`"),
        );
    }
    subject.warning(
        format!("the folder {path} is not there yet: the first backup makes it"),
        format!("if it should be on a disk of its own, mount that first: findmnt -T {path}"),
    )
}

/// Looks whether the folder of a store has room for another night: as much as the newest backups
/// take together.
pub(super) async fn room(rounds: &mut Rounds<'_>, environment: &Environment, newest: u64) {
    let Some(folder) = folder(rounds, &environment.store.value).filter(|folder| folder.is_dir())
    else {
        return;
    };
    let subject = Subject::new(&environment.name, "store");
    let look = move || Finding::room(&folder, newest, "another backup of each database");
    rounds
        .make(&subject, async |_| {
            let found = tokio::task::spawn_blocking(look).await;
            let found = found.map_or_else(|_| Vec::new(), |found| vec![found]);
            let check = |finding| subject.finding(Kind::Store, finding);
            Ok(found.into_iter().map(check).collect()) as Result<_>
        })
        .await;
}
