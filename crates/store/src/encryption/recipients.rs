//! Whom a backup is encrypted to.

use super::LARGEST_HEADER;
use age::x25519::Recipient;
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Encryption;

/// What one recipient takes in a header at most, in bytes.
const STANZA: u64 = 256;
/// The most recipients of one backup, so that a header stays within what a reader takes.
const MOST: u64 = LARGEST_HEADER / STANZA;

/// The public keys a backup is encrypted to; at least one.
#[derive(Debug, Clone)]
pub struct Recipients(Arc<[Recipient]>);

impl Recipients {
    /// Reads public keys, each `age1…`. One that stands twice counts once.
    ///
    /// # Errors
    /// `config` for a text that is no such key, and for none or more than 256 of them.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let refused = |cause: String| {
            Error::new(Kind::Config, "read the recipients of a backup", cause)
                .hint("print a public key with `weir keys public FILE`")
        };
        let mut recipients: Vec<Recipient> = Vec::new();
        for text in texts {
            let recipient = text.parse::<Recipient>();
            let recipient = recipient.map_err(|why| refused(format!("a key has {why}")))?;
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
        if recipients.is_empty() || recipients.len() as u64 > MOST {
            let count = recipients.len();
            return Err(refused(format!("there are {count}, not 1 to {MOST}")));
        }
        Ok(Self(recipients.into()))
    }

    /// The keys as text, `age1…`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Whether they are just those that something stored is encrypted to, in whatever order.
    #[must_use]
    pub fn are(&self, encryption: Option<&Encryption>) -> bool {
        encryption.is_some_and(|stated| {
            let stated: BTreeSet<&String> = stated.recipients.iter().collect();
            stated.into_iter().eq(&self.sorted_names())
        })
    }

    /// The keys as text in the order of their letters, whatever order they were named in.
    pub(crate) fn sorted_names(&self) -> Vec<String> {
        let mut names = self.names();
        names.sort();
        names
    }

    /// The keys for the library.
    pub(super) fn each(&self) -> impl Iterator<Item = &dyn age::Recipient> {
        self.0.iter().map(|recipient| recipient as _)
    }
}
