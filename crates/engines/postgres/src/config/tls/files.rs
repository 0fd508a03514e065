//! The files that an address names. What is in a key's file is in no error.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind, Result};

/// The certificates of a file, at least one.
pub(super) fn certificates(option: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let (_, text) = read(option, path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Error::new(
            Kind::Config,
            reading(option, path),
            "it holds no certificate in PEM form",
        )
        .hint("a certificate begins with the line `-----BEGIN CERTIFICATE-----`")),
    }
}

/// The private key of a file that nobody else can read.
pub(super) fn private_key(option: &str, path: &Path) -> Result<PrivateKeyDer<'static>> {
    let (about, text) = read(option, path)?;
    if is_open_to_others(&about) {
        let cause = format!(
            "others can read it: its mode is {:04o}",
            about.mode() & 0o7777
        );
        let hint = format!(
            "`chmod 600 {}`; a key that belongs to root may be readable by its group",
            path.display()
        );
        return Err(Error::new(Kind::Config, reading(option, path), cause).hint(hint));
    }
    // The parser's own words quote the file.
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        Error::new(
            Kind::Config,
            reading(option, path),
            "it holds no private key in PEM form without a passphrase",
        )
        .hint("`openssl pkey -in FILE -out NEW_FILE` writes one without")
    })
}

/// As `libpq` has it.
fn is_open_to_others(about: &Metadata) -> bool {
    let forbidden = if about.uid() == 0 { 0o037 } else { 0o077 };
    about.mode() & forbidden != 0
}

/// A file's text and what was true of it when it was read.
fn read(option: &str, path: &Path) -> Result<(Metadata, Vec<u8>)> {
    let attempt = || {
        let mut file = File::open(path)?;
        let about = file.metadata()?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok((about, text))
    };
    attempt().map_err(|error: std::io::Error| {
        Error::from_source(Kind::Config, reading(option, path), error)
            .hint("check the path, and that the user that runs Weir may read the file")
    })
}

fn reading(option: &str, path: &Path) -> String {
    format!("read the file of `{option}`, {}", path.display())
}

/// The certificates that the system trusts.
pub(super) fn system_roots() -> Result<Vec<CertificateDer<'static>>> {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.is_empty() {
        return Err(Error::new(
            Kind::Config,
            "read the certificates that the system trusts",
            "there are none",
        )
        .hint("name the file with the certificate of who issued the server's in `sslrootcert`, or install `ca-certificates`"));
    }
    Ok(found)
}

/// Writes them into a file of the folder.
pub(super) fn write_system_roots(folder: &Path) -> Result<PathBuf> {
    let mut text = String::new();
    for certificate in system_roots()? {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = STANDARD.encode(&certificate);
        for line in encoded.as_bytes().chunks(64) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    let path = folder.join("roots.pem");
    std::fs::write(&path, text).map_err(|error| {
        Error::from_source(Kind::Internal, "write certificates for pg_dump", error)
            .hint("set TMPDIR to a folder that this user may write")
    })?;
    Ok(path)
}
