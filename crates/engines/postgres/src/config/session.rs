//! One connection to a server.

use super::notices::Notices;
use super::tls::{Connector, Mode};
use super::{Address, Subject};
use std::time::Duration;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Row, types::ToSql};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// How long a server may take to let somebody in.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a server may take to hear that a statement is given up.
const CANCEL: Duration = Duration::from_secs(2);

/// Makes rows read the same wherever and whenever they are read; nothing ends a long statement
/// but the run itself. `restrict_nonsystem_relation_kind` and the like are not known to every
/// version, so they are not here.
const SETTINGS: &str = "SET client_encoding = 'UTF8'; SET DateStyle = ISO, MDY; \
     SET IntervalStyle = postgres; SET TimeZone = 'UTC'; SET extra_float_digits = 3; \
     SET bytea_output = hex; SET xmloption = content; SET lc_monetary = 'C'; \
     SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
     SET synchronize_seqscans = off; SET row_security = off; SET check_function_bodies = off; \
     SET client_min_messages = warning";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Rows are read or written, as they are: names are told in full.
    Data,
    /// Scripts run as the application's own statements would.
    Scripts,
}

/// A connection, with what stands around it.
pub(crate) struct Session {
    client: Client,
    notices: Notices,
    /// Encrypts what goes to the server, also by another connection.
    tls: Connector,
    /// For whom errors are told.
    pub(crate) subject: Subject,
    /// Who asked for the work.
    pub(crate) context: Context,
}

impl Session {
    /// Enters the database of the address.
    pub(crate) async fn open(address: &Address, kind: Kind, context: &Context) -> Result<Self> {
        Self::enter(address, &address.database, Purpose::Data, kind, context).await
    }

    /// Enters the database that others are made and renamed from.
    pub(crate) async fn maintenance(
        address: &Address,
        kind: Kind,
        context: &Context,
    ) -> Result<Self> {
        Self::enter(address, &address.maintenance, Purpose::Data, kind, context).await
    }

    /// Enters a database of the server.
    pub(crate) async fn enter(
        address: &Address,
        database: &str,
        purpose: Purpose,
        kind: Kind,
        context: &Context,
    ) -> Result<Self> {
        let subject = Subject {
            place: format!("{database} on {}", address.server()),
            kind,
        };
        let doing = "connect to";
        let tls = address.tls.connector().await?;
        let connected = async {
            let configuration = configuration(address, database);
            match tokio::time::timeout(CONNECT, configuration.connect(tls.connect())).await {
                Ok(connected) => connected.map_err(|error| subject.failure(doing, error)),
                Err(_) => Err(unanswered(&subject)),
            }
        };
        let what = format!("{doing} {}", subject.place);
        let (client, connection) = context.unless_stopped(&what, connected).await?;
        let notices = Notices::default();
        tokio::spawn(notices.clone().serve(connection));
        let session = Self {
            client,
            notices,
            tls: tls.clone(),
            subject,
            context: context.clone(),
        };
        session.run("prepare a session of", SETTINGS).await?;
        if purpose == Purpose::Data {
            session
                .run("prepare a session of", "SET search_path = ''")
                .await?;
        }
        Ok(session)
    }

    /// Waits for a call, unless the run is stopped: then the server is told to give it up.
    pub(crate) async fn wait<T>(
        &self,
        doing: &str,
        call: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        let call = async {
            call.await
                .map_err(|error| self.subject.failure(doing, error))
        };
        self.work(doing, call).await
    }

    /// The same for work that makes several calls.
    pub(crate) async fn work<T>(
        &self,
        doing: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let what = format!("{doing} {}", self.subject.place);
        let done = self.context.unless_stopped(&what, work).await;
        if let Err(error) = &done
            && matches!(error.kind(), Kind::Interrupted | Kind::Deadline)
        {
            self.cancel().await;
        }
        done
    }

