//! One connection to a server.

mod guard;
mod scan;

pub(crate) use guard::{Guard, end_all};
use scan::Scan;

use super::tls::Mode;
use super::{Address, Host, Record, Server, Subject, identifier};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, DriverError, Error as Failed, Opts, OptsBuilder};
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// How long a server may take to let somebody in.
const CONNECT: Duration = Duration::from_secs(10);

/// Makes rows read and written the same wherever and whenever that is done. Nothing ends a long
/// statement but the run itself; waiting for somebody else's lock has its own bound.
const SETTINGS: [&str; 3] = [
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone = '+00:00', \
     autocommit = 1, foreign_key_checks = 0, unique_checks = 0, sql_quote_show_create = 1, \
     net_write_timeout = 3600, net_read_timeout = 3600, wait_timeout = 31536000, \
     lock_wait_timeout = 60, innodb_lock_wait_timeout = 60, group_concat_max_len = 1048576, \
     sql_big_selects = 1, sql_safe_updates = 0, max_join_size = 18446744073709551615, \
     sql_select_limit = 18446744073709551615",
    // The server's own deadline for statements, each flavour's by its own name.
    "SET SESSION max_statement_time = 0",
];

/// Limits that MariaDB alone has, for connections that wait within a transaction.
const NO_IDLE_LIMITS: &str = "SET SESSION idle_transaction_timeout = 0, \
     idle_readonly_transaction_timeout = 0, idle_write_transaction_timeout = 0";
/// The largest packet that is taken, in bytes: what a server sends may be larger than what it takes.
const LARGEST_PACKET: usize = 1 << 30;

/// What an INSERT did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Rows that are there now.
    pub(crate) rows: u64,
    /// What the server had to say about values.
    pub(crate) warnings: u16,
}

/// A connection, with what stands around it.
pub(crate) struct Session {
    conn: Conn,
    guard: Guard,
    /// The server at the other end.
    pub(crate) server: Server,
    /// For whom errors are told.
    pub(crate) subject: Subject,
    /// Who asked for the work.
    pub(crate) context: Context,
}

impl Session {
    /// Enters the server of the address, with no default schema.
    pub(crate) async fn open(address: &Address, kind: Kind, context: &Context) -> Result<Self> {
        let subject = Subject {
            place: address.place(),
            kind,
        };
        let doing = format!("connect to {}", subject.place);
        let connecting = connect(address, &subject);
        let (mut conn, options) = context.unless_stopped(&doing, connecting).await?;
        let version = async {
            let version: Option<String> = conn.query_first("SELECT VERSION()").await?;
            Ok(version.unwrap_or_default())
        };
        let version = context.unless_stopped(&doing, async {
            version
                .await
                .map_err(|error| subject.failure("ask for the version of", error))
        });
        let server = Server::of(&version.await?)?;
        let guard = Guard::new(options, conn.id(), subject.clone(), context.clone());
        let mut session = Self {
            conn,
            guard,
            server,
            subject,
            context: context.clone(),
        };
        session.prepare().await?;
        Ok(session)
    }

    async fn prepare(&mut self) -> Result<()> {
        let doing = "prepare a session of";
        for settings in SETTINGS {
            let settings = match self.server.is_mariadb() {
                true => settings.to_owned(),
                false => settings.replace("max_statement_time", "max_execution_time"),
            };
            self.run(doing, &settings).await?;
        }
        if self.server.is_mariadb() {
            self.run(doing, NO_IDLE_LIMITS).await?;
        } else {
            // Estimates would be a day old, and a table without a key would get one that the
            // source does not have.
            self.run(doing, "SET SESSION information_schema_stats_expiry = 0")
                .await?;
            if self.server.version >= (8, 0, 30) {
                let own = "SET SESSION sql_generate_invisible_primary_key = OFF";
                self.run(doing, own).await?;
            }
        }
        Ok(())
    }

    /// What work on this connection is done within: it outlives a call, and ends the connection
    /// when the run is stopped.
    pub(crate) fn guard(&self) -> Guard {
        self.guard.clone()
    }

    /// Heeds another request to stop from now on, e.g. none while copies change places.
    pub(crate) fn listen_to(&mut self, context: &Context) {
        self.context = context.clone();
        self.guard.listen_to(context);
    }

    /// The server's number of the connection, as its process list has it.
    pub(crate) fn connection_id(&self) -> u32 {
        self.conn.id()
    }

    /// Makes a schema the one that names without one mean.
    pub(crate) async fn use_schema(&mut self, schema: &str) -> Result<()> {
        self.run("enter", &format!("USE {}", identifier(schema)))
            .await
    }

