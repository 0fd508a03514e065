//! Against archives that the stock `pg_dump` made: `tests/fixtures/archives` says how.

mod completing;
mod custom;
mod live;
mod owners;
mod round_trip;

use super::Archive;

/// The versions of PostgreSQL, each the first at hand that writes its version of the format.
const VERSIONS: [&str; 3] = ["15", "16", "18"];

fn fixture(version: &str, name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/archives");
    std::fs::read(format!("{folder}/{version}/{name}")).unwrap()
}

/// Its lines.
fn lines(version: &str, name: &str) -> Vec<String> {
    let text = String::from_utf8(fixture(version, name)).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn archive(version: &str, name: &str) -> Archive {
    Archive::parse(&fixture(version, name)).unwrap()
}
