//! Whether a run would get through: the server, what may be read and made there.

mod definers;
mod grants;
mod settings;
mod source;
mod target;

pub(crate) use source::refuse_partial;

use crate::config::{Address, Host, Session};
use crate::identity::has_schema;
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
    let mut session = Session::open(address, Kind::Source, context).await?;
    let session = &mut session;
    let mut findings = vec![reached(session, address).await?];
    let exists = has_schema(session, &address.database).await?;
    match (purpose, exists) {
        (Purpose::Source, true) => findings.extend(source::look(session, address).await?),
        (Purpose::Source, false) => findings.push(Finding::failure(
            format!(
                "there is no database {} on {}, or {} may not see it",
                address.database,
                address.server(),
                address.user
            ),
            "check the database in `url` of the app, and what SHOW GRANTS says there",
        )),
        (Purpose::Target, _) => {
            findings.extend(target::look(session, address, exists, expected_bytes).await?);
        }
    }
    if exists {
        findings.extend(definers::look(session, address).await?);
    }
    Ok(findings)
}

/// The server's version, and whether others on the network can listen.
async fn reached(session: &mut Session, address: &Address) -> Result<Finding> {
    let sql = "SHOW SESSION STATUS LIKE 'Ssl_cipher'";
    let row = session.row("ask for the encryption of", sql).await?;
    let cipher = row.map(|row| row.optional(1)).transpose()?.flatten();
    let cipher = cipher.filter(|cipher| !cipher.is_empty());
    let how = match (&address.host, cipher) {
        (Host::Socket(_), _) => "through its socket".to_owned(),
        (Host::Tcp(..), Some(cipher)) => format!("encrypted with {cipher}"),
        (Host::Tcp(..), None) => "without encryption".to_owned(),
    };
    let place = &session.subject.place;
    let what = format!("{place} is {}, reached {how}", session.server.text);
    Ok(match how.starts_with("without") {
        true => Finding::note(what),
        false => Finding::well(what),
    })
}

/// An error as a finding.
fn failed(error: &Error) -> Finding {
    let what = format!("{}: {}", error.doing(), error.cause());
    Finding::failure(what, error.hint_text().unwrap_or("see the server's log"))
}