    /// Runs one statement whose answer does not matter. `doing` is followed by the place.
    pub(crate) async fn run(&mut self, doing: &str, sql: &str) -> Result<()> {
        let (subject, guard) = (self.subject.clone(), self.guard.clone());
        let call = async {
            let done = self.conn.query_drop(sql).await;
            done.map_err(|error| subject.failure(doing, error))
        };
        guard.work(doing, call).await
    }

    /// Runs one statement; what the server warned about is returned as its numbers and no text.
    pub(crate) async fn insert(&mut self, doing: &str, sql: &[u8]) -> Result<Written> {
        let (subject, guard) = (self.subject.clone(), self.guard.clone());
        let call = async {
            let ran = self.conn.query_drop(sql).await;
            ran.map_err(|error| subject.failure(doing, error))?;
            Ok(Written {
                rows: self.conn.affected_rows(),
                warnings: self.conn.get_warnings(),
            })
        };
        guard.work(doing, call).await
    }

    /// The rows of a query whose answer is small.
    pub(crate) async fn rows(&mut self, doing: &str, sql: &str) -> Result<Vec<Record>> {
        let (subject, guard) = (self.subject.clone(), self.guard.clone());
        let call = async {
            let rows = self.conn.query::<mysql_async::Row, _>(sql).await;
            rows.map_err(|error| subject.failure(doing, error))
        };
        let rows = guard.work(doing, call).await?;
        let subject = &self.subject;
        let records = rows.into_iter().map(|row| Record::new(row, doing, subject));
        Ok(records.collect())
    }

    /// The first row of such a query, if it has one.
    pub(crate) async fn row(&mut self, doing: &str, sql: &str) -> Result<Option<Record>> {
        Ok(self.rows(doing, sql).await?.into_iter().next())
    }

    /// Begins to read a large answer. MUST be done within [`Guard::work`].
    pub(crate) async fn scan(&mut self, doing: &str, sql: &str) -> Result<Scan<'_>> {
        Scan::begin(&mut self.conn, &self.subject, doing, sql).await
    }

    /// Leaves the server in peace: what the connection held is given back at once.
    pub(crate) async fn close(self) {
        // A connection that is gone has left.
        let _ = tokio::time::timeout(CONNECT, self.conn.disconnect()).await;
    }
}

/// Connects, with TLS where it is asked for and, where it is only preferred, where there is some.
async fn connect(address: &Address, subject: &Subject) -> Result<(Conn, Opts)> {
    let attempt = |options: Opts| async {
        let connecting = tokio::time::timeout(CONNECT, Conn::new(options.clone())).await;
        match connecting {
            Ok(Ok(conn)) => Ok(Ok((conn, options))),
            Ok(Err(error)) => Ok(Err(error)),
            Err(_) => Err(unanswered(subject)),
        }
    };
    let with_tls = options(address, true);
    let failed = match attempt(with_tls).await? {
        Ok(connected) => return Ok(connected),
        Err(error) => error,
    };
    let is_plain = matches!(
        &failed,
        Failed::Driver(DriverError::NoClientSslFlagFromServer)
    );
    if !(is_plain && address.tls.mode == Mode::Preferred) {
        return Err(subject.failure("connect to", failed));
    }
    let connected = attempt(options(address, false)).await?;
    connected.map_err(|error| subject.failure("connect to", error))
}

fn options(address: &Address, tls: bool) -> Opts {
    let builder = OptsBuilder::default()
        .user(Some(&address.user))
        .pass(address.password.as_ref().map(|password| password.reveal()))
        .prefer_socket(false)
        .tcp_keepalive(Some(Duration::from_secs(60)))
        .tcp_nodelay(true)
        .stmt_cache_size(0)
        .max_allowed_packet(Some(LARGEST_PACKET))
        .connect_attribute("program_name", "weir");
    let builder = match &address.host {
        Host::Socket(path) => builder.socket(path.to_str()),
        // Nobody listens on a socket, so TLS is for what goes through a network.
        Host::Tcp(host, port) => builder
            .ip_or_hostname(host.as_str())
            .tcp_port(*port)
            .ssl_opts(address.tls.options().filter(|_| tls)),
    };
    builder.into()
}

fn unanswered(subject: &Subject) -> Error {
    let cause = format!("no answer within {} seconds", CONNECT.as_secs());
    Error::new(subject.kind, format!("connect to {}", subject.place), cause)
        .hint("check `url` of the app, and that the server is reached from here")
        .transient()
}
