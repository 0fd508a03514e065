//! `weir init`: a first configuration.

use crate::session::Session;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use weir_model::error::{Error, Kind, Result};

/// The starter files: an example of the repository, so that the tests hold them sound.
const CONFIGURATION: &str = include_str!("../../../../examples/small/weir.yaml");
const RULES: &str = include_str!("../../../../examples/small/rules/publisher.yaml");

/// Write a commented starter file (weir.yaml, or the one named with --config).
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Writes the files; one that is there is never overwritten.
pub(crate) fn run(session: &Session) -> Result<u8> {
    let configuration = session.config();
    create(configuration, CONFIGURATION).map_err(|error| refused(configuration, error))?;
    let rules = configuration.with_file_name("rules").join("publisher.yaml");
    match create(&rules, RULES) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(refused(&rules, error));
        }
        _ => {}
    }
    let output = &session.output;
    if output.is_json() {
        output.json(&serde_json::json!({"written": configuration}))?;
        return Ok(0);
    }
    output.line(format!(
        "Wrote {} and {}.",
        configuration.display(),
        rules.display()
    ));
    output.line("Next:");
    output.line("  1. put in your environments, databases and rules");
    output.line("  2. weir keys new --masking keys/masking");
    output.line("  3. weir config check, then weir plan");
    Ok(0)
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn refused(path: &Path, error: io::Error) -> Error {
    let there = error.kind() == ErrorKind::AlreadyExists;
    let error = Error::from_source(Kind::Usage, format!("write {}", path.display()), error);
    error.hint(if there {
        "the file is there already and was left as it is; name another with --config"
    } else {
        "name a file in a folder that you may write to with --config"
    })
}
