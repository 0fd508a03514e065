//! One database of one job, with everything a verb needs to reach it.

use crate::backups;
use crate::guard::AcknowledgedClone;
use crate::words;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use weir_config::Replica;
use weir_engine::{Bounds, Endpoint, Engine, Previous, Script, Secret, Verification};
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::Voucher;
use weir_store::{PublicKey, Recipients, SigningKey};

/// Whom a restore takes its backup from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceOfRestore {
    pub(crate) environment: String,
    pub(crate) app: String,
    pub(crate) instance: String,
    pub(crate) database: String,
    /// Whether it takes what that environment publishes, and not its own backups.
    pub(crate) published: bool,
    /// Where they are read, if not in that environment's stores.
    pub(crate) replica: Option<Replica>,
}

/// A database, resolved from the configuration.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) environment: String,
    pub(crate) app: String,
    pub(crate) instance: String,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) endpoint: Endpoint,
    /// Whether the environment has no upstream.
    pub(crate) is_root: bool,
    /// Whether the environment takes only clean data.
    pub(crate) clean_only: bool,
    /// Whether the data is born in this environment.
    pub(crate) born_here: bool,
    pub(crate) source: Option<SourceOfRestore>,
    pub(crate) script_files: Vec<PathBuf>,
    pub(crate) ruleset: Option<PathBuf>,
    pub(crate) masking_key: Option<Secret>,
    pub(crate) voucher: Option<Voucher>,
    pub(crate) acknowledged_clone: Option<AcknowledgedClone>,
    pub(crate) signing_key: Option<Arc<SigningKey>>,
    /// Whom its backups are encrypted to, if to anybody.
    pub(crate) recipients: Option<Recipients>,
    /// Whom what it publishes is encrypted to, if to anybody.
    pub(crate) published_to: Option<Recipients>,
    pub(crate) trusted_keys: Vec<PublicKey>,
    pub(crate) previous: Previous,
    /// For how long a replaced copy is kept, where that is bounded by time.
    pub(crate) previous_kept_for: Option<Duration>,
    pub(crate) verification: Verification,
    pub(crate) bounds: Bounds,
}

impl SourceOfRestore {
    /// How a backup of it is named: what is published is not what was backed up.
    pub(crate) fn reference(&self, key: &str) -> String {
        match self.published {
            true => backups::of_published(&self.environment, key),
            false => format!("{}:{key}", self.environment),
        }
    }
}

impl Site {
    /// The database in words, for steps and errors.
    pub(crate) fn describe(&self) -> String {
        words::database(&self.environment, &self.app, &self.endpoint.database)
    }

    /// The name under which runs exclude each other: the target itself, not who writes it.
    pub(crate) fn lease_name(&self) -> String {
        format!(
            "{}/{}/{}",
            self.engine.name(),
            self.endpoint.url,
            self.endpoint.database
        )
    }

    /// Where this database's own backups lie.
    pub(crate) fn own_source(&self) -> SourceOfRestore {
        SourceOfRestore {
            environment: self.environment.clone(),
            app: self.app.clone(),
            instance: self.instance.clone(),
            database: self.endpoint.database.clone(),
            published: false,
            replica: None,
        }
    }

    /// Where its sanitised backups lie.
    pub(crate) fn published_source(&self) -> SourceOfRestore {
        SourceOfRestore {
            published: true,
            ..self.own_source()
        }
    }

    /// Reads the transform scripts.
    pub(crate) fn scripts(&self) -> Result<Vec<Script>> {
        self.script_files
            .iter()
            .map(|path| {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Error::from_source(
                        Kind::Config,
                        format!("read the script {}", path.display()),
                        error,
                    )
                    .hint("correct `transform` of the app, or write the file it names")
                })?;
                let name = path.file_name().map_or_else(
                    || path.display().to_string(),
                    |name| name.to_string_lossy().into_owned(),
                );
                Ok(Script { name, text })
            })
            .collect()
    }
}
