//! `weir status`: the questions of a Monday morning, in the order they matter.

mod matrix;
mod questions;

use crate::session::Session;
use weir_model::error::Result;
use weir_pipeline::status::{self, StatusReport};

/// Answer the questions of a Monday morning, with a matrix apps × environments.
///
/// Can every source be recovered now? Is an app broken by us? Is raw data where it must not be? Is
/// the data there that was due? What is still running? How old is the data? What is odd?
///
/// Exit code 0 when all is well; otherwise that of the first question answered badly:
/// 60 not recoverable, 61 broken, 62 raw data, 63 due and not there.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only this environment
    #[arg(value_name = "ENV")]
    environment: Option<String>,
}

/// Asks and prints.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let environment = arguments.environment.as_deref();
    let report = status::status(&weir, environment, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, session);
    }
    Ok(report.exit_code())
}

/// Prints the answers and the matrix.
pub(crate) fn print(report: &StatusReport, session: &Session) {
    for question in &report.questions {
        questions::print(question, session);
    }
    session.output.line("");
    matrix::print(report, &session.output);
}
