//! `weir completions SHELL`

use crate::session::Session;
use clap_complete::Shell;
use weir_model::error::Result;

/// Print completions for a shell.
///
/// For example: weir completions bash > /etc/bash_completion.d/weir
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let mut script = Vec::new();
    let mut command = crate::arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "weir", &mut script);
    session.output.write(&String::from_utf8_lossy(&script));
    Ok(0)
}
