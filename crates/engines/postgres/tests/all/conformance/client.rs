//! Plain SQL for the harness, none of the engine's code. The suite calls from threads of its own
//! runtime, which must not wait for another: work is done on a runtime beside it.

use std::sync::{LazyLock, mpsc};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, Error, NoTls, SimpleQueryMessage};
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
pub(crate) struct Database(Config);

impl Database {
    pub(crate) fn of(endpoint: &Endpoint) -> Self {
        Self(endpoint.url.parse().expect("an url of ours"))
    }

    pub(crate) fn name(&self) -> &str {
        self.0.get_dbname().expect("an url of ours names one")
    }

    /// Another database of the server.
    pub(crate) fn beside(&self, name: &str) -> Self {
        let mut config = self.0.clone();
        config.dbname(name);
        Self(config)
    }

    /// The database that others are made and dropped from.
    pub(crate) fn maintenance(&self) -> Self {
        self.beside("postgres")
    }

    /// Runs SQL, each batch in a transaction of its own.
    pub(crate) fn run<Batch: Into<String>>(&self, batches: impl IntoIterator<Item = Batch>) {
        let batches: Vec<String> = batches.into_iter().map(Into::into).collect();
        wait(query(self.0.clone(), batches)).expect("run SQL");
    }

    /// Asks for rows.
    pub(crate) fn rows(&self, sql: &str) -> Rows {
        wait(query(self.0.clone(), vec![sql.to_owned()])).expect("ask for rows")
    }

    /// Does the same as an application, which comes again while the database is being replaced.
    pub(crate) fn patiently(&self, sql: &str) -> Result<Rows, String> {
        wait(patiently(self.0.clone(), sql.to_owned()))
    }
}

/// Names something in SQL.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn wait<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    RUNTIME.spawn(async move { done.send(work.await) });
    result.recv().expect("the work must not panic")
}

async fn query(config: Config, batches: Vec<String>) -> Result<Rows, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    let mut rows = Vec::new();
    let mut outcome = Ok(());
    for batch in batches {
        match client.simple_query(&batch).await {
            Ok(messages) => rows.extend(messages.into_iter().filter_map(row)),
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    drop(client);
    // Nobody is to be found in the database whom the server still has to hear of.
    let _ = connection.await;
    outcome.map(|()| rows)
}

fn row(message: SimpleQueryMessage) -> Option<Vec<String>> {
    let SimpleQueryMessage::Row(row) = message else {
        return None;
    };
    let values = (0..row.len()).filter_map(|column| row.get(column));
    Some(values.map(str::to_owned).collect())
}

async fn patiently(config: Config, sql: String) -> Result<Rows, String> {
    let work = async {
        loop {
            match query(config.clone(), vec![sql.clone()]).await {
                Err(error) if will_pass(&error) => tokio::time::sleep(PAUSE).await,
                outcome => return outcome.map_err(|error| format!("{error:?}")),
            }
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, work).await;
    in_time.map_err(|_| "the database let nobody in for too long".to_owned())?
}

/// What happens to somebody who is in the database, or on the way, while it is replaced.
fn will_pass(error: &Error) -> bool {
    let passing = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::INVALID_CATALOG_NAME,
        SqlState::OBJECT_IN_USE,
    ];
    match error.code() {
        Some(code) => passing.contains(code),
        None => true,
    }
}
