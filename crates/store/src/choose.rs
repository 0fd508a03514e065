//! Choosing a backup: the newest whole one, the newest whole one at a time, or a named one.

mod arrived;

use crate::backups::{Inspected, Sizes, group, inspect, unreadable};
use crate::document::ReadManifest;
use crate::keys::{BackupName, encode_instance};
use crate::missing::Missing;
use crate::pointer::read_pointer;
use crate::signing::PublicKey;
use crate::store::Store;
use jiff::{SignedDuration, Timestamp};
use weir_model::error::{Error, Kind, Result};

pub use arrived::{Incomplete, Patience, choose_arrived};

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
    /// What it lacks, where that may still be arriving.
    pub missing: Option<Missing>,
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
/// database, one listing shows every part at its size, and none is archived.
///
/// # Errors
/// `no-backup`; for a named one also what is wrong with it; `store`.
pub async fn choose(store: &Store, wanted: &Wanted<'_>, choice: &Choice) -> Result<Chosen> {
    look(store, wanted, choice).await?.chosen(choice)
}

/// Looks once at what there is.
async fn look<'a>(store: &'a Store, wanted: &'a Wanted<'a>, choice: &Choice) -> Result<Search<'a>> {
    let mut search = Search {
        store,
        wanted,
        found: None,
        passed_over: Vec::new(),
    };
    match choice {
        Choice::Named(name) => search.named(name).await?,
        Choice::At(time) => search.newest_of_all(Some(*time)).await?,
        Choice::Newest => search.newest().await?,
    }
    Ok(search)
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
        found: None,
        passed_over: Vec::new(),
    };
    // A backup's name is a whole second.
    let earliest = since.saturating_sub(SignedDuration::from_secs(1));
    let offset = BackupName::new(wanted.instance, earliest.unwrap_or(since), "");
    let instance = encode_instance(wanted.instance);
    let entries = store.list_after(&instance, Some(&offset.key())).await?;
    for (name, sizes) in group(entries).into_iter().rev() {
        if name.database != wanted.database || !search.consider(name, &sizes).await? {
            continue;
        }
        let made = |(_, read): &(_, ReadManifest)| runs.contains(&read.manifest.run.as_str());
        if let Some((name, read)) = search.found.take().filter(made) {
            return Ok(Some(Chosen {
                name,
                read,
                passed_over: search.passed_over,
            }));
        }
    }
    Ok(None)
}

/// What a look at the store has found.
struct Search<'a> {
    store: &'a Store,
    wanted: &'a Wanted<'a>,
    found: Option<(BackupName, ReadManifest)>,
    passed_over: Vec<PassedOver>,
}

