//! The address of a database: `postgres://user@host:port/database?…`.

use super::tls::{self, Tls};
use std::path::{Path, PathBuf};
use url::Url;
use weir_engine::{Endpoint, Secret, TargetPolicy};
use weir_model::error::{Error, Kind, Result};

/// The database that databases are made and renamed from, unless the address names another.
const MAINTENANCE: &str = "postgres";
const DEFAULT_PORT: u16 = 5432;
/// Stands for a host that is named by an option: an address with a user must have one.
const NO_HOST: &str = "named-by-an-option";
/// What stands before the name of a drill's database.
pub(crate) const DRILL: &str = "_weir_drill_";

/// A database on a server, and how to get in.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// A host name, an IP address, or the folder of a unix socket.
    pub(crate) host: String,
    /// The port, which also names the socket.
    pub(crate) port: u16,
    /// Who enters.
    pub(crate) user: String,
    /// The password, where one is configured.
    pub(crate) password: Option<Secret>,
    /// The database.
    pub(crate) database: String,
    /// The database that others are made and renamed from.
    pub(crate) maintenance: String,
    /// Whose the database is to be, where that is configured.
    pub(crate) owner: Option<String>,
    /// What a restore does about what its server lacks.
    pub(crate) policy: TargetPolicy,
    /// How its connections are encrypted.
    pub(crate) tls: Tls,
}

impl Address {
    /// Reads the address of an endpoint.
    pub(crate) fn of(endpoint: &Endpoint) -> Result<Self> {
        let wrong = |cause: &str| {
            Error::new(Kind::Config, "read the address of the database", cause)
                .hint("an address looks like `postgres://weir@host:5432/database`; a socket is named by `?host=/var/run/postgresql`")
        };
        let url = parse(&endpoint.url).ok_or_else(|| wrong("`url` is no address"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(wrong("it does not begin with `postgres://`"));
        }
        if url.password().is_some() {
            return Err(wrong("it holds a password, which belongs into `password`"));
        }
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8()
                .map(std::borrow::Cow::into_owned)
                .map_err(|_| wrong("it is not UTF-8"))
        };
        let database = decoded(url.path().trim_start_matches('/'))?;
        if database.is_empty() || database.len() > 63 || database.contains('\0') {
            return Err(wrong("it names no database of 1 to 63 bytes"));
        }
        let mut tls = tls::Options::default();
        let mut address = Self {
            host: decoded(host(&url))?,
            port: url.port().unwrap_or(DEFAULT_PORT),
            user: decoded(url.username())?,
            password: endpoint.password.clone(),
            database,
            maintenance: MAINTENANCE.to_owned(),
            owner: endpoint.owner.clone(),
            policy: endpoint.policy.clone(),
            tls: Tls::default(),
        };
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "host" => address.host = value.into_owned(),
                "port" => address.port = value.parse().map_err(|_| wrong("`port` is no port"))?,
                "user" => address.user = value.into_owned(),
                "maintenance_database" => address.maintenance = value.into_owned(),
                other if tls.take(other, &value) => {}
                other => {
                    return Err(wrong(&format!(
                        "it has the option {other:?}, which is unknown"
                    )));
                }
            }
        }
        if address.host.is_empty() || address.user.is_empty() {
            return Err(wrong("it names no host or no user"));
        }
        address.tls = tls.read()?;
        Ok(address)
    }

    /// The folder of the unix socket, where the address names one.
    pub(crate) fn socket(&self) -> Option<&Path> {
        self.host.starts_with('/').then(|| Path::new(&self.host))
    }

    /// Where the server is, for people.
    pub(crate) fn server(&self) -> String {
        match self.socket() {
            Some(folder) => format!("{}:{}", folder.display(), self.port),
            None if self.host.contains(':') => format!("[{}]:{}", self.host, self.port),
            None => format!("{}:{}", self.host, self.port),
        }
    }
}

