//! `weir sanitise`: what an app's rules do, before they do it.

mod check;
mod preview;

use super::target::Target;
use crate::session::Session;
use weir_model::error::Result;

/// Check rulesets against the data they will meet, and see what they do.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Hold rulesets against the schema they will meet: what is masked and kept, what is missing
    ///
    /// The schema is that of the newest backup a restore would take, and says what has changed since
    /// data last went through the rules. No masking key is needed and nothing is changed.
    ///
    /// Exit code 0 when data would go through, 40 when it would be refused.
    Check {
        /// An environment that sanitises, or one app of it [default: all that have a ruleset]
        #[arg(value_name = "ENV[/APP]")]
        what: Option<String>,

        /// Look at the live database that the backups are taken from instead
        #[arg(long)]
        live: bool,
    },
    /// Show a few rows of each table before and after the rules
    ///
    /// Rows are read from the live database that the backups are taken from. What they hold is shown
    /// only by its shape (aaaa@aaaa.aaa) unless --show-originals is given.
    Preview {
        #[command(flatten)]
        target: Target,

        /// Only this table
        #[arg(long, value_name = "NAME")]
        table: Option<String>,

        /// Rows of each table
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
        rows: u64,

        /// Show the values of the source as they are
        #[arg(long)]
        show_originals: bool,
    },
    /// Print the JSON Schema of rulesets, for editors
    Schema,
}

/// Checks, shows or explains.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    match &arguments.action {
        Action::Check { what, live } => check::run(session, what.as_deref(), *live).await,
        Action::Preview {
            target,
            table,
            rows,
            show_originals,
        } => {
            let wish = weir_pipeline::preview::Wish {
                table: table.clone(),
                rows: *rows,
                originals: *show_originals,
            };
            preview::run(session, target, &wish).await
        }
        Action::Schema => {
            session.output.json(&weir_mask::schema())?;
            Ok(0)
        }
    }
}
