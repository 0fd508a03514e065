//! What every verb works with: where to print, whom to tell, what the configuration says.

use crate::arguments::Arguments;
use crate::failure::Failures;
use crate::output::Output;
use crate::progress::{Progress, Verbosity};
use std::io::{ErrorKind, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_config::Fleet;
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::{Engines, RunOptions, Settings, Weir};

const DEFAULT_CONFIG: &str = "weir.yaml";

/// The surroundings of one command.
pub(crate) struct Session {
    /// Standard output.
    pub(crate) output: Arc<Output>,
    /// Errors that do not end the verb.
    pub(crate) failures: Failures,
    /// Progress on standard error.
    pub(crate) progress: Arc<Progress>,
    /// The request to stop.
    pub(crate) cancel: Cancel,
    verbosity: Verbosity,
    config: PathBuf,
}

impl Session {
    /// The surroundings that the arguments ask for.
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let config = arguments.config.clone();
        Self {
            output: Arc::new(Output::new(arguments.format())),
            failures: Failures::new(arguments.format()),
            progress: Arc::new(Progress::new(arguments.format(), arguments.verbosity())),
            cancel: Cancel::default(),
            verbosity: arguments.verbosity(),
            config: config.unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG)),
        }
    }

    /// Where the configuration lies.
    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// Whether notes are wanted too.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// A command of ours as it can be pasted here: with the configuration in use.
    pub(crate) fn pasteable(&self, command: &str) -> String {
        match command.strip_prefix("weir ") {
            Some(rest) if self.config != Path::new(DEFAULT_CONFIG) => {
                format!("weir --config {} {rest}", self.config.display())
            }
            _ => command.to_owned(),
        }
    }

    /// The configuration, read and checked.
    pub(crate) fn fleet(&self) -> Result<Fleet> {
        read_fleet(&self.config)
    }

    /// Weir with the configuration and the engines of this build.
    pub(crate) fn weir(&self) -> Result<Weir> {
        Ok(Weir::new(
            self.fleet()?,
            Engines::built_in(),
            Settings::default(),
        ))
    }

    /// The user, by the system's word.
    pub(crate) fn user(&self) -> Option<String> {
        let names = ["USER", "LOGNAME"].into_iter();
        let mut names = names.filter_map(|name| std::env::var(name).ok());
        names.find(|name| !name.trim().is_empty())
    }

    /// The person who types, where one does: a CronJob has a user too, and no terminal.
    pub(crate) fn person(&self) -> Option<String> {
        std::io::stdin().is_terminal().then(|| self.user())?
    }

    /// What is asked of a run by whoever types, in spite of these holds.
    pub(crate) fn asked(&self, despite_holds: &[String]) -> RunOptions {
        RunOptions {
            requested_by: self.person(),
            despite_holds: despite_holds.to_vec(),
            ..RunOptions::default()
        }
    }

    /// What a pipeline verb is given.
    pub(crate) fn context(&self) -> Context {
        Context::new(self.progress.clone()).with_cancel(self.cancel.clone())
    }
}

/// Reads and checks a configuration file.
pub(crate) fn read_fleet(path: &Path) -> Result<Fleet> {
    let doing = format!("read {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&doing, error))?;
    let base = std::path::absolute(path)
        .map_err(|error| unreadable(&doing, error))?
        .parent()
        .map_or_else(|| PathBuf::from("/"), Path::to_path_buf);
    let name = path.display().to_string();
    weir_config::parse(&text, &name, base)
        .map_err(|problems| Error::from_source(Kind::Config, doing, problems))
}

fn unreadable(doing: &str, error: std::io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::NotFound => {
            "name the file with --config or WEIR_CONFIG, or write a first one with `weir init`"
        }
        ErrorKind::InvalidData => "the file must be text in UTF-8",
        _ => "check the name and the permissions of the file",
    };
    Error::from_source(Kind::Config, doing, error).hint(hint)
}
