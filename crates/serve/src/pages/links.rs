//! Addresses of pages. Whatever stands in a name, an address says no more than it should.

use crate::views::BackupRow;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What a path and a query may hold as it is.
const SET: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Text as a segment of a path or a value of a query.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SET).to_string()
}

/// A field of the query of an address, decoded; nothing for an empty one.
pub(super) fn field(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let value = query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then_some(value)
    })?;
    let value = value.replace('+', " ");
    let value = percent_decode_str(&value).decode_utf8_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

fn query(path: &str, fields: &[(&str, Option<&str>)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}={}", encoded(value))))
        .collect();
    if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pairs.join("&"))
    }
}

/// One run.
pub(super) fn run(id: &str) -> String {
    format!("/runs/{}", encoded(id))
}

/// The runs of an environment, an app, or both, before one of them.
pub(super) fn runs(environment: Option<&str>, app: Option<&str>, before: Option<&str>) -> String {
    query(
        "/runs",
        &[
            ("environment", environment),
            ("app", app),
            ("before", before),
        ],
    )
}

/// The backups of an environment.
pub(super) fn backups(environment: Option<&str>) -> String {
    query("/backups", &[("environment", environment)])
}

/// One backup of a list.
pub(super) fn backup(row: &BackupRow) -> String {
    backup_at(&row.environment, &row.instance, &row.folder)
}

/// One backup by its name, `environment:instance/folder`.
pub(super) fn reference(name: &str) -> Option<String> {
    let (environment, rest) = name.split_once(':')?;
    let (instance, folder) = rest.rsplit_once('/')?;
    Some(backup_at(environment, instance, folder))
}

fn backup_at(environment: &str, instance: &str, folder: &str) -> String {
    format!(
        "/backups/{}/{}/{}",
        encoded(environment),
        encoded(instance),
        encoded(folder)
    )
}

/// Asks before a job, `environment/app` or `environment/app/job`, is run.
pub(super) fn act_run(job: &str) -> String {
    query("/actions/run", &[("job", Some(job))])
}

/// Asks before `environment`, `environment/app` or `environment/app/job` is held.
pub(super) fn act_hold(place: &str) -> String {
    query("/actions/hold", &[("place", Some(place))])
}

/// Asks before a hold is released.
pub(super) fn act_release(hold: &str) -> String {
    query("/actions/release", &[("hold", Some(hold))])
}

/// Asks before a backup is read to its end.
pub(super) fn act_verify(backup: &str) -> String {
    query("/actions/verify", &[("backup", Some(backup))])
}

/// Asks before the copy that was live before is put live again.
pub(super) fn act_rollback(job: &str) -> String {
    query("/actions/rollback", &[("job", Some(job))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place_in_an_address() {
        assert_eq!(run("../a?b#c"), "/runs/..%2Fa%3Fb%23c");
        assert_eq!(act_run("a/b&c=d"), "/actions/run?job=a%2Fb%26c%3Dd");
        assert_eq!(
            reference("staging/_from/production:i/2026").unwrap(),
            "/backups/staging%2F_from%2Fproduction/i/2026"
        );
    }

    #[test]
    fn fields_of_a_query_are_decoded() {
        let address = "/runs?app=a%2Fb+c&environment=";
        assert_eq!(field(address, "app").as_deref(), Some("a/b c"));
        assert_eq!(field(address, "environment"), None);
        assert_eq!(field("/runs", "app"), None);
    }
}
