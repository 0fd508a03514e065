//! Who a database is.

use crate::config::{Address, Session};
use crate::stamp::look_up;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;

/// The facts. The cluster's own identifier is shared by its clones and by its standbys, so it is
/// told together with the database's number; an address that means another machine on every host
/// is told together with the host's name.
pub(crate) async fn identity(address: &Address, context: &Context) -> Result<Identity> {
    let session = Session::maintenance(address, Kind::Source, context).await?;
    let doing = "ask for the identity of";
    let database = &address.database;
    let mut identity = located(address);
    if let Some(known) = look_up(&session, database).await? {
        let sql = "SELECT system_identifier::text FROM pg_catalog.pg_control_system()";
        // Who may not ask is told apart by the addresses alone.
        if let Ok(Some(row)) = session.row(doing, sql, &[]).await {
            let cluster: String = session.get(doing, &row, 0)?;
            identity = identity.with("cluster", format!("{cluster}/{}", known.oid));
        }
    }
    let sql =
        "SELECT pg_catalog.host(pg_catalog.inet_server_addr()), pg_catalog.inet_server_port()";
    if let Some(row) = session.row(doing, sql, &[]).await? {
        let host: Option<String> = session.get(doing, &row, 0)?;
        let port: Option<i32> = session.get(doing, &row, 1)?;
        if let (Some(host), Some(port)) = (host, port) {
            let server = format!("{}:{port}/{database}", on_this_host(&host));
            identity = identity.with("server", server);
        }
    }
    Ok(identity)
}

/// Refuses facts that [`identity`] would never tell, so that a source named by hand is known again.
pub(crate) fn refuse_other_facts(source: &Identity) -> Result<()> {
    let mut facts = source.facts();
    let cause = match facts.find(|(fact, value)| !is_told(fact, value)) {
        Some((fact, _)) => {
            format!("{fact:?} is no fact of a PostgreSQL database, or not in its form")
        }
        None if source.facts().next().is_some() => return Ok(()),
        None => "nothing is told of it".to_owned(),
    };
    Err(Error::new(Kind::Usage, "name the source of the dump", cause).hint(
        "name host, port and database: `address=db.example:5432/app`, or the cluster's identifier and \
         the database's number: `cluster=7301234567890123456/16384`",
    ))
}

fn is_told(fact: &str, value: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (fact, value.split_once('/')) {
        ("cluster", Some((cluster, database))) => number(cluster) && number(database),
        ("address" | "server", Some((place, database))) => {
            let place = place.rsplit_once(':');
            place.is_some_and(|(host, port)| !host.is_empty() && number(port))
                && !database.is_empty()
        }
        ("socket", Some((host, rest))) => {
            host.ends_with(':') && rest.contains('/') && rest.contains(':')
        }
        _ => false,
    }
}

/// What the address alone tells.
fn located(address: &Address) -> Identity {
    let (port, database) = (address.port, &address.database);
    match address.socket() {
        Some(folder) => {
            let socket = format!("{}:{}:{port}/{database}", hostname(), folder.display());
            Identity::default().with("socket", socket)
        }
        None => {
            let host = on_this_host(&address.host);
            Identity::default().with("address", format!("{host}:{port}/{database}"))
        }
    }
}

/// An address; one that every host has for itself is told with this host's name.
fn on_this_host(host: &str) -> String {
    let loopback = host
        .parse::<std::net::IpAddr>()
        .map_or(host == "localhost", |address| address.is_loopback());
    match loopback {
        true => format!("{}:{host}", hostname()),
        false => host.to_owned(),
    }
}

fn hostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .unwrap_or_default()
}

/// Whether the database is there.
pub(crate) async fn exists(address: &Address, context: &Context) -> Result<bool> {
    let session = Session::maintenance(address, Kind::Source, context).await?;
    Ok(look_up(&session, &address.database).await?.is_some())
}
