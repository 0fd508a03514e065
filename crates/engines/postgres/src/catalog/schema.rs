//! The schema of a database as `pg_dump` writes it down.

use super::large_objects;
use crate::config::{Address, Client, Session, server_major};
use crate::dump::archive::{Archive, Version};
use weir_model::error::{Kind, Result};

/// The schema of the session's database within its snapshot: everything but rows, sequences'
/// positions and the content of large objects.
pub(crate) async fn schema(
    session: &Session,
    address: &Address,
    snapshot: &str,
    kind: Kind,
) -> Result<Archive> {
    let client = Client::for_server(server_major(session).await?).await?;
    let mut archive = client
        .schema(address, snapshot, kind, &session.context)
        .await?;
    if archive.header.version >= Version::V1_16 {
        // To a pg_dump from 17 on, large objects themselves are data.
        let entries = large_objects::entries(session, archive.next_dump_id()).await?;
        archive.insert_data(entries);
    }
    Ok(archive)
}
