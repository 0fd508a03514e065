//! A server that takes encrypted connections alone, and files with certificates beside it.

use std::ops::Deref;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::OnceLock;
use weir_engine::{Endpoint, Secret, TargetPolicy};
use weir_testkit::postgres::{Authority, PostgresServer};

/// A superuser that enters with a certificate besides its password.
pub(super) const CERTIFIED: &str = "certified";

const RULES: &str = "hostssl all certified samehost scram-sha-256 clientcert=verify-full\n\
                     hostssl all all samehost scram-sha-256";

/// The server of this file's tests. It stops with the process.
pub(super) struct TlsServer(PostgresServer);

impl Deref for TlsServer {
    type Target = PostgresServer;

    fn deref(&self) -> &PostgresServer {
        &self.0
    }
}

impl TlsServer {
    pub(super) fn shared() -> &'static Self {
        static SHARED: OnceLock<TlsServer> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn start() -> Self {
        let server = Self(PostgresServer::start());
        let (right, wrong) = (Authority::new("right"), Authority::new("wrong"));
        let shown = right.issue("server", &["127.0.0.1"]);
        let client = right.issue(CERTIFIED, &[]);
        let stranger = wrong.issue(CERTIFIED, &[]);
        for (file, mode, text) in [
            ("right.pem", 0o644, right.certificate()),
            ("wrong.pem", 0o644, wrong.certificate()),
            ("server.pem", 0o644, &shown.certificate),
            ("client.pem", 0o644, &client.certificate),
            ("client.key", 0o600, &client.key),
            ("open.key", 0o644, &client.key),
            ("quoted.key", 0o600, "-----BEGIN hunter2\nhunter2\n"),
            ("stranger.pem", 0o644, &stranger.certificate),
            ("stranger.key", 0o600, &stranger.key),
        ] {
            let path = server.path(file);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let role = format!(
            "CREATE ROLE {CERTIFIED} SUPERUSER LOGIN PASSWORD '{}'",
            server.password()
        );
        server.psql("postgres", &role).unwrap();
        server.serve_tls(&shown, &right, RULES);
        server
    }

    fn path(&self, file: &str) -> PathBuf {
        self.socket_folder.join(file)
    }

    /// The path of a file, as an address names it.
    pub(super) fn file(&self, file: &str) -> String {
        self.path(file).display().to_string()
    }

    /// A database entered by the superuser with its password.
    pub(super) fn endpoint(&self, host: &str, options: &str) -> Endpoint {
        self.endpoint_of(self.superuser(), host, options)
    }

    /// The same entered by somebody else.
    pub(super) fn endpoint_of(&self, user: &str, host: &str, options: &str) -> Endpoint {
        Endpoint {
            url: format!("postgres://{user}@{host}:{}/postgres{options}", self.port),
            database: "it".to_owned(),
            password: Some(Secret::new(self.password())),
            owner: None,
            policy: TargetPolicy::default(),
        }
    }

    /// The same entered with a certificate, by nobody else than the right server.
    pub(super) fn certified(&self, certificate: &str, key: &str) -> Endpoint {
        let options = format!(
            "?sslmode=verify-full&sslrootcert={}&sslcert={}&sslkey={}",
            self.file("right.pem"),
            self.file(certificate),
            self.file(key)
        );
        self.endpoint_of(CERTIFIED, "127.0.0.1", &options)
    }
}