impl Search<'_> {
    /// What was found, or the error that says what was passed over.
    fn chosen(self, choice: &Choice) -> Result<Chosen> {
        match self.found {
            Some((name, read)) => Ok(Chosen {
                name,
                read,
                passed_over: self.passed_over,
            }),
            None => Err(self.none_found(choice)),
        }
    }

    /// The pointer only saves the listing of everything before it: whatever it says, the newest
    /// whole backup wins.
    async fn newest(&mut self) -> Result<()> {
        let wanted = self.wanted;
        let pointed = read_pointer(self.store, wanted.instance, wanted.database).await?;
        if let Some(pointed) = pointed {
            self.newest_from(pointed).await?;
        }
        match self.found {
            Some(_) => Ok(()),
            None => self.newest_of_all(None).await,
        }
    }

    async fn newest_from(&mut self, pointed: BackupName) -> Result<()> {
        let wanted = self.wanted;
        let instance = encode_instance(wanted.instance);
        // The folder's own key comes before everything in it.
        let offset = pointed.key();
        let entries = self.store.list_after(&instance, Some(&offset)).await?;
        let folders = group(entries);
        let arrived = folders.iter().any(|(name, _)| *name == pointed);
        for (name, sizes) in folders.into_iter().rev() {
            if name.database == wanted.database && self.consider(name, &sizes).await? {
                return Ok(());
            }
        }
        if !arrived {
            self.pass_over(&pointed, Missing::manifest(&Sizes::new()));
        }
        Ok(())
    }

    async fn newest_of_all(&mut self, until: Option<Timestamp>) -> Result<()> {
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
            if self.consider(name, &sizes).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn named(&mut self, name: &str) -> Result<()> {
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
        if sizes.is_empty() && !self.is_pointed_to(&parsed).await? {
            self.passed_over.push(PassedOver {
                backup: key,
                reason: "nothing of it is there: it was never stored here, or has expired"
                    .to_owned(),
                missing: None,
            });
            return Ok(());
        }
        self.consider(parsed, &sizes).await.map(drop)
    }

    async fn is_pointed_to(&self, name: &BackupName) -> Result<bool> {
        let pointed = read_pointer(self.store, &name.instance, &name.database).await?;
        Ok(pointed.is_some_and(|pointed| pointed == *name))
    }

    async fn sizes(&self, name: &BackupName) -> Result<Sizes> {
        let entries = self.store.list(&name.key()).await?;
        let own = group(entries).into_iter().find(|(found, _)| found == name);
        Ok(own.map(|(_, sizes)| sizes).unwrap_or_default())
    }

    /// Takes the backup if it counts, else notes why not; whether it was taken.
    async fn consider(&mut self, name: BackupName, sizes: &Sizes) -> Result<bool> {
        let inspected = inspect(self.store, &name, sizes, self.wanted.trusted).await?;
        let stated = match &inspected {
            Inspected::Whole(read) => Some(&read.manifest),
            Inspected::Incomplete(read, _) | Inspected::Broken(read, _) => {
                read.as_ref().map(|read| &read.manifest)
            }
        };
        let foreign = stated
            .map(|manifest| &manifest.environment)
            .filter(|environment| *environment != self.wanted.environment)
            .cloned();
        let reason = match (foreign, inspected) {
            (Some(environment), _) => format!("it is a backup of environment {environment:?}"),
            (None, Inspected::Whole(read)) => {
                match unreadable(self.store, &name, &read.manifest).await? {
                    Some(reason) => reason,
                    None => {
                        self.found = Some((name, *read));
                        return Ok(true);
                    }
                }
            }
            (None, Inspected::Incomplete(_, missing)) => {
                self.pass_over(&name, missing);
                return Ok(false);
            }
            (None, Inspected::Broken(_, reason)) => reason,
        };
        self.passed_over.push(PassedOver {
            backup: name.key(),
            reason,
            missing: None,
        });
        Ok(false)
    }

    fn pass_over(&mut self, name: &BackupName, missing: Missing) {
        self.passed_over.push(PassedOver {
            backup: name.key(),
            reason: missing.to_string(),
            missing: Some(missing),
        });
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

    fn none_found(&self, choice: &Choice) -> Error {
        let when = match choice {
            Choice::Named(name) => return self.not_whole(name),
            Choice::At(until) => format!(" at or before {until}"),
            Choice::Newest => String::new(),
        };
        let seen: Vec<String> = self
            .passed_over
            .iter()
            .take(5)
            .map(|passed| format!("{} ({})", passed.backup, passed.reason))
            .collect();
        let hint = match choice {
            _ if !seen.is_empty() => format!("these do not count: {}", seen.join("; ")),
            Choice::At(_) => {
                "nothing that old is there: `weir backups list` shows from when on".to_owned()
            }
            _ => "nothing of that name is there: run the backup first, or check `store`, `instance` and `database`".to_owned(),
        };
        Error::new(
            Kind::NoBackup,
            self.doing(),
            format!("there is no whole backup{when}"),
        )
        .hint(hint)
    }

    fn not_whole(&self, name: &str) -> Error {
        let reason = self
            .passed_over
            .first()
            .map_or("it is not there", |passed| &passed.reason);
        Error::new(Kind::NoBackup, format!("choose the backup {name}"), reason)
            .hint("name another backup, or none to take the newest whole one: `weir backups list`")
    }
}
