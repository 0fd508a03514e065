//! Whether a run would get through: the server, the client, what may be read and made there.

mod collation;
mod roles;
mod settings;
mod source;
mod superuser;
mod target;

use crate::config::{Address, Session};
use crate::config::{Client, server_major};
use crate::stamp::look_up;
use weir_engine::{Context, Finding, Purpose};
use weir_model::error::{Error, Kind, Result};

/// Looks at the database, changing nothing.
pub(crate) async fn diagnose(
    address: &Address,
    purpose: Purpose,
    expected_bytes: u64,
    context: &Context,
) -> Result<Vec<Finding>> {
    let looked = look(address, purpose, expected_bytes, context).await;
    context.check("look at the database")?;
    match looked {
        Ok(findings) => Ok(findings),
        Err(error) => Ok(vec![failed(&error)]),
    }
}

async fn look(
    address: &Address,
    purpose: Purpose,
    expected_bytes: u64,
    context: &Context,
) -> Result<Vec<Finding>> {
    let session = Session::maintenance(address, Kind::Source, context).await?;
    let mut findings = vec![client(&session).await?];
    let live = look_up(&session, &address.database).await?;
    if let Some(live) = &live {
        findings.extend(collation::look(&session, address, live).await?);
    }
    match (purpose, live.is_some()) {
        (Purpose::Source, true) => findings.extend(source::look(address, context).await?),
        (Purpose::Source, false) => findings.push(Finding::failure(
            format!(
                "there is no database {} on {}",
                address.database,
                address.server()
            ),
            "check the database in `url` of the app",
        )),
        (Purpose::Target, _) => {
            findings.extend(target::look(&session, address, live.as_ref(), expected_bytes).await?);
        }
    }
    Ok(findings)
}

/// The server's version, and a client for it.
async fn client(session: &Session) -> Result<Finding> {
    let server = server_major(session).await?;
    Ok(match Client::for_server(server).await {
        Ok(client) => Finding::well(format!(
            "{} is PostgreSQL {server}, read with pg_dump {} at {}",
            session.subject.place,
            client.version,
            client.path.display()
        )),
        Err(error) => failed(&error),
    })
}

/// An error as a finding.
fn failed(error: &Error) -> Finding {
    let what = format!("{}: {}", error.doing(), error.cause());
    Finding::failure(what, error.hint_text().unwrap_or("see the server's log"))
}
