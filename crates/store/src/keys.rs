//! Names as they are stored. Names are compared exactly: what decodes to the same text but is
//! written otherwise is another name, and none of ours.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// A backup's time, as it stands in its folder's name.
const TIME: &str = "%Y-%m-%dT%H%M%SZ";
/// Bytes of a time written so.
const TIME_LENGTH: usize = 18;

/// One segment of a key for any name: every byte outside `[A-Za-z0-9._-]` is percent-encoded,
/// and so are `.` and `..` as a whole, which file systems read as folders.
#[must_use]
pub fn encode_segment(name: &str) -> String {
    if matches!(name, "." | "..") {
        return name.replace('.', "%2E");
    }
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The name behind a segment; `None` unless it is written exactly as [`encode_segment`] writes.
#[must_use]
pub fn decode_segment(segment: &str) -> Option<String> {
    let name = percent_decode(segment)?;
    (encode_segment(&name) == segment).then_some(name)
}

/// The segment of an instance. It never starts with `_`, which is kept for Weir's own folders.
#[must_use]
pub(crate) fn encode_instance(instance: &str) -> String {
    let segment = encode_segment(instance);
    match segment.strip_prefix('_') {
        Some(rest) => format!("%5F{rest}"),
        None => segment,
    }
}

/// The instance behind a segment; `None` for Weir's own folders and for foreign ones.
#[must_use]
pub(crate) fn decode_instance(segment: &str) -> Option<String> {
    let name = percent_decode(segment)?;
    (!name.is_empty() && encode_instance(&name) == segment).then_some(name)
}

fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// What a backup's folder says: whose it is and when it was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BackupName {
    /// The instance.
    pub instance: String,
    /// When, to the second.
    pub time: Timestamp,
    /// The database.
    pub database: String,
}

impl BackupName {
    /// The name of a backup taken at `time`, cut to the second.
    #[must_use]
    pub fn new(instance: &str, time: Timestamp, database: &str) -> Self {
        Self {
            instance: instance.to_owned(),
            time: Timestamp::from_second(time.as_second()).unwrap_or(time),
            database: database.to_owned(),
        }
    }

    /// The folder without its instance: `<time>-<database>`.
    #[must_use]
    pub fn folder(&self) -> String {
        format!(
            "{}-{}",
            self.time.strftime(TIME),
            encode_segment(&self.database)
        )
    }

    /// The whole key, as in a manifest's `backup`: `<instance>/<time>-<database>`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", encode_instance(&self.instance), self.folder())
    }

    /// Reads a key back; `None` unless it is exactly one that [`Self::key`] writes.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let (instance, folder) = key.split_once('/')?;
        let (time, database) = leading_time(folder)?;
        let name = Self {
            instance: decode_instance(instance)?,
            time,
            database: decode_segment(database)?,
        };
        (name.key() == key && !name.database.is_empty()).then_some(name)
    }

    /// The key of the manifest.
    #[must_use]
    pub fn manifest_key(&self) -> String {
        format!("{}/manifest.json", self.key())
    }
}

/// The time that a name begins with, and what stands behind it: backups of ours are named so, and
/// dumps of many others.
#[must_use]
pub fn leading_time(name: &str) -> Option<(Timestamp, &str)> {
    let time = DateTime::strptime(TIME, name.get(..TIME_LENGTH)?).ok()?;
    let rest = name.get(TIME_LENGTH..)?.strip_prefix('-')?;
    Some((time.to_zoned(TimeZone::UTC).ok()?.timestamp(), rest))
}

/// The key of the pointer of one database.
pub(crate) fn pointer_key(instance: &str, database: &str) -> String {
    format!(
        "{}/latest-{}.json",
        encode_instance(instance),
        encode_segment(database)
    )
}

/// The key of the claim of a backup's name, in the state store.
pub(crate) fn claim_key(name: &BackupName) -> String {
    format!("claims/{}.json", name.key())
}

/// Whether a part can have this name. Names are stored as they are, so they must be names
/// everywhere: engines escape what their tables are called.
pub(crate) fn is_part_name(name: &str) -> bool {
    name.split('/').all(|segment| {
        !matches!(segment, "" | "." | "..")
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-%".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_and_no_two_share_a_key() {
        let names = [
            "demo",
            "draft_demo",
            "a-b",
            "a%2Db",
            ".",
            "..",
            "ü/\\ \0",
            "_weir",
            "%5F",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for instance in names {
            for database in names {
                let name = BackupName::new(instance, Timestamp::UNIX_EPOCH, database);
                assert_eq!(BackupName::parse(&name.key()), Some(name.clone()));
                assert!(!name.key().starts_with('_') && seen.insert(name.key()));
            }
        }
    }

    #[test]
    fn a_key_is_read_only_as_it_is_written() {
        assert!(BackupName::parse("i/2026-11-22T013600Z-d").is_some());
        for key in [
            "i/2026-11-22T013600Z-",
            "i/2026-11-22T013600Z",
            "/2026-11-22T013600Z-d",
            "i/2026-11-22T01360Z-d",
            "i/2026-13-22T013600Z-d",
            "i/2026-11-22T013600Z-%64",
            "i/2026-11-22T013600Z-%2f",
            "_i/2026-11-22T013600Z-d",
            "i/2026-11-22T013600Z-d/x",
            "i/2026-11-2é013600Z-d",
        ] {
            assert_eq!(BackupName::parse(key), None, "{key}");
        }
    }
}
