//! Plain SQL for the harness, none of the engine's code. The suite calls from threads of its own
//! runtime, which must not wait for another: work is done on a runtime beside it.

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Error, Opts, OptsBuilder, Row, Value};
use percent_encoding::percent_decode_str;
use std::sync::{LazyLock, mpsc};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use weir_engine::Endpoint;

/// How long an application waits for a database that is busy or being replaced.
const PATIENCE: Duration = Duration::from_secs(5);
/// How soon it comes again.
const PAUSE: Duration = Duration::from_millis(5);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all();
    builder.build().expect("start a runtime")
});

/// Rows as text, without the nulls.
type Rows = Vec<Vec<String>>;

/// Where a database is, or would be.
#[derive(Clone)]
pub(crate) struct Database {
    name: String,
    opts: Opts,
}

impl Database {
    pub(crate) fn of(endpoint: &Endpoint) -> Self {
        // Whoever comes by a socket names no host, which an url must do.
        let url = endpoint.url.replace("@/", "@localhost/");
        let url = url::Url::parse(&url).expect("an url of ours");
        let name = decoded(url.path().trim_start_matches('/'));
        let socket = url.query_pairs().find(|(key, _)| key == "socket");
        let password = endpoint.password.as_ref();
        let mut opts = OptsBuilder::default()
            .prefer_socket(false)
            .user(Some(decoded(url.username())))
            .pass(password.map(|password| password.reveal().to_owned()))
            .socket(socket.map(|(_, path)| path.into_owned()));
        if let Some(port) = url.port() {
            opts = opts.ip_or_hostname("127.0.0.1").tcp_port(port);
        }
        Self {
            name,
            opts: opts.into(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The name as SQL quotes it.
    pub(crate) fn quoted(&self) -> String {
        identifier(&self.name)
    }

    /// Another database of the server.
    pub(crate) fn beside(&self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            opts: self.opts.clone(),
        }
    }

    /// No database: for what is asked of the server.
    pub(crate) fn server(&self) -> Self {
        self.beside("")
    }

    /// A connection of a test's own, kept until it is dropped.
    pub(crate) fn connect(&self) -> Connection {
        let opts = self.opts();
        Connection(Some(
            wait(async move { Conn::new(opts).await }).expect("connect"),
        ))
    }

    /// Runs SQL, several statements at once where they are.
    pub(crate) fn run(&self, sql: &str) {
        self.rows(sql);
    }

    /// Asks for rows.
    pub(crate) fn rows(&self, sql: &str) -> Rows {
        wait(query(self.opts(), sql.to_owned())).expect("ask for rows")
    }

    /// Does the same as an application, which comes again while the database is being replaced.
    pub(crate) fn patiently(&self, sql: &str) -> Result<Rows, String> {
        wait(patiently(self.opts(), sql.to_owned()))
    }

    fn opts(&self) -> Opts {
        let name = Some(self.name.clone()).filter(|name| !name.is_empty());
        OptsBuilder::from_opts(self.opts.clone())
            .db_name(name)
            .into()
    }
}

/// A connection that stays.
pub(crate) struct Connection(Option<Conn>);

impl Connection {
    /// Asks for rows; what the server says of an error.
    pub(crate) fn ask(&mut self, sql: &str) -> Result<Rows, Error> {
        let mut conn = self.0.take().expect("a connection between two calls");
        let sql = sql.to_owned();
        let (conn, outcome) = wait(async move {
            let outcome = every_row(&mut conn, &sql).await;
            (conn, outcome)
        });
        self.0 = Some(conn);
        outcome
    }

    /// Runs SQL.
    pub(crate) fn run(&mut self, sql: &str) {
        self.ask(sql).expect("run SQL");
    }

    /// Its number on the server.
    pub(crate) fn id(&self) -> u32 {
        self.0.as_ref().expect("a connection").id()
    }
}

/// Names something in SQL.
pub(crate) fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Quotes a text in SQL.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn decoded(text: &str) -> String {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.expect("an url of ours").into_owned()
}

/// The outcome of some work, which is done elsewhere meanwhile.
pub(crate) fn wait<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    RUNTIME.spawn(async move { done.send(work.await) });
    result.recv().expect("the work must not panic")
}

async fn query(opts: Opts, sql: String) -> Result<Rows, Error> {
    let mut conn = Conn::new(opts).await?;
    let rows = every_row(&mut conn, &sql).await;
    // Nobody is to be found in the database whom the server still has to hear of.
    let _ = conn.disconnect().await;
    rows
}

/// The rows of every statement.
async fn every_row(conn: &mut Conn, sql: &str) -> Result<Rows, Error> {
    let mut result = conn.query_iter(sql).await?;
    let mut rows = Vec::new();
    while !result.is_empty() {
        let found: Vec<Row> = result.collect().await?;
        rows.extend(found.into_iter().map(texts));
    }
    // An error of a later statement is told here.
    result.drop_result().await?;
    Ok(rows)
}

fn texts(row: Row) -> Vec<String> {
    let values = row.unwrap().into_iter();
    values
        .filter_map(|value| match value {
            Value::NULL => None,
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            other => Some(other.as_sql(true)),
        })
        .collect()
}

async fn patiently(opts: Opts, sql: String) -> Result<Rows, String> {
    let work = async {
        loop {
            match query(opts.clone(), sql.clone()).await {
                Err(error) if will_pass(&error) => tokio::time::sleep(PAUSE).await,
                outcome => return outcome.map_err(|error| format!("{error:?}")),
            }
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, work).await;
    in_time.map_err(|_| "the database let nobody in for too long".to_owned())?
}

/// What happens to somebody who waits for a lock, or whose transaction the server gave up.
fn will_pass(error: &Error) -> bool {
    /// A wait for a lock that took too long, a deadlock, and a table that was replaced in the middle
    /// of a transaction.
    const PASSING: [u16; 3] = [1205, 1213, 1412];
    matches!(error, Error::Server(error) if PASSING.contains(&error.code))
}
