#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! The command line: the only crate that reads argv, prints or exits. Data goes to standard
//! output, everything else to standard error; `verbs` is the table of what Weir can do.

mod arguments;
mod demo;
mod failure;
mod interrupt;
mod output;
mod progress;
mod secret_file;
mod session;
mod style;
mod units;
mod verbs;

use arguments::Arguments;
use failure::Failures;
use interrupt::Interrupt;
use session::Session;
use std::process::ExitCode;
use weir_model::error::{Error, Kind, Result};

fn main() -> ExitCode {
    let arguments = match arguments::parse() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let failures = Failures::new(arguments.format());
    match start(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            failures.report(&error);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// Runs the verb to its end, or to the second request to stop.
fn start(arguments: &Arguments) -> Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::from_source(Kind::Internal, "start the workers", error))?;
    let session = Session::new(arguments);
    let ended = runtime.block_on(async {
        let interrupt = Interrupt::listen()?;
        tokio::select! {
            ended = arguments.verb.run(&session) => ended,
            () = interrupt.second(&session.cancel, session.progress.as_ref()) => {
                Ok(Kind::Interrupted.exit_code())
            }
        }
    });
    session.progress.close();
    // A worker that does not stop must not keep the process: what it leaves, `heal` mends.
    runtime.shutdown_background();
    let code = ended?;
    session.output.finish()?;
    Ok(code)
}