    /// Begins to read one moment of the database, which others can read too by the name returned.
    pub(crate) async fn snapshot(&self) -> Result<String> {
        let doing = "open a snapshot of";
        self.run(doing, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let sql = "SELECT pg_catalog.pg_export_snapshot()";
        match self.row(doing, sql, &[]).await? {
            Some(row) => self.get(doing, &row, 0),
            None => Ok(String::new()),
        }
    }

    /// Begins to read the moment that another connection holds.
    pub(crate) async fn join_snapshot(&self, snapshot: &str) -> Result<()> {
        let sql = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT {}",
            super::literal(snapshot)
        );
        self.run("join the snapshot of", &sql).await
    }

    /// The number of the transaction at hand, as the rows it writes bear it.
    pub(crate) async fn transaction(&self, doing: &str) -> Result<Option<String>> {
        let sql = "SELECT (pg_catalog.txid_current() % 4294967296)::text";
        let row = self.row(doing, sql, &[]).await?;
        row.map(|row| self.get(doing, &row, 0)).transpose()
    }

    /// Asks the server to give up what it does for this connection.
    async fn cancel(&self) {
        let token = self.client.cancel_token();
        // The connection goes with the run anyway; this only saves the server some work.
        let _ = tokio::time::timeout(CANCEL, token.cancel_query(self.tls.connect())).await;
    }

    /// Runs statements whose answers do not matter.
    pub(crate) async fn run(&self, doing: &str, sql: &str) -> Result<()> {
        self.wait(doing, self.client.batch_execute(sql)).await
    }

    /// Runs statements; returns the details of what the server said meanwhile.
    pub(crate) async fn run_heard(&self, doing: &str, sql: &str) -> Result<Vec<String>> {
        self.notices.take();
        self.run(doing, sql).await?;
        Ok(self.notices.take())
    }

    /// Runs one statement, and never more than one: what it answers does not matter.
    pub(crate) async fn run_one(&self, doing: &str, sql: &str) -> Result<()> {
        self.wait(doing, self.client.execute(sql, &[]))
            .await
            .map(drop)
    }

    /// The rows of a query.
    pub(crate) async fn rows(
        &self,
        doing: &str,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>> {
        self.wait(doing, self.client.query(sql, parameters)).await
    }

    /// The first row of a query, if it has one.
    pub(crate) async fn row(
        &self,
        doing: &str,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>> {
        Ok(self.rows(doing, sql, parameters).await?.into_iter().next())
    }

    /// A value of a row, by its place.
    pub(crate) fn get<'a, T: tokio_postgres::types::FromSql<'a>>(
        &self,
        doing: &str,
        row: &'a Row,
        column: usize,
    ) -> Result<T> {
        row.try_get(column)
            .map_err(|error| self.subject.failure(doing, error))
    }

    /// The client, for streams of rows.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

fn configuration(address: &Address, database: &str) -> Config {
    let mut configuration = Config::new();
    match address.socket() {
        Some(folder) => configuration.host_path(folder),
        None => configuration.host(&address.host),
    };
    configuration
        .port(address.port)
        .user(&address.user)
        .dbname(database)
        .application_name("weir")
        .ssl_mode(ssl_mode(address))
        .connect_timeout(CONNECT)
        .keepalives_idle(Duration::from_secs(60));
    if let Some(password) = &address.password {
        configuration.password(password.reveal());
    }
    configuration
}

/// What is asked beyond `Require` is asked by the connector.
fn ssl_mode(address: &Address) -> SslMode {
    match address.tls.mode {
        // Nobody listens on a socket, and no server offers TLS there.
        _ if address.socket().is_some() => SslMode::Disable,
        Mode::Disable => SslMode::Disable,
        Mode::Prefer => SslMode::Prefer,
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
    }
}

fn unanswered(subject: &Subject) -> Error {
    let cause = format!("no answer within {} seconds", CONNECT.as_secs());
    Error::new(subject.kind, format!("connect to {}", subject.place), cause)
        .hint("check `url` of the app, and that the server is reached from here")
        .transient()
}
