//! Certificates for tests, and a server that shows one.

use super::PostgresServer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long a server may take to show its certificate.
const PATIENCE: Duration = Duration::from_secs(20);
/// How soon it is asked again.
const PAUSE: &str = "SELECT pg_sleep(0.05)";

/// Whoever issues certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A certificate with its key, in PEM.
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Authority {
    /// One that nobody knows yet.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = params(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("make a key");
        let certificate = params.self_signed(&key).expect("make a certificate");
        Self {
            certificate: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// Its own certificate, in PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Issues a certificate for somebody who has these hosts, if any.
    ///
    /// # Panics
    /// When no key can be made, or a host is no host.
    #[must_use]
    pub fn issue(&self, name: &str, hosts: &[&str]) -> Issued {
        let key = KeyPair::generate().expect("make a key");
        let certificate = params(name, hosts)
            .signed_by(&key, &self.issuer)
            .expect("issue a certificate");
        Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

fn params(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().copied().map(str::to_owned).collect();
    let mut params = CertificateParams::new(hosts).expect("hosts are hosts");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

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
