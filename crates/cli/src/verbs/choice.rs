//! Arguments that choose a backup.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use weir_pipeline::backups::{is_copy, is_published};
use weir_store::Choice;

/// Which backup: the newest whole one, unless said otherwise.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ChosenBackup {
    /// The backup to take, as `weir backups list` prints it
    #[arg(long, value_name = "KEY", conflicts_with = "at")]
    backup: Option<String>,

    /// The newest backup taken at or before this time, e.g. 2026-11-22T01:36:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
}

impl ChosenBackup {
    /// The choice that was made.
    pub(crate) fn choice(&self) -> Choice {
        match (&self.backup, self.at) {
            (Some(name), _) => Choice::Named(key(name).to_owned()),
            (None, Some(at)) => Choice::At(at),
            (None, None) => Choice::Newest,
        }
    }

    /// Whether it is named as one that was published.
    pub(crate) fn names_a_published_one(&self) -> bool {
        self.backup.as_deref().is_some_and(is_published)
    }

    /// Whether it is named as a copy of another environment's backup.
    pub(crate) fn names_a_copy(&self) -> bool {
        self.backup.as_deref().is_some_and(is_copy)
    }
}

/// The key of a backup named as lists print it (`ENVIRONMENT:KEY`), or of a bare key. Where it is
/// looked for follows from the job.
fn key(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, key)| key)
}

/// A time as people write it, or as it stands in a backup's name.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    // The format alone would take a year of three figures for one of the first millennium.
    let named = if text.len() == "2026-11-22T013600Z".len() {
        text
    } else {
        ""
    };
    DateTime::strptime("%Y-%m-%dT%H%M%SZ", named)
        .and_then(|time| time.to_zoned(TimeZone::UTC))
        .map(|zoned| zoned.timestamp())
        .map_err(|_| "write it like 2026-11-22T01:36:00Z, with a zone".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_written_and_as_named() {
        assert_eq!(moment("2026-11-22T013600Z"), moment("2026-11-22T01:36:00Z"));
        assert_eq!(
            moment("2026-11-22T03:36:00+02:00"),
            moment("2026-11-22T01:36:00Z")
        );
        assert!(moment("yesterday").is_err());
        assert!(moment("026-11-22T013600Z").is_err());
    }
}
