//! `weir keys`: keys that sign backups, identities that decrypt them, and keys that pseudonyms are
//! made with.

use crate::secret_file;
use crate::session::Session;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind, Result};
use weir_store::{Identities, PublicKey, SigningKey};

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
        /// Make an age identity, which decrypts backups, instead of a signing key
        #[arg(long, conflicts_with = "masking")]
        encryption: bool,
    },
    /// Print the public half: of a signing key for `trusts:`, of an identity for `recipients:`
    Public {
        /// The file with the key
        file: PathBuf,
    },
}

/// Makes or shows a key.
pub(crate) fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    match &arguments.action {
        Action::New {
            file,
            masking,
            encryption,
        } => {
            let public = if *masking {
                new_masking_key(file)?;
                None
            } else if *encryption {
                Some(new_identity(file)?)
            } else {
                Some(new_signing_key(file)?.to_string())
            };
            report(session, file, public)
        }
        Action::Public { file } => report(session, file, Some(public_half(file)?)),
    }
}

/// Makes a signing key and writes it to a new file.
pub(crate) fn new_signing_key(file: &Path) -> Result<PublicKey> {
    let key = SigningKey::generate()?;
    secret_file::create(file, &key.to_text())?;
    Ok(key.public())
}

/// Makes an age identity and writes it to a new file, as `age-keygen` would; its recipient.
fn new_identity(file: &Path) -> Result<String> {
    let made = Identities::generate(Timestamp::now());
    secret_file::create(file, made.file.trim_end())?;
    Ok(made.recipient)
}

/// The public half of the key in a file, whichever kind it is; of several identities one a line.
fn public_half(file: &Path) -> Result<String> {
    let text = read(file)?;
    if text.contains("AGE-SECRET-KEY-") {
        return Ok(Identities::parse(&text)?.recipients().join("\n"));
    }
    Ok(SigningKey::parse(text.trim())?.public().to_string())
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
    SigningKey::parse(read(file)?.trim())
}

fn read(file: &Path) -> Result<String> {
    let doing = format!("read the key in {}", file.display());
    std::fs::read_to_string(file).map_err(|error| {
        Error::from_source(Kind::Secret, doing, error)
            .hint("name a file that `weir keys new` has written")
    })
}

fn report(session: &Session, file: &Path, public: Option<String>) -> Result<u8> {
    let output = &session.output;
    if output.is_json() {
        output.json(&serde_json::json!({"file": file, "public_key": public}))?;
    } else {
        output.line(public.unwrap_or_else(|| format!("wrote {}", file.display())));
    }
    Ok(0)
}
