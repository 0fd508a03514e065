//! The folder of the demo: a production database, keys, a configuration, rules and a script.

use super::production;
use crate::verbs::keys;
use std::fs;
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind, Result};

const CONFIGURATION: &str = include_str!("files/weir.yaml");
const SCRIPT: &str = include_str!("files/staging.sql");
const RULES: &str = include_str!("files/publishing.yaml");

/// How the configuration of a demo begins: what tells its folder from one of the user's own.
const MARK: &str = "# Written by `weir demo`.";

/// The demo's folder.
pub(crate) struct DemoFolder {
    path: PathBuf,
}

impl DemoFolder {
    /// Makes the folder, or takes up the one of an earlier demo: keys, production and the store
    /// are kept, the files that explain the demo are written anew.
    pub(crate) fn prepare(path: &Path) -> Result<Self> {
        let folder = Self {
            path: path.to_path_buf(),
        };
        folder.refuse_foreign()?;
        for name in ["keys", "scripts", "rules"] {
            let made = fs::create_dir_all(folder.file(name));
            made.map_err(|error| failed(&folder.file(name), error))?;
        }
        let production_key = folder.signing_key("production")?;
        let staging_key = folder.signing_key("staging")?;
        folder.signing_key("integration")?;
        if !folder.file("keys/masking.key").exists() {
            keys::new_masking_key(&folder.file("keys/masking.key"))?;
        }
        let configuration = CONFIGURATION
            .replace("PRODUCTION_PUBLIC_KEY", &production_key)
            .replace("STAGING_PUBLIC_KEY", &staging_key);
        folder.write("weir.yaml", &configuration)?;
        folder.write("scripts/staging.sql", SCRIPT)?;
        folder.write("rules/publishing.yaml", RULES)?;
        production::make(&folder.database("production"))?;
        Ok(folder)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The configuration file.
    pub(crate) fn configuration(&self) -> PathBuf {
        self.file("weir.yaml")
    }

    /// The database of an environment.
    pub(crate) fn database(&self, environment: &str) -> PathBuf {
        self.file(&format!("{environment}.db"))
    }

    /// The stored database of a backup, by its name in a report (`ENVIRONMENT:KEY`).
    pub(crate) fn stored_database(&self, backup: &str) -> PathBuf {
        let key = backup.replacen(':', "/", 1);
        self.file(&format!("store/{key}/database.sqlite.zst"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn refuse_foreign(&self) -> Result<()> {
        let configuration = self.configuration();
        match fs::read_to_string(&configuration) {
            Ok(text) if !text.starts_with(MARK) => Err(Error::new(
                Kind::Usage,
                format!("make the demo in {}", self.path.display()),
                format!("{} is not of a demo", configuration.display()),
            )
            .hint("name another folder with --folder; nothing was changed")),
            _ => Ok(()),
        }
    }

    /// The public key of an environment, whose secret key is made once.
    fn signing_key(&self, environment: &str) -> Result<String> {
        let file = self.file(&format!("keys/{environment}.key"));
        let public = if file.exists() {
            keys::read_signing_key(&file)?.public()
        } else {
            keys::new_signing_key(&file)?
        };
        Ok(public.to_string())
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.file(name);
        fs::write(&path, text).map_err(|error| failed(&path, error))
    }
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    Error::from_source(Kind::Usage, format!("make {}", path.display()), error)
        .hint("the demo needs a folder it may write to; name one with --folder")
}
