//! What encrypts the connections to an address.

use super::verifier::{Trusted, Verifier};
use super::{Identity, Mode, Roots, Tls, files};
use rustls::client::WantsClientCert;
use rustls::crypto::ring;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use std::fmt;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;
use weir_model::error::{Error, Kind, Result};

/// Encrypts connections. It holds the key, so it shows nothing of itself.
#[derive(Clone)]
pub(in crate::config) struct Connector(MakeRustlsConnect);

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connector")
    }
}

impl Connector {
    /// Reads the files that are named.
    pub(super) fn new(tls: &Tls) -> Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier {
            trusted: trusted(&tls.roots)?,
            names_host: tls.mode == Mode::VerifyFull,
            algorithms: provider.signature_verification_algorithms,
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                Error::from_source(Kind::Internal, "prepare TLS", error).hint("report it")
            })?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let configuration = match &tls.identity {
            Some(identity) => identified(builder, identity)?,
            None => builder.with_no_client_auth(),
        };
        Ok(Self(MakeRustlsConnect::new(configuration)))
    }

    /// For one connection.
    pub(in crate::config) fn connect(&self) -> MakeRustlsConnect {
        self.0.clone()
    }
}

fn identified(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: &Identity,
) -> Result<ClientConfig> {
    let chain = files::certificates("sslcert", &identity.certificate)?;
    let key = files::private_key("sslkey", &identity.key)?;
    builder.with_client_auth_cert(chain, key).map_err(|error| {
        let doing = format!(
            "use the certificate {} with the key {}",
            identity.certificate.display(),
            identity.key.display()
        );
        Error::from_source(Kind::Config, doing, error)
            .hint("name the key that the certificate was made for, an RSA, ECDSA or Ed25519 key")
    })
}

fn trusted(roots: &Roots) -> Result<Option<Trusted>> {
    let (certificates, store) = match roots {
        Roots::Anybody => return Ok(None),
        Roots::System => {
            let certificates = files::system_roots()?;
            let mut store = RootCertStore::empty();
            // A system has odd ones among many.
            store.add_parsable_certificates(certificates.iter().cloned());
            (certificates, store)
        }
        Roots::File(path) => {
            let certificates = files::certificates("sslrootcert", path)?;
            let mut store = RootCertStore::empty();
            for certificate in &certificates {
                store.add(certificate.clone()).map_err(|error| {
                    let doing = format!("trust the certificates of {}", path.display());
                    Error::from_source(Kind::Config, doing, error)
                        .hint("`openssl x509 -text -in FILE` shows what is in it")
                })?;
            }
            (certificates, store)
        }
    };
    Ok(Some(Trusted {
        roots: store,
        certificates,
    }))
}
