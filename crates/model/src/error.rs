//! The one error of Weir: what was being done, what went wrong, and what to do next.

use std::error::Error as StdError;
use std::fmt;

/// What every fallible function of Weir returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kinds of failure. Each is an exit code and has a page under `docs/errors/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// The command line asks for something that is not there.
    Usage,
    /// The configuration or a ruleset is wrong.
    Config,
    /// A secret could not be read.
    Secret,
    /// This build has no such engine or feature.
    Unsupported,
    /// The store cannot be reached, read or written.
    Store,
    /// No whole backup fits what was asked for.
    NoBackup,
    /// Stored data is not what was written.
    Corrupt,
    /// A manifest is not signed by a key the environment trusts, where a mark matters.
    Untrusted,
    /// The source database cannot be read.
    Source,
    /// The target database cannot be written.
    Target,
    /// Another run holds the target.
    Locked,
    /// A rule that protects data forbids the operation.
    Guard,
    /// An operator's hold forbids the operation for now.
    Held,
    /// Sanitising rules do not cover the data, or failed.
    Sanitise,
    /// A transform script failed.
    Script,
    /// What arrived is not what was sent.
    Verify,
    /// The new copy could not be put live.
    Swap,
    /// A deadline passed.
    Deadline,
    /// The run was told to stop.
    Interrupted,
    /// A bug in Weir.
    Internal,
}

impl Kind {
    /// Every kind, in the order of the exit codes.
    pub const ALL: [Self; 20] = [
        Self::Usage,
        Self::Config,
        Self::Secret,
        Self::Unsupported,
        Self::Store,
        Self::NoBackup,
        Self::Corrupt,
        Self::Untrusted,
        Self::Source,
        Self::Target,
        Self::Locked,
        Self::Guard,
        Self::Held,
        Self::Sanitise,
        Self::Script,
        Self::Verify,
        Self::Swap,
        Self::Deadline,
        Self::Interrupted,
        Self::Internal,
    ];

    /// The exit code of a command that ends with this kind. Part of the public contract.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Config => 10,
            Self::Secret => 11,
            Self::Unsupported => 12,
            Self::Store => 20,
            Self::NoBackup => 21,
            Self::Corrupt => 22,
            Self::Untrusted => 23,
            Self::Source => 30,
            Self::Target => 31,
            Self::Locked => 32,
            Self::Guard => 33,
            Self::Held => 34,
            Self::Sanitise => 40,
            Self::Script => 41,
            Self::Verify => 42,
            Self::Swap => 43,
            Self::Deadline => 50,
            Self::Internal => 70,
            // What a shell reports for a process that SIGINT ended.
            Self::Interrupted => 130,
        }
    }

    /// The name of the kind in `--json`, run records and the file name of its page.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Secret => "secret",
            Self::Unsupported => "unsupported",
            Self::Store => "store",
            Self::NoBackup => "no-backup",
            Self::Corrupt => "corrupt",
            Self::Untrusted => "untrusted",
            Self::Source => "source",
            Self::Target => "target",
            Self::Locked => "locked",
            Self::Guard => "guard",
            Self::Held => "held",
            Self::Sanitise => "sanitise",
            Self::Script => "script",
            Self::Verify => "verify",
            Self::Swap => "swap",
            Self::Deadline => "deadline",
            Self::Interrupted => "interrupted",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.slug())
    }
}

/// An error: what was being done, what went wrong, what to do next, and whether trying again
/// can help. It never holds a row value or a secret: whoever makes one sees to that.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: Kind,
    doing: String,
    cause: Cause,
    hint: Option<String>,
    transient: bool,
}

enum Cause {
    Text(String),
    Source(Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// An error of `kind` while `doing` something ("read the manifest of …"), because of `cause`
    /// in words.
    pub fn new(kind: Kind, doing: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::build(kind, doing.into(), Cause::Text(cause.into()))
    }

    /// The same with another error as the cause, which stays reachable through `source()`.
    pub fn from_source(
        kind: Kind,
        doing: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::build(kind, doing.into(), Cause::Source(source.into()))
    }

    fn build(kind: Kind, doing: String, cause: Cause) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                doing,
                cause,
                hint: None,
                transient: false,
            }),
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hint = Some(hint.into());
        self
    }

    /// Marks the failure as one that trying again can mend.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.inner.transient = true;
        self
    }

    /// The kind, which decides the exit code.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.inner.kind
    }

    /// What was being done.
    #[must_use]
    pub fn doing(&self) -> &str {
        &self.inner.doing
    }

    /// What went wrong, in words, with every cause behind it.
    #[must_use]
    pub fn cause(&self) -> String {
        match &self.inner.cause {
            Cause::Text(text) => text.clone(),
            Cause::Source(source) => chain(source.as_ref()),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint_text(&self) -> Option<&str> {
        self.inner.hint.as_deref()
    }

    /// Whether trying again can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.inner.transient
    }

    /// The cause as another error, where there is one.
    #[must_use]
    pub fn source_error(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        match &self.inner.cause {
            Cause::Text(_) => None,
            Cause::Source(source) => Some(source.as_ref()),
        }
    }
}

/// The causes joined by `: `, leaving out a cause whose text its parent already ends with.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = cause.source();
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.inner.doing, self.cause())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}] {self}", self.inner.kind)?;
        match &self.inner.hint {
            Some(hint) => write!(formatter, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.inner.cause {
            Cause::Text(_) => None,
            Cause::Source(source) => Some(source.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_and_names_are_distinct() {
        let codes: std::collections::BTreeSet<_> =
            Kind::ALL.iter().map(|kind| kind.exit_code()).collect();
        let names: std::collections::BTreeSet<_> =
            Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(
            (codes.len(), names.len()),
            (Kind::ALL.len(), Kind::ALL.len())
        );
    }

    #[test]
    fn an_error_says_what_was_being_done_and_every_cause() {
        let cause = std::io::Error::other("disk on fire");
        let error = Error::from_source(Kind::Store, "write the manifest", cause).hint("use water");
        assert_eq!(error.to_string(), "write the manifest: disk on fire");
        assert_eq!(error.hint_text(), Some("use water"));
    }
}
