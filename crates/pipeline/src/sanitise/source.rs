//! The database whose rows go through an app's rules, and its schema.

use crate::origin::{self, Arriving};
use crate::site::{Site, SourceOfRestore};
use crate::weir::Weir;
use weir_engine::Context;
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_store::Choice;

/// A schema, and where it was read.
pub(crate) struct Seen {
    /// A backup's reference, or the live database in words.
    pub(crate) place: String,
    pub(crate) catalog: Catalog,
}

/// The schema that the rules of `site` meet: of the live database when that is asked for or is its
/// own, else of the newest backup that a restore would take.
///
/// # Errors
/// `no-backup`, `source`, `store`, `secret`.
pub(crate) async fn schema(
    weir: &Weir,
    site: &Site,
    live: bool,
    context: &Context,
) -> Result<Seen> {
    if live || site.source.is_none() {
        let source = live_site(weir, site, context).await?;
        let catalog = source.engine.catalog(&source.endpoint, context).await?;
        return Ok(Seen {
            place: format!("the live database {}", source.describe()),
            catalog,
        });
    }
    let source = origin::of_rules(site);
    let looking = Arriving::PassOver;
    let chosen = origin::choose(weir, site, &source, &Choice::Newest, looking, context).await;
    let manifest = chosen.map_err(or_live)?.read.manifest;
    Ok(Seen {
        place: source.reference(&manifest.backup),
        catalog: manifest.catalog,
    })
}

/// Where there is no backup yet, the database itself can be asked.
fn or_live(error: Error) -> Error {
    if error.kind() == Kind::NoBackup {
        error.hint("make one upstream first, or look at the live database itself with `--live`")
    } else {
        error
    }
}

/// The live database that the rows come from, to be looked at.
///
/// # Errors
/// `secret` when its password cannot be read here, `usage` when the fleet does not know it.
pub(crate) async fn live_site(weir: &Weir, site: &Site, context: &Context) -> Result<Site> {
    let source = origin::of_rules(site);
    let job = weir.fleet().jobs_of(&source.environment, &source.app);
    let mut sites = match job.into_iter().next() {
        Some(job) => {
            let database = Some(source.database.as_str());
            weir.sites_to_look_at(job, database, context).await?
        }
        None => Vec::new(),
    };
    sites.pop().ok_or_else(|| unknown(&source))
}

fn unknown(source: &SourceOfRestore) -> Error {
    let (environment, app) = (&source.environment, &source.app);
    Error::new(
        Kind::Usage,
        format!("look at {environment}/{app}"),
        "the configuration has no such app there",
    )
    .hint("list the jobs with `weir config show`")
}
