//! Connections that are encrypted, on a server that takes no others.

#[path = "tls/server.rs"]
mod server;

use async_trait::async_trait;
use bytes::Bytes;
use server::{CERTIFIED, TlsServer};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use weir_engine::{
    Cancel, Context, Endpoint, Engine, PartSink, PartSpec, PartWriter, TargetPolicy,
};
use weir_engine_postgres::PostgresEngine;
use weir_model::error::{Error, Kind, Result};
use weir_testkit::observe::Probe;
use weir_testkit::postgres::PostgresServer;

/// How long a server may take to do what it was told.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);

fn context() -> Context {
    Arc::new(Probe::default()).context()
}

async fn enter(endpoint: &Endpoint) -> Result<()> {
    PostgresEngine
        .identity(endpoint, &context())
        .await
        .map(drop)
}

async fn refusal(endpoint: &Endpoint) -> (Kind, String, String) {
    let error: Error = enter(endpoint).await.expect_err(&endpoint.url);
    let hint = error.hint_text().unwrap_or_default().to_owned();
    (error.kind(), error.to_string(), hint)
}

#[tokio::test]
async fn a_password_enters_through_tls_alone() {
    let server = TlsServer::shared();
    for options in ["", "?sslmode=prefer", "?sslmode=require"] {
        enter(&server.endpoint("127.0.0.1", options)).await.unwrap();
    }
    let (kind, said, hint) = refusal(&server.endpoint("127.0.0.1", "?sslmode=disable")).await;
    assert_eq!(kind, Kind::Source);
    assert!(said.contains("no encryption"), "{said}");
    assert!(hint.contains("sslmode"), "{hint}");
}

