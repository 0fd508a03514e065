//! What a database holds, by name. Read in one transaction, so that all of it is one moment.

mod names;
mod objects;
mod tables;

pub(crate) use names::qualified;
pub(crate) use tables::{Content, contents};

use crate::config::{Address, Session};
use sha2::{Digest as _, Sha256};
use weir_engine::Context;
use weir_model::catalog::Catalog;
use weir_model::digest::Digest;
use weir_model::error::{Kind, Result};

/// The schemas that are the server's own.
const FOREIGN_SCHEMAS: &str = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";

/// Reads the catalog of a live database.
pub(crate) async fn live(address: &Address, context: &Context) -> Result<Catalog> {
    let session = Session::open(address, Kind::Source, context).await?;
    session.run("read the catalog of", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    read(&session).await
}

/// Reads the catalog within the transaction of the session.
pub(crate) async fn read(session: &Session) -> Result<Catalog> {
    Ok(Catalog {
        tables: tables::read(session).await?,
        objects: objects::read(session).await?,
    })
}

/// The digest of a definition.
fn definition(text: &str) -> Digest {
    Digest::new("sha256", &Sha256::digest(text.as_bytes()))
}
