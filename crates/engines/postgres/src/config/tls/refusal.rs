//! What to do when TLS comes to nothing.

use rustls::{AlertDescription, CertificateError, Error};
use std::error::Error as StdError;

/// What the driver says of a server that offers no TLS.
const NO_TLS: &str = "server does not support TLS";

/// The hint of an error that is about TLS.
pub(in crate::config) fn hint(error: &tokio_postgres::Error) -> Option<&'static str> {
    let source = error.source()?;
    if source.to_string() == NO_TLS {
        return Some(
            "switch TLS on at the server (`ssl = on`), or say `sslmode=disable` in `url` of the app where nobody else can listen",
        );
    }
    let refused = source
        .downcast_ref::<std::io::Error>()?
        .get_ref()?
        .downcast_ref::<Error>()?;
    Some(match refused {
        Error::InvalidCertificate(why) => of_certificate(why),
        Error::AlertReceived(alert) => of_alert(*alert),
        _ => {
            "see whether the server speaks TLS 1.2 or newer (`ssl_min_protocol_version`), and its log"
        }
    })
}

/// Why the server's certificate is not taken.
fn of_certificate(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate must name the host of `url` as a subject alternative name; `sslmode=verify-ca` does not look at names"
        }
        CertificateError::UnknownIssuer => {
            "name the file with the certificate of who issued the server's in `sslrootcert`; if it is that one already, somebody else answers"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "renew the server's certificate, and check the clock of this machine"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "check the clock of this machine and the server's certificate"
        }
        _ => {
            "`openssl s_client -starttls postgres -showcerts -connect HOST:PORT` shows the server's certificate: it must be of X.509 version 3"
        }
    }
}

/// Why the server gives up.
fn of_alert(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure => {
            "the server must speak TLS 1.2 or newer: check `ssl_min_protocol_version` and `ssl_ciphers` there"
        }
        _ => {
            "the server refuses the certificate of `sslcert`: its log says why, `ssl_ca_file` says whose it takes"
        }
    }
}
