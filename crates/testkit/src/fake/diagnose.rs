//! Whether a run would get through.

use super::config;
use super::files::Beside;
use std::path::Path;
use weir_engine::{Endpoint, Finding, Purpose};
use weir_model::error::{Error, Kind, Result};

pub(super) fn diagnose(
    endpoint: &Endpoint,
    purpose: Purpose,
    expected_bytes: u64,
) -> Result<Vec<Finding>> {
    let path = config::path(endpoint)?;
    let mut findings = vec![match config::exists(endpoint, Kind::Source) {
        Ok(Some(_)) => Finding::well(format!("{} can be read", path.display())),
        Ok(None) if purpose == Purpose::Target => Finding::note(format!(
            "{} is not there yet: the first restore makes it",
            path.display()
        )),
        Ok(None) => Finding::failure(
            format!("{} is not there", path.display()),
            "check `url`, or make the database first",
        ),
        Err(error) => in_words(&error),
    }];
    let folder = path.parent().unwrap_or(Path::new("/"));
    if purpose == Purpose::Target && folder.is_dir() {
        let previous = Beside::new(&path).previous;
        let live = std::fs::metadata(&path).map_or(0, |found| found.len());
        let freed = std::fs::metadata(previous).map_or(0, |found| found.len());
        let needed = expected_bytes.max(live).saturating_add(live);
        findings.push(Finding::room(
            folder,
            needed.saturating_sub(freed),
            "a restore",
        ));
    }
    Ok(findings)
}

fn in_words(error: &Error) -> Finding {
    let fix = error.hint_text().unwrap_or("check `url`");
    Finding::failure(format!("{}: {}", error.doing(), error.cause()), fix)
}