/// The host as connections are made to it: an IPv6 address has brackets in a URL only.
fn host(url: &Url) -> &str {
    let host = url.host_str().filter(|host| *host != NO_HOST);
    let host = host.unwrap_or_default();
    let inner = host.strip_prefix('[');
    inner
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

/// Reads an address, also one like `postgres://weir@/database?host=/run/postgresql`.
fn parse(text: &str) -> Option<Url> {
    let parts = text.split_once("://").and_then(|(scheme, rest)| {
        let (user, rest) = rest.split_once('@')?;
        let is_without_host = rest.starts_with('/') && !user.contains('/');
        is_without_host.then(|| format!("{scheme}://{user}@{NO_HOST}{rest}"))
    });
    Url::parse(parts.as_deref().unwrap_or(text)).ok()
}

/// An address of a database that nobody else knows, on the same server. Its name is derived from
/// the folder, so that whoever finds the folder finds the database.
pub(crate) fn scratch_endpoint(endpoint: &Endpoint, folder: &Path) -> Result<Endpoint> {
    let address = Address::of(endpoint)?;
    let folder: PathBuf = folder.to_owned();
    let text = folder.to_str().ok_or_else(|| {
        Error::new(
            Kind::Config,
            "name a scratch copy",
            "the folder's name is not UTF-8",
        )
        .hint("set TMPDIR to a folder whose name is")
    })?;
    let name = super::own_name(DRILL, &format!("{}{text}", address.database));
    let mut url = parse(&endpoint.url).ok_or_else(|| {
        Error::new(Kind::Config, "name a scratch copy", "`url` is no address").hint("check `url`")
    })?;
    url.set_path(&format!(
        "/{}",
        percent_encoding::utf8_percent_encode(&name, percent_encoding::NON_ALPHANUMERIC)
    ));
    Ok(Endpoint {
        url: String::from(url).replacen(&format!("@{NO_HOST}/"), "@/", 1),
        ..endpoint.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint {
            url: url.to_owned(),
            database: "app".to_owned(),
            password: None,
            owner: None,
            policy: TargetPolicy::default(),
        }
    }

    #[test]
    fn an_address_is_read() {
        let address = Address::of(&endpoint("postgres://weir@db.internal/caf%C3%A9")).unwrap();
        assert_eq!((address.host.as_str(), address.port), ("db.internal", 5432));
        assert_eq!(address.database, "café");
        let socket = Address::of(&endpoint("postgres://weir@/app?host=/run/pg&port=5433")).unwrap();
        assert_eq!(socket.socket(), Some(Path::new("/run/pg")));
        assert_eq!(socket.server(), "/run/pg:5433");
        let six = Address::of(&endpoint("postgres://weir@[2001:db8::1]:5433/app")).unwrap();
        assert_eq!((six.host.as_str(), six.port), ("2001:db8::1", 5433));
        assert_eq!(six.server(), "[2001:db8::1]:5433");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for url in [
            "mysql://weir@host/app",
            "postgres://weir@host/",
            "postgres://host/app",
            "postgres://weir@host/app?sslmod=require",
            "postgres://weir:hunter2@host/app",
            "nonsense",
        ] {
            let error = Address::of(&endpoint(url)).unwrap_err();
            assert_eq!(error.kind(), Kind::Config, "{url}");
            assert!(!format!("{error:?} {error}").contains("hunter2"));
        }
    }

    #[test]
    fn scratch_places_are_apart_and_keep_the_rest() {
        let live = endpoint("postgres://weir@/app?host=/run/pg");
        let one = scratch_endpoint(&live, Path::new("/tmp/one")).unwrap();
        let other = scratch_endpoint(&live, Path::new("/tmp/other")).unwrap();
        let (one, other) = (Address::of(&one).unwrap(), Address::of(&other).unwrap());
        assert_ne!(one.database, other.database);
        assert!(one.database.starts_with(DRILL) && one.database.len() <= 63);
        assert_eq!(one.host, "/run/pg");
    }
}
