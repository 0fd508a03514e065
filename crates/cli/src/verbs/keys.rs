//! `weir keys`: keys that sign backups, and keys that pseudonyms are made with.

use crate::secret_file;
use crate::session::Session;
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind, Result};
use weir_store::{PublicKey, SigningKey};

/// Make and show keys. A secret key is written to a file and never printed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make a key and write it to a new file that only you can read
    New {
        /// The file to write
        file: PathBuf,
        /// Make a masking key, which pseudonyms depend on, instead of a signing key
        #[arg(long)]
        masking: bool,
    },
    /// Print the public key of a signing key, for `trusts:` downstream
    Public {
        /// The file with the signing key
        file: PathBuf,
    },
}

/// Makes or shows a key.
pub(crate) fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    match &arguments.action {
        Action::New {
            file,
            masking: true,
        } => {
            new_masking_key(file)?;
            report(session, file, None)
        }
        Action::New {
            file,
            masking: false,
        } => {
            let public = new_signing_key(file)?;
            report(session, file, Some(&public))
        }
        Action::Public { file } => {
            let public = read_signing_key(file)?.public();
            report(session, file, Some(&public))
        }
    }
}

/// Makes a signing key and writes it to a new file.
pub(crate) fn new_signing_key(file: &Path) -> Result<PublicKey> {
    let key = SigningKey::generate()?;
    secret_file::create(file, &key.to_text())?;
    Ok(key.public())
}

/// Makes a masking key and writes it to a new file.
pub(crate) fn new_masking_key(file: &Path) -> Result<()> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::from_source(Kind::Internal, "ask the system for randomness", error)
    })?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    secret_file::create(file, &text)
}

/// Reads a signing key.
pub(crate) fn read_signing_key(file: &Path) -> Result<SigningKey> {
    let doing = format!("read the signing key in {}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| {
        Error::from_source(Kind::Secret, doing, error)
            .hint("name a file that `weir keys new` has written")
    })?;
    SigningKey::parse(text.trim())
}

fn report(session: &Session, file: &Path, public: Option<&PublicKey>) -> Result<u8> {
    let output = &session.output;
    let public = public.map(ToString::to_string);
    if output.is_json() {
        output.json(&serde_json::json!({"file": file, "public_key": public}))?;
    } else {
        output.line(public.unwrap_or_else(|| format!("wrote {}", file.display())));
    }
    Ok(0)
}
