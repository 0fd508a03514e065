//! `weir adopt`: a dump that others made becomes a backup.

use super::choice::moment;
use super::report;
use super::target::Target;
use crate::session::Session;
use crate::units;
use jiff::Timestamp;
use std::path::PathBuf;
use weir_model::error::Result;
use weir_model::identity::Identity;
use weir_pipeline::adopt::{self, Adopted, Foreign};

/// Take a dump that others made into the environment's store, as a backup.
///
/// The dump is read to its end and proven before a manifest says that it is there; anything but a
/// whole one is refused. It counts as raw, of unknown history: an environment that takes only
/// sanitised data takes it through rules or a voucher. For PostgreSQL FILE is an archive of
/// `pg_dump -Fc`, or the folder that `pg_dump -Fd` wrote. For SQLite it is a database made by
/// `.backup`, by `VACUUM INTO` or by copying a closed one; plain, or compressed by gzip or zstd.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    /// The files of the dump: paths, or places in a store such as s3://bucket/host/file. A pointer
    /// `latest-NAME.txt` stands for the dump beside it that it names
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// When its data was true, e.g. 2026-11-22T01:36:00Z; the backup is named after it [default: the
    /// time that the file's name begins with, if it is like 2026-11-22T013600Z-]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    taken_at: Option<Timestamp>,

    /// The database it was taken from, in the engine's own facts, so that it is never restored
    /// onto that one: `path=HOST:/FILE` for SQLite,
    /// `address=HOST:PORT/DATABASE` for PostgreSQL. Give it once for each fact
    #[arg(long, value_name = "FACT=VALUE", value_parser = fact)]
    source: Vec<(String, String)>,

    /// Only read and prove the dump, storing nothing
    #[arg(long)]
    dry_run: bool,
}

/// Adopts.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let target = &arguments.target;
    let foreign = Foreign {
        files: arguments.files.clone(),
        taken_at: arguments.taken_at,
        source: identity(&arguments.source),
        database: target.database.clone(),
    };
    let context = session.context();
    let report = adopt::adopt(&weir, &target.job, &foreign, arguments.dry_run, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&report)?;
    } else {
        if !arguments.dry_run {
            report::print(&report.run, session);
        }
        if let Some(adopted) = &report.adopted {
            session.output.line(in_words(adopted));
        }
    }
    report::report_failures(&report.run, session);
    Ok(report::exit_code(&report.run))
}

fn identity(facts: &[(String, String)]) -> Identity {
    let facts = facts.iter();
    facts.fold(Identity::default(), |identity, (fact, value)| {
        identity.with(fact, value)
    })
}

fn fact(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(fact, value)| !fact.is_empty() && !value.is_empty())
        .map(|(fact, value)| (fact.to_owned(), value.to_owned()))
        .ok_or_else(|| "write it like path=db-1:/srv/app.db".to_owned())
}

fn in_words(adopted: &Adopted) -> String {
    let read = format!(
        "read to its end: {} rows in {}, data as of {}",
        units::count(adopted.rows),
        units::of(adopted.tables, "table"),
        units::time(adopted.data_as_of)
    );
    let database = format!(
        "{}/{} {}",
        adopted.environment, adopted.app, adopted.database
    );
    match &adopted.backup {
        Some(backup) => format!("{database}: {read}; it is {backup} now"),
        None => format!("{database}: {read}; nothing was stored"),
    }
}