#[tokio::test]
async fn a_server_is_proven_as_far_as_the_mode_asks() {
    let server = TlsServer::shared();
    let (right, wrong) = (server.file("right.pem"), server.file("wrong.pem"));
    let of = |host, mode, roots: &str| {
        server.endpoint(host, &format!("?sslmode={mode}&sslrootcert={roots}"))
    };
    for (host, mode) in [
        ("127.0.0.1", "verify-full"),
        ("127.0.0.1", "verify-ca"),
        // Its certificate does not name this host.
        ("localhost", "verify-ca"),
        ("localhost", "require"),
    ] {
        enter(&of(host, mode, &right)).await.unwrap();
    }
    // A server whose own certificate is trusted needs nobody to vouch for it.
    let own = server.file("server.pem");
    enter(&of("127.0.0.1", "verify-full", &own)).await.unwrap();

    let (kind, said, hint) = refusal(&of("localhost", "verify-full", &right)).await;
    assert_eq!(kind, Kind::Source);
    assert!(said.contains("not valid for name \"localhost\""), "{said}");
    assert!(hint.contains("subject alternative name"), "{hint}");
    for mode in ["require", "verify-ca", "verify-full"] {
        let (_, said, hint) = refusal(&of("127.0.0.1", mode, &wrong)).await;
        assert!(said.contains("UnknownIssuer"), "{said}");
        assert!(hint.contains("`sslrootcert`"), "{hint}");
    }
    // The system does not know who issued it.
    let (_, said, _) = refusal(&server.endpoint("127.0.0.1", "?sslmode=verify-full")).await;
    assert!(said.contains("UnknownIssuer"), "{said}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let server = PostgresServer::shared();
    let mut endpoint = Endpoint {
        url: server.tcp_url(server.guest(), "postgres"),
        database: "it".to_owned(),
        password: Some(weir_engine::Secret::new(server.password())),
        owner: None,
        policy: TargetPolicy::default(),
    };
    enter(&endpoint).await.unwrap();
    endpoint.url.push_str("?sslmode=require");
    let (_, said, hint) = refusal(&endpoint).await;
    assert!(said.contains("does not support TLS"), "{said}");
    assert!(hint.contains("`ssl = on`"), "{hint}");
}

#[tokio::test]
async fn a_certificate_of_the_client_is_shown() {
    let server = TlsServer::shared();
    enter(&server.certified("client.pem", "client.key"))
        .await
        .unwrap();

    let none = server.endpoint_of(CERTIFIED, "127.0.0.1", "?sslmode=require");
    let (_, said, hint) = refusal(&none).await;
    assert!(said.contains("valid client certificate"), "{said}");
    assert!(hint.contains("`sslcert`"), "{hint}");

    let (_, _, hint) = refusal(&server.certified("stranger.pem", "stranger.key")).await;
    assert!(hint.contains("`ssl_ca_file`"), "{hint}");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_and_not_quoted() {
    let server = TlsServer::shared();
    let with = |certificate: &str, key: &str| {
        let options = format!("?sslmode=require&sslcert={certificate}&sslkey={key}");
        server.endpoint("127.0.0.1", &options)
    };
    let (certificate, key) = (server.file("client.pem"), server.file("client.key"));
    let open = server.file("open.key");
    let quoted = server.file("quoted.key");
    let other = server.file("stranger.key");
    for (endpoint, file, word) in [
        (with("/not/here.pem", &key), "/not/here.pem", "No such file"),
        (
            with(&certificate, "/not/here.key"),
            "/not/here.key",
            "No such file",
        ),
        (with(&certificate, &open), &open, "mode is 0644"),
        (with(&certificate, &quoted), &quoted, "no private key"),
        (with(&key, &key), &key, "no certificate"),
        (with(&certificate, &other), &other, "KeyMismatch"),
    ] {
        let (kind, said, hint) = refusal(&endpoint).await;
        assert_eq!(kind, Kind::Config, "{said}");
        assert!(said.contains(file) && said.contains(word), "{said}");
        assert!(!hint.is_empty() && !said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn a_backup_is_made_through_tls() {
    let server = TlsServer::shared();
    let sql =
        "CREATE TABLE things (id int PRIMARY KEY); INSERT INTO things SELECT generate_series(1, 9)";
    server.psql("postgres", sql).unwrap();
    // `pg_dump` must show the certificate as well.
    let endpoint = server.certified("client.pem", "client.key");
    let sink = Names::default();
    let opened = PostgresEngine.open(&endpoint, &context()).await.unwrap();
    let dumped = opened.dump(&sink, None, &context()).await.unwrap();
    let table = dumped.tables.iter().find(|table| table.table == "things");
    assert_eq!(table.unwrap().rows, 9);
    assert!(sink.0.lock().unwrap().contains("toc.dat"));
}

#[tokio::test]
async fn a_statement_is_given_up_through_tls() {
    let server = TlsServer::shared();
    let sql = "CREATE TABLE held (id int); BEGIN; LOCK TABLE held; PREPARE TRANSACTION 'held'";
    server.psql("postgres", sql).unwrap();
    let waiting = || {
        let sql = "SELECT count(*) FROM pg_stat_activity \
                   WHERE application_name = 'weir' AND wait_event_type = 'Lock'";
        server.psql("postgres", sql).unwrap()
    };
    let cancel = Cancel::default();
    let context = context().with_cancel(cancel.clone());
    let endpoint = server.endpoint("127.0.0.1", "?sslmode=require");
    let reading = tokio::spawn(async move {
        let rows = PostgresEngine.sample(&endpoint, "held", 1, &context).await;
        rows.map(|rows| rows.len())
    });
    until(|| waiting() == "1").await;
    cancel.cancel();
    let error = reading.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted);
    until(|| waiting() == "0").await;
    server.psql("postgres", "ROLLBACK PREPARED 'held'").unwrap();
}

async fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "it did not come true");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Keeps the names of the parts.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<BTreeSet<String>>>);

#[async_trait]
impl PartSink for Names {
    async fn begin(&self, spec: PartSpec) -> Result<Box<dyn PartWriter>> {
        self.0.lock().unwrap().insert(spec.name);
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl PartWriter for Names {
    async fn write(&mut self, _content: Bytes) -> Result<()> {
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
