//! Who a database is.

use crate::config::{Address, Host, Session, literal};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;

/// The facts.
pub(crate) async fn identity(address: &Address, context: &Context) -> Result<Identity> {
    let mut session = Session::open(address, Kind::Source, context).await?;
    let identity = of(&mut session, address).await?;
    session.close().await;
    Ok(identity)
}

/// The facts, asked on a connection that is there. MariaDB's identifier is made of a network
/// card's, so two servers on one host share it, and it is told together with where the data lie.
pub(crate) async fn of(session: &mut Session, address: &Address) -> Result<Identity> {
    let doing = "ask for the identity of";
    let sql = "SELECT @@hostname, @@port, @@datadir, @@lower_case_table_names";
    let row = session.row(doing, sql).await?;
    let row = row.ok_or_else(|| silent(session))?;
    let place = format!("{}:{}", row.text(1)?, row.text(2)?);
    let database = match row.number(3)? {
        0 => address.database.clone(),
        _ => address.database.to_lowercase(),
    };
    let mut identity = located(address, &database);
    let (variable, place) = match session.server.is_mariadb() {
        true => ("server_uid", format!(":{place}")),
        false => ("server_uuid", String::new()),
    };
    let own = match variable_of(session, variable).await? {
        Some(own) => format!("{own}{place}"),
        // Servers before 10.6.19 have no identifier. The host's name alone tells replicas of two
        // clusters apart from nothing, so it stands in only where there is nothing better.
        None => format!("{}{place}", row.text(0)?),
    };
    identity = identity.with("server", format!("{own}/{database}"));
    if let Some(cluster) = cluster(session).await? {
        identity = identity.with("cluster", format!("{cluster}/{database}"));
    }
    Ok(identity)
}

/// A variable of the server, where it has one of that name.
async fn variable_of(session: &mut Session, name: &str) -> Result<Option<String>> {
    let sql = format!(
        "SHOW GLOBAL VARIABLES WHERE Variable_name = {}",
        literal(name)
    );
    let row = session.row("ask for the identity of", &sql).await?;
    let value = row.map(|row| row.text(1)).transpose()?;
    Ok(value.filter(|value| !value.is_empty()))
}

/// What the nodes of a Galera cluster share: they hold the same rows.
async fn cluster(session: &mut Session) -> Result<Option<String>> {
    let sql = "SHOW GLOBAL STATUS WHERE Variable_name = 'wsrep_cluster_state_uuid'";
    let row = session.row("ask for the identity of", sql).await?;
    let value = row.map(|row| row.text(1)).transpose()?;
    Ok(value.filter(|value| value.bytes().any(|byte| !matches!(byte, b'0' | b'-'))))
}

/// Refuses facts that [`identity`] would never tell, so that a source named by hand is known again.
pub(crate) fn refuse_other_facts(source: &Identity) -> Result<()> {
    let mut facts = source.facts();
    let cause = match facts.find(|(fact, value)| !is_told(fact, value)) {
        Some((fact, _)) => format!("{fact:?} is no fact of a MySQL database, or not in its form"),
        None if source.facts().next().is_some() => return Ok(()),
        None => "nothing is told of it".to_owned(),
    };
    Err(Error::new(Kind::Usage, "name the source of the dump", cause).hint(
        "name host, port and database: `address=db.example:3306/app`, or what SELECT @@server_uuid \
         says and the database: `server=3e11fa47-71ca-11e1-9e33-c80aa9429562/app`",
    ))
}

fn is_told(fact: &str, value: &str) -> bool {
    let Some((place, database)) = value.rsplit_once('/') else {
        return false;
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    !database.is_empty()
        && match fact {
            "address" => place
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && is_port(port)),
            "socket" => place.contains(":/"),
            "server" | "cluster" => !place.is_empty(),
            _ => false,
        }
}

/// What the address alone tells.
fn located(address: &Address, database: &str) -> Identity {
    match &address.host {
        Host::Socket(path) => {
            let socket = format!("{}:{}/{database}", hostname(), path.display());
            Identity::default().with("socket", socket)
        }
        Host::Tcp(host, port) => {
            let host = on_this_host(host);
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
    let mut session = Session::open(address, Kind::Source, context).await?;
    let found = has_schema(&mut session, &address.database).await?;
    session.close().await;
    Ok(found)
}

/// Whether a schema is there.
pub(crate) async fn has_schema(session: &mut Session, schema: &str) -> Result<bool> {
    let sql = format!(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}",
        literal(schema)
    );
    Ok(session.row("look for the schema of", &sql).await?.is_some())
}

fn silent(session: &Session) -> Error {
    let doing = format!("ask for the identity of {}", session.subject.place);
    Error::new(session.subject.kind, doing, "the server told nothing")
        .hint("see whether `url` leads to a MySQL or MariaDB server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_facts_that_are_told_are_taken() {
        for (fact, value) in [
            ("address", "db.example:3306/app"),
            ("address", "vm:127.0.0.1:3306/app"),
            ("server", "3e11fa47-71ca-11e1-9e33-c80aa9429562/app"),
            (
                "server",
                "ZgzdWILDHdqHciDZB2j1vWeSurI=:3306:/var/lib/mysql//app",
            ),
            ("socket", "vm:/run/mysqld/mysqld.sock/app"),
        ] {
            let told = Identity::default().with(fact, value);
            assert!(refuse_other_facts(&told).is_ok(), "{fact} {value}");
        }
        for (fact, value) in [
            ("address", "db.example/app"),
            ("address", "db.example:3306"),
            ("cluster", ""),
            ("file", "2049:131"),
        ] {
            let told = Identity::default().with(fact, value);
            let error = refuse_other_facts(&told).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{fact} {value}");
        }
        assert!(refuse_other_facts(&Identity::default()).is_err());
    }
}
