//! A server that shows a certificate.

use super::{Authority, Issued, PostgresServer};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long a server may take to show its certificate.
const PATIENCE: Duration = Duration::from_secs(20);
/// How soon it is asked again.
const PAUSE: &str = "SELECT pg_sleep(0.05)";

impl PostgresServer {
    /// Makes the server show a certificate to whoever comes by TCP, take those of an authority, and
    /// let in whom the rules (lines of pg_hba.conf) let in; its socket lets everybody in still.
    ///
    /// # Panics
    /// When the server does not take them.
    pub fn serve_tls(&self, shown: &Issued, clients: &Authority, rules: &str) {
        self.write("server.crt", &shown.certificate);
        self.write("server.key", &shown.key);
        self.write("root.crt", clients.certificate());
        self.write("pg_hba.conf", &format!("local all all trust\n{rules}\n"));
        for setting in ["ssl = on", "ssl_ca_file = 'root.crt'"] {
            self.psql("postgres", &format!("ALTER SYSTEM SET {setting}"))
                .expect("configure TLS");
        }
        self.psql("postgres", "SELECT pg_reload_conf()")
            .expect("reload the configuration");
        let deadline = Instant::now() + PATIENCE;
        while !self.shows_certificate() {
            assert!(Instant::now() < deadline, "the server shows no certificate");
            self.psql("postgres", PAUSE).expect("wait for the server");
        }
    }

    /// Writes a file of the server's own, which only it can read.
    fn write(&self, file: &str, text: &str) {
        // One line without anything that COPY would escape.
        let encoded = STANDARD.encode(text);
        let sql = format!(
            "COPY (SELECT '{encoded}') TO PROGRAM 'umask 077; rm -f {file}; base64 -d >{file}'"
        );
        self.psql("postgres", &sql).expect("write a file");
    }

    /// A refusal of the user comes through TLS as well.
    fn shows_certificate(&self) -> bool {
        let url = self.tcp_url(self.guest(), "postgres");
        let mut psql = Command::new(self.clients.join("psql"));
        psql.args(["-Xw", "-c", "", &format!("{url}?sslmode=require")]);
        let output = psql.output().expect("run psql");
        let said = String::from_utf8_lossy(&output.stderr);
        !said.contains("does not support SSL")
    }
}
