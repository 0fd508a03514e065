//! How a backup is named on the command line: `ENVIRONMENT:INSTANCE/FOLDER` in the environment's
//! own store, `ENVIRONMENT/_from/UPSTREAM:INSTANCE/FOLDER` where upstream's backups arrive for it.

use super::copies;
use crate::site_builder::trusted_keys;
use crate::weir::Weir;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_store::{BackupName, PublicKey, Store};

/// Follows an environment whose published backup is meant.
const PUBLISHED: &str = "/_clean";

/// Stands between the environment that reads a copy and the one that made the backup.
const COPY_OF: &str = "/_from/";

/// A backup and the store it lies in.
pub(super) struct Reference<'a> {
    /// As it was given.
    pub(super) text: &'a str,
    /// On whose behalf it is read.
    environment: &'a str,
    /// Whose backup it is, where that is a copy.
    copy_of: Option<&'a str>,
    /// Whether it lies in the clean store.
    published: bool,
    /// Its name there.
    pub(super) name: BackupName,
}

impl<'a> Reference<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        text.split_once(':')
            .and_then(|(place, key)| {
                let published = place.strip_suffix(PUBLISHED);
                let copy = place.split_once(COPY_OF).filter(|_| published.is_none());
                let origin = copy.map(|(environment, _)| environment);
                Some(Self {
                    text,
                    environment: published.or(origin).unwrap_or(place),
                    published: published.is_some(),
                    copy_of: copy.map(|(_, origin)| origin),
                    name: BackupName::parse(key)?,
                })
            })
            .ok_or_else(|| {
                Error::new(
                    Kind::Usage,
                    format!("find the backup {text}"),
                    "a backup is named ENVIRONMENT:INSTANCE/FOLDER, a published one \
                     ENVIRONMENT/_clean:INSTANCE/FOLDER, \
                     a copy ENVIRONMENT/_from/UPSTREAM:INSTANCE/FOLDER",
                )
                .hint("list them with `weir backups list ENVIRONMENT`, copies with `--copies` too")
            })
    }

    /// The store it lies in, and whose signatures count for whoever reads it.
    pub(super) async fn open(
        &self,
        weir: &Weir,
        context: &Context,
    ) -> Result<(Store, Vec<PublicKey>)> {
        let store = match self.copy_of {
            None if self.published => weir.clean_store(self.environment, context).await?,
            None => weir.stores(self.environment, context).await?.store,
            Some(origin) => copies::store(weir, self.environment, origin, context).await?,
        };
        let trusted = trusted_keys(weir, self.environment, context).await?;
        Ok((store, trusted))
    }

    /// What lists the backups that lie where it should.
    pub(super) fn list(&self) -> String {
        let which = match (self.copy_of, self.published) {
            (Some(_), _) => " --copies",
            (None, true) => " --published",
            (None, false) => "",
        };
        format!("weir backups list {}{which}", self.environment)
    }
}

/// Names a copy that arrived for `environment`.
pub(crate) fn of_copy(environment: &str, origin: &str, key: &str) -> String {
    format!("{environment}{COPY_OF}{origin}:{key}")
}

/// Names a backup that `environment` has published.
pub(crate) fn of_published(environment: &str, key: &str) -> String {
    format!("{environment}{PUBLISHED}:{key}")
}

/// Whether a name is one of a copy of another environment's backup.
#[must_use]
pub fn is_copy(name: &str) -> bool {
    place(name).is_some_and(|place| place.contains(COPY_OF))
}

/// Whether a name is one of a published backup.
#[must_use]
pub fn is_published(name: &str) -> bool {
    place(name).is_some_and(|place| place.ends_with(PUBLISHED))
}

/// Whether a name is one of a backup, and not of a database: `ENVIRONMENT/APP[:DATABASE]`.
pub(crate) fn is_backup(name: &str) -> bool {
    let published = |place: &str| place.strip_suffix(PUBLISHED).is_some_and(is_environment);
    is_copy(name) || place(name).is_some_and(|place| is_environment(place) || published(place))
}

fn is_environment(place: &str) -> bool {
    !place.contains('/')
}

fn place(name: &str) -> Option<&str> {
    name.split_once(':').map(|(place, _)| place)
}
