//! What can be typed before and after every verb.

use crate::failure::Failures;
use crate::output::Format;
use crate::progress::Verbosity;
use crate::verbs::Verb;
use clap::{ArgAction, CommandFactory, Parser};
use std::path::PathBuf;
use std::process::ExitCode;
use weir_model::error::{Error, Kind};

/// Environment data sync: copies production data downstream and holds back what must not pass.
///
/// Start with `weir demo` (nothing to install) or `weir init`. Exit codes: docs/exit-codes.md.
#[derive(Debug, Parser)]
#[command(
    name = "weir",
    bin_name = "weir",
    version,
    max_term_width = 100,
    propagate_version = false
)]
pub(crate) struct Arguments {
    /// The verb.
    #[command(subcommand)]
    pub(crate) verb: Verb,

    /// The configuration file [default: weir.yaml in this folder]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "WEIR_CONFIG",
        hide_env_values = true
    )]
    pub(crate) config: Option<PathBuf>,

    /// Report as one JSON document, errors as JSON lines on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Show no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Show notes too
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,
}

impl Arguments {
    /// For whom the output is.
    pub(crate) fn format(&self) -> Format {
        if self.json {
            Format::Json
        } else {
            Format::Human
        }
    }

    /// How much progress is shown.
    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

/// The whole command, for help and completions.
pub(crate) fn command() -> clap::Command {
    Arguments::command()
}

/// Reads argv. Help and mistakes are printed here, and the exit code is returned.
pub(crate) fn parse() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        let wants_json = std::env::args_os().any(|argument| argument == "--json");
        if error.use_stderr() && wants_json {
            Failures::new(Format::Json).report(&usage(&error));
        } else {
            // Nothing is left to try when the message cannot be printed.
            let _ = error.print();
        }
        let code = if error.use_stderr() {
            Kind::Usage.exit_code()
        } else {
            0
        };
        ExitCode::from(code)
    })
}

fn usage(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    let cause = first.strip_prefix("error: ").unwrap_or(first);
    Error::new(Kind::Usage, "read the command line", cause).hint("try `weir --help`")
}
