//! Runs the real binary in a folder.

use std::path::Path;
use std::process::{Command, Stdio};

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Everything it printed.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not one JSON document: {error}\n{}", self.all()))
    }
}

/// The binary, in a folder, with nothing of the caller's own settings.
pub(crate) fn weir(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    command
        .current_dir(folder)
        .env_remove("WEIR_CONFIG")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

/// Runs `weir` with these words, split at blanks.
pub(crate) fn run(folder: &Path, words: &str) -> Ended {
    finish(weir(folder).args(words.split_whitespace()))
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs `weir` and demands success.
pub(crate) fn succeed(folder: &Path, words: &str) -> Ended {
    let ended = run(folder, words);
    assert_eq!(ended.code, 0, "weir {words}\n{}", ended.all());
    ended
}
