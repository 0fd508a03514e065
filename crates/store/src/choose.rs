//! Choosing a backup: the newest whole one, the newest whole one at a time, or a named one.

use crate::backups::{Inspected, Sizes, group, inspect};
use crate::document::ReadManifest;
use crate::keys::{BackupName, encode_instance};
use crate::pointer::read_pointer;
use crate::signing::PublicKey;
use crate::store::Store;
use jiff::{SignedDuration, Timestamp};
use weir_model::error::{Error, Kind, Result};

/// Whose backup is wanted. All names are compared exactly.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The environment that must have made it.
    pub environment: &'a str,
    /// The instance.
    pub instance: &'a str,
    /// The database.
    pub database: &'a str,
    /// The keys whose signatures count.
    pub trusted: &'a [PublicKey],
}

/// Which backup is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    /// The newest whole one.
    #[default]
    Newest,
    /// This one and no other: `<folder>` or `<instance>/<folder>`.
    Named(String),
    /// The newest whole one not taken after this moment.
    At(Timestamp),
}

/// A backup that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Its key.
    pub backup: String,
    /// Why it does not count.
    pub reason: String,
}

/// The backup that was chosen: whole, of the environment and database asked for.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// Its name.
    pub name: BackupName,
    /// Its manifest and what is known about it.
    pub read: ReadManifest,
    /// Newer ones that do not count, newest first: worth a warning.
    pub passed_over: Vec<PassedOver>,
}

/// Chooses a backup. One counts only if its manifest can be read, names this environment and
/// database, and one listing shows every part at its size.
///
/// # Errors
/// `no-backup`; for a named one also what is wrong with it; `store`.
pub async fn choose(store: &Store, wanted: &Wanted<'_>, choice: &Choice) -> Result<Chosen> {
    let mut search = Search {
        store,
        wanted,
        passed_over: Vec::new(),
    };
    match choice {
        Choice::Named(name) => search.named(name).await,
        Choice::At(time) => search.newest_of_all(Some(*time)).await,
        Choice::Newest => match search.newest_from_pointer().await? {
            Some(chosen) => Ok(chosen),
            None => search.newest_of_all(None).await,
        },
    }
}

/// The newest whole backup that one of `runs` made, none of which began before `since`. It counts
/// as one that [`choose`] would take.
///
/// # Errors
/// `store`.
pub async fn made_by(
    store: &Store,
    wanted: &Wanted<'_>,
    runs: &[&str],
    since: Timestamp,
) -> Result<Option<Chosen>> {
    let mut search = Search {
        store,
        wanted,
        passed_over: Vec::new(),
    };
    // A backup's name is a whole second.
    let earliest = since.saturating_sub(SignedDuration::from_secs(1));
    let offset = BackupName::new(wanted.instance, earliest.unwrap_or(since), "");
    let instance = encode_instance(wanted.instance);
    let entries = store.list_after(&instance, Some(&offset.key())).await?;
    for (name, sizes) in group(entries).into_iter().rev() {
        if name.database == wanted.database
            && let Some(chosen) = search.consider(name, &sizes).await?
            && runs.contains(&chosen.read.manifest.run.as_str())
        {
            return Ok(Some(chosen));
        }
    }
    Ok(None)
}

struct Search<'a> {
    store: &'a Store,
    wanted: &'a Wanted<'a>,
    passed_over: Vec<PassedOver>,
}

