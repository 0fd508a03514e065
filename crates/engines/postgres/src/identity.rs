//! Who a database is.

use crate::config::{Address, Session};
use crate::stamp::look_up;
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::identity::Identity;

/// The facts that `identity` may tell, for whoever names a source by hand.
pub(crate) const FACTS: [&str; 4] = ["address", "cluster", "server", "socket"];

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
    let sql = "SELECT pg_catalog.host(pg_catalog.inet_server_addr()), pg_catalog.inet_server_port()";
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
