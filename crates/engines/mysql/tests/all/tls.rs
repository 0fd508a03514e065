//! Connections that are encrypted, and servers that must prove who they are.

use std::path::PathBuf;
use weir_engine::{Context, Endpoint, Engine as _, SilentObserver};
use weir_engine_mysql::MysqlEngine;
use weir_model::error::{Error, Kind};
use weir_testkit::certificates::Authority;
use weir_testkit::mariadb::MariadbServer;

/// A server that shows a certificate for these hosts, and the files of two authorities.
struct Served {
    server: MariadbServer,
    folder: tempfile::TempDir,
}

impl Served {
    fn for_hosts(hosts: &[&str], settings: &[&str]) -> Self {
        let (right, wrong) = (Authority::new("right"), Authority::new("wrong"));
        let shown = right.issue("server", hosts);
        let server = MariadbServer::start_with_tls(&shown, &right, settings);
        server.create_database("app");
        let folder = tempfile::tempdir().unwrap();
        for (name, authority) in [("right", &right), ("wrong", &wrong)] {
            std::fs::write(folder.path().join(name), authority.certificate()).unwrap();
        }
        Self { server, folder }
    }

    fn authority(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Enters the database by TCP with these options.
    fn enter(&self, options: &str) -> Result<(), Error> {
        enter(&self.server, options)
    }
}

fn enter(server: &MariadbServer, options: &str) -> Result<(), Error> {
    let endpoint = server.tcp_endpoint(server.superuser(), &server.password(), "app");
    let endpoint = Endpoint {
        url: format!("{}?{options}", endpoint.url),
        ..endpoint
    };
    let context = Context::new(std::sync::Arc::new(SilentObserver));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let exists = runtime.block_on(MysqlEngine.exists(&endpoint, &context))?;
    assert!(exists, "the database is there");
    Ok(())
}

fn refused(entered: Result<(), Error>) -> Error {
    let error = entered.expect_err("it must be refused");
    assert_eq!(error.kind(), Kind::Source, "{error}");
    assert!(error.hint_text().is_some(), "{error}");
    error
}

#[test]
fn only_the_server_that_is_meant_is_believed() {
    // Whoever comes without TLS is turned away.
    let served = Served::for_hosts(&["127.0.0.1"], &["--require-secure-transport=ON"]);
    let (right, wrong) = (served.authority("right"), served.authority("wrong"));
    served.enter("").unwrap();
    served.enter("ssl-mode=REQUIRED").unwrap();
    for mode in ["VERIFY_CA", "VERIFY_IDENTITY"] {
        let proven =
            |file: &PathBuf| served.enter(&format!("ssl-mode={mode}&ssl-ca={}", file.display()));
        proven(&right).unwrap();
        refused(proven(&wrong));
        refused(proven(&served.authority("missing")));
    }
    // No public authority knows it.
    refused(served.enter("ssl-mode=VERIFY_IDENTITY"));
    refused(served.enter("ssl-mode=DISABLED"));
}

#[test]
fn a_certificate_for_another_host_proves_nothing() {
    let served = Served::for_hosts(&["db.internal"], &[]);
    let right = served.authority("right");
    refused(served.enter(&format!(
        "ssl-mode=VERIFY_IDENTITY&ssl-ca={}",
        right.display()
    )));
    served.enter("ssl-mode=REQUIRED").unwrap();
}

#[test]
fn a_server_without_tls_is_entered_only_where_that_is_allowed() {
    let server = MariadbServer::start();
    server.create_database("app");
    enter(&server, "").unwrap();
    enter(&server, "ssl-mode=DISABLED").unwrap();
    let error = refused(enter(&server, "ssl-mode=REQUIRED"));
    assert!(error.to_string().contains("TLS"), "{error}");
}