impl Search<'_> {
    /// The pointer only saves the listing of everything before it: whatever it says, the newest
    /// whole backup wins.
    async fn newest_from_pointer(&mut self) -> Result<Option<Chosen>> {
        let wanted = self.wanted;
        let Some(pointed) = read_pointer(self.store, wanted.instance, wanted.database).await?
        else {
            return Ok(None);
        };
        let instance = encode_instance(wanted.instance);
        // The folder's own key comes before everything in it.
        let offset = pointed.key();
        let entries = self.store.list_after(&instance, Some(&offset)).await?;
        for (name, sizes) in group(entries).into_iter().rev() {
            if name.database == wanted.database
                && let Some(chosen) = self.consider(name, &sizes).await?
            {
                return Ok(Some(chosen));
            }
        }
        Ok(None)
    }

    async fn newest_of_all(&mut self, until: Option<Timestamp>) -> Result<Chosen> {
        let instance = encode_instance(self.wanted.instance);
        let folders = self.store.folders(&instance).await?;
        let mut names: Vec<BackupName> = folders
            .iter()
            .filter_map(|folder| BackupName::parse(&format!("{instance}/{folder}")))
            .filter(|name| name.database == self.wanted.database)
            .filter(|name| until.is_none_or(|until| name.time <= until))
            .collect();
        names.sort();
        for name in names.into_iter().rev() {
            let key = name.key();
            if self.passed_over.iter().any(|passed| passed.backup == key) {
                continue;
            }
            let sizes = self.sizes(&name).await?;
            if let Some(chosen) = self.consider(name, &sizes).await? {
                return Ok(chosen);
            }
        }
        Err(self.none_found(until))
    }

    async fn named(&mut self, name: &str) -> Result<Chosen> {
        let instance = encode_instance(self.wanted.instance);
        let text = name.trim_end_matches('/');
        let parsed = BackupName::parse(text)
            .or_else(|| BackupName::parse(&format!("{instance}/{text}")))
            .ok_or_else(|| {
                Error::new(
                    Kind::NoBackup,
                    format!("choose the backup {name:?}"),
                    "this is no name of a backup",
                )
                .hint(
                    "a name looks like 2026-11-22T013600Z-database: `weir backups list` shows them",
                )
            })?;
        let key = parsed.key();
        if parsed.instance != self.wanted.instance || parsed.database != self.wanted.database {
            let doing = format!("choose the backup {key}");
            let cause = format!(
                "it is not one of database {} on {}",
                self.wanted.database, self.wanted.instance
            );
            return Err(Error::new(Kind::NoBackup, doing, cause)
                .hint("name a backup of this app: `weir backups list` shows them"));
        }
        let sizes = self.sizes(&parsed).await?;
        match self.consider(parsed, &sizes).await? {
            Some(chosen) => Ok(chosen),
            None => Err(self.not_whole(&key)),
        }
    }

    async fn sizes(&self, name: &BackupName) -> Result<Sizes> {
        let entries = self.store.list(&name.key()).await?;
        let own = group(entries).into_iter().find(|(found, _)| found == name);
        Ok(own.map(|(_, sizes)| sizes).unwrap_or_default())
    }

    /// Takes the backup if it counts, else notes why not.
    async fn consider(&mut self, name: BackupName, sizes: &Sizes) -> Result<Option<Chosen>> {
        let reason = match inspect(self.store, &name, sizes, self.wanted.trusted).await? {
            Inspected::Whole(read) if read.manifest.environment == self.wanted.environment => {
                return Ok(Some(Chosen {
                    name,
                    read: *read,
                    passed_over: std::mem::take(&mut self.passed_over),
                }));
            }
            Inspected::Whole(read) => {
                format!(
                    "it is a backup of environment {:?}",
                    read.manifest.environment
                )
            }
            Inspected::Broken(_, reason) => reason,
        };
        self.passed_over.push(PassedOver {
            backup: name.key(),
            reason,
        });
        Ok(None)
    }

    fn doing(&self) -> String {
        let wanted = self.wanted;
        format!(
            "choose a backup of {}, database {} on {}, in {}",
            wanted.environment,
            wanted.database,
            wanted.instance,
            self.store.url()
        )
    }

    fn none_found(&self, until: Option<Timestamp>) -> Error {
        let when = until.map_or_else(String::new, |until| format!(" at or before {until}"));
        let seen: Vec<String> = self
            .passed_over
            .iter()
            .take(5)
            .map(|passed| format!("{} ({})", passed.backup, passed.reason))
            .collect();
        let hint = if seen.is_empty() {
            "nothing of that name is there: run the backup first, or check `store`, `instance` and `database`".to_owned()
        } else {
            format!("these do not count: {}", seen.join("; "))
        };
        Error::new(
            Kind::NoBackup,
            self.doing(),
            format!("there is no whole backup{when}"),
        )
        .hint(hint)
    }

    fn not_whole(&self, key: &str) -> Error {
        let reason = self
            .passed_over
            .first()
            .map_or("it is not there", |passed| &passed.reason);
        Error::new(Kind::NoBackup, format!("choose the backup {key}"), reason)
            .hint("name another backup, or none to take the newest whole one: `weir backups list`")
    }
}
