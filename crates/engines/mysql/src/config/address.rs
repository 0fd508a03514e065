//! The address of a database: `mysql://user@host:port/database?…`.

use super::option_file;
use super::tls::{self, Tls};
use std::path::{Path, PathBuf};
use url::Url;
use weir_engine::{Endpoint, Secret, TargetPolicy};
use weir_model::error::{Error, Kind, Result};

const DEFAULT_PORT: u16 = 3306;
/// The longest name of a schema, in characters.
const LONGEST: usize = 64;
/// Stands for a host that is named by an option: an address with a user must have one.
const NO_HOST: &str = "named-by-an-option";
/// What stands before the name of a drill's schema.
pub(crate) const DRILL: &str = "_weir_drill_";

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// A host name or IP address, and a port.
    Tcp(String, u16),
    /// A unix socket.
    Socket(PathBuf),
}

/// A database on a server, and how to get in.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// Where the server listens.
    pub(crate) host: Host,
    /// Who enters.
    pub(crate) user: String,
    /// The password, where one is configured.
    pub(crate) password: Option<Secret>,
    /// The database: a schema of the server.
    pub(crate) database: String,
    /// What a restore does about what its server lacks.
    pub(crate) policy: TargetPolicy,
    /// How its connections are encrypted.
    pub(crate) tls: Tls,
}

/// What an address and its option file say, before it is known to be whole.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) socket: Option<PathBuf>,
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) tls: tls::Options,
}

impl Address {
    /// Reads the address of an endpoint, and the option file that it names.
    pub(crate) fn of(endpoint: &Endpoint) -> Result<Self> {
        let url = parse(&endpoint.url).ok_or_else(|| wrong("`url` is no address"))?;
        if !matches!(url.scheme(), "mysql" | "mariadb") {
            return Err(wrong("it does not begin with `mysql://`"));
        }
        if url.password().is_some() {
            return Err(wrong("it holds a password, which belongs into `password`"));
        }
        let database = decoded(url.path().trim_start_matches('/'))?;
        refuse_name(&database)?;
        let mut parts = Parts {
            host: named(decoded(host(&url))?),
            port: url.port(),
            user: named(decoded(url.username())?),
            password: endpoint.password.clone(),
            ..Parts::default()
        };
        let mut file = None;
        for (name, value) in url.query_pairs() {
            match name.replace('_', "-").as_str() {
                "socket" => parts.socket = Some(value.into_owned().into()),
                "defaults-file" => file = Some(PathBuf::from(value.into_owned())),
                other if parts.tls.take(other, &value) => {}
                other => {
                    return Err(wrong(&format!(
                        "it has the option {other:?}, which is unknown"
                    )));
                }
            }
        }
        if let Some(file) = file {
            option_file::read(&file, &mut parts)?;
        }
        parts.whole(database, endpoint)
    }

    /// Where the server is, for people.
    pub(crate) fn server(&self) -> String {
        match &self.host {
            Host::Socket(path) => path.display().to_string(),
            Host::Tcp(host, port) if host.contains(':') => format!("[{host}]:{port}"),
            Host::Tcp(host, port) => format!("{host}:{port}"),
        }
    }

    /// The database and its server, for people.
    pub(crate) fn place(&self) -> String {
        format!("{} on {}", self.database, self.server())
    }
}

impl Parts {
    fn whole(self, database: String, endpoint: &Endpoint) -> Result<Address> {
        let host = match (self.socket, self.host) {
            (Some(socket), _) if socket.is_absolute() => Host::Socket(socket),
            (Some(_), _) => return Err(wrong("`socket` is no absolute path")),
            (None, Some(host)) => Host::Tcp(host, self.port.unwrap_or(DEFAULT_PORT)),
            (None, None) => return Err(wrong("it names no host and no socket")),
        };
        Ok(Address {
            host,
            user: self.user.ok_or_else(|| wrong("it names no user"))?,
            password: self.password,
            database,
            policy: endpoint.policy.clone(),
            tls: self.tls.read()?,
        })
    }
}

/// Names that a server takes only in part, or that are its own.
fn refuse_name(database: &str) -> Result<()> {
    let letters = database.chars().count();
    if letters == 0 || letters > LONGEST || database.contains('\0') || database.ends_with(' ') {
        return Err(wrong("it names no database of 1 to 64 characters"));
    }
    let own = ["mysql", "information_schema", "performance_schema", "sys"];
    if own.iter().any(|name| database.eq_ignore_ascii_case(name)) {
        return Err(wrong("it names a schema that is the server's own"));
    }
    Ok(())
}

fn named(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn decoded(text: &str) -> Result<String> {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| wrong("it is not UTF-8"))
}

