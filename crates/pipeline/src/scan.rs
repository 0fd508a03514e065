//! Scan: what each column of a live database likely holds, how sure that is and why, and a
//! ruleset proposed from it. Values are looked at in memory and forgotten; none is told.

mod country;
mod documents;
mod keys;
mod proposal;
mod rules;
mod tables;

use crate::sanitise;
use crate::site::Site;
use crate::weir::Weir;
use serde::Serialize;
use weir_engine::Context;
use weir_model::catalog::TableKind;
use weir_model::error::Result;

pub use documents::ScannedPath;
pub use tables::{Held, ScannedColumn, ScannedTable};

/// What a database likely holds.
#[derive(Debug, Serialize)]
pub struct Scan {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// Rows of each table that were looked at, at most.
    pub rows: u64,
    /// Its tables, in the order of the schema.
    pub tables: Vec<ScannedTable>,
    /// A ruleset to review.
    pub proposal: String,
    /// What the proposal does not settle: it has to be decided before the rules fit.
    pub open: Vec<String>,
}

/// Scans the databases of the job at `address`, up to `rows` rows of each table.
///
/// # Errors
/// `usage`, `source`, `secret`, `interrupted`.
pub async fn scan(
    weir: &Weir,
    address: &str,
    database: Option<&str>,
    rows: u64,
    context: &Context,
) -> Result<Vec<Scan>> {
    let job = weir.fleet().job(address)?;
    let mut scans = Vec::new();
    for site in weir.sites_to_look_at(job, database, context).await? {
        scans.push(of_site(&site, rows, context).await?);
    }
    Ok(scans)
}

async fn of_site(site: &Site, rows: u64, context: &Context) -> Result<Scan> {
    let (engine, endpoint) = (&site.engine, &site.endpoint);
    let catalog = engine.catalog(endpoint, context).await?;
    let mut scanned = Vec::new();
    // What lies behind a virtual table goes where that goes.
    let tables = catalog.tables.iter();
    for table in tables.filter(|table| table.kind != TableKind::Backing) {
        context.check(&format!("scan {}", site.describe()))?;
        scanned.push(tables::look(site, table, rows, context).await?);
    }
    let proposal = proposal::propose(
        &site.describe(),
        (&catalog, sanitise::types(engine.as_ref())),
        &scanned,
        rows,
    );
    Ok(Scan {
        environment: site.environment.clone(),
        app: site.app.clone(),
        database: endpoint.database.clone(),
        rows,
        tables: scanned,
        proposal: proposal.text,
        open: proposal.open,
    })
}