fn wrong(cause: &str) -> Error {
    Error::new(Kind::Config, "read the address of the database", cause).hint(
        "an address looks like `mysql://weir@host:3306/database`; a socket is named by \
         `mysql://weir@/database?socket=/run/mysqld/mysqld.sock`",
    )
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

/// Reads an address, also one like `mysql://weir@/database?socket=/run/mysqld/mysqld.sock`.
fn parse(text: &str) -> Option<Url> {
    let parts = text.split_once("://").and_then(|(scheme, rest)| {
        if rest.starts_with('/') {
            return Some(format!("{scheme}://{NO_HOST}{rest}"));
        }
        let (user, rest) = rest.split_once('@')?;
        let is_without_host = rest.starts_with('/') && !user.contains('/');
        is_without_host.then(|| format!("{scheme}://{user}@{NO_HOST}{rest}"))
    });
    Url::parse(parts.as_deref().unwrap_or(text)).ok()
}

/// An address of a schema that nobody else knows, on the same server. Its name is derived from
/// the folder, so that whoever finds the folder finds the schema.
pub(crate) fn scratch_endpoint(endpoint: &Endpoint, folder: &Path) -> Result<Endpoint> {
    let address = Address::of(endpoint)?;
    let unnamed = |cause: &str| Error::new(Kind::Config, "name a scratch copy", cause);
    let text = folder.to_str().ok_or_else(|| {
        unnamed("the folder's name is not UTF-8").hint("set TMPDIR to a folder whose name is")
    })?;
    let name = super::own_name(DRILL, &format!("{}{text}", address.database));
    let mut url = parse(&endpoint.url)
        .ok_or_else(|| unnamed("`url` is no address").hint("check `url` of the app"))?;
    url.set_path(&format!(
        "/{}",
        percent_encoding::utf8_percent_encode(&name, percent_encoding::NON_ALPHANUMERIC)
    ));
    let url = String::from(url);
    Ok(Endpoint {
        url: url.replacen(&format!("{NO_HOST}/"), "/", 1),
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
        let address = Address::of(&endpoint("mysql://weir@db.internal/caf%C3%A9")).unwrap();
        assert_eq!(address.host, Host::Tcp("db.internal".to_owned(), 3306));
        assert_eq!(address.place(), "café on db.internal:3306");
        let socket = Address::of(&endpoint("mysql://weir@/app?socket=/run/s")).unwrap();
        assert_eq!(socket.host, Host::Socket("/run/s".into()));
        let six = Address::of(&endpoint("mariadb://weir@[2001:db8::1]:3307/app")).unwrap();
        assert_eq!(six.server(), "[2001:db8::1]:3307");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for url in [
            "postgres://weir@host/app",
            "mysql://weir@host/",
            "mysql://host/app",
            "mysql://weir@/app",
            "mysql://weir@host/app?ssl-mod=REQUIRED",
            "mysql://weir:hunter2@host/app",
            "mysql://weir@host/information_schema",
            "nonsense",
        ] {
            let error = Address::of(&endpoint(url)).unwrap_err();
            assert_eq!(error.kind(), Kind::Config, "{url}");
            assert!(!format!("{error:?} {error}").contains("hunter2"));
        }
    }

    #[test]
    fn an_option_file_says_what_the_address_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("client.cnf");
        let text = "# ours\n[mysqld]\nuser=other\n[client]\nuser = weir\npassword=\"hunter 2\"\n\
                    host=db\nport=3307\nssl-mode=DISABLED\n";
        std::fs::write(&file, text).unwrap();
        let url = format!("mysql:///app?defaults-file={}", file.display());
        let address = Address::of(&endpoint(&url)).unwrap();
        assert_eq!(address.host, Host::Tcp("db".to_owned(), 3307));
        assert_eq!(address.user, "weir");
        let password = address.password.as_ref().unwrap();
        assert_eq!(password.reveal(), "hunter 2");
        assert!(!format!("{address:?}").contains("hunter"));
    }

    #[test]
    fn scratch_places_are_apart_and_keep_the_rest() {
        let live = endpoint("mysql://weir@/app?socket=/run/s");
        let one = scratch_endpoint(&live, Path::new("/tmp/one")).unwrap();
        let other = scratch_endpoint(&live, Path::new("/tmp/other")).unwrap();
        let (one, other) = (Address::of(&one).unwrap(), Address::of(&other).unwrap());
        assert_ne!(one.database, other.database);
        assert!(one.database.starts_with(DRILL) && one.database.chars().count() <= LONGEST);
        assert_eq!(one.host, Host::Socket("/run/s".into()));
    }
}
