//! What several tests need.

use weir_config::problem::Problems;
use weir_config::{Fleet, parse};

/// Four environments; `training` is a second branch below production.
pub(crate) const ENVIRONMENTS: &str = r#"weir: 1
environments:
  production: {store: s3://p, keep: 30d, schedule: "0 23 * * *"}
  staging: {store: s3://s, upstream: production, schedule: "0 1 * * 1-5"}
  integration: {store: s3://i, upstream: staging}
  training: {store: s3://t, upstream: production}
defaults:
  sqlite: {url: "{environment}/{database}.db"}
"#;

/// The environments with these apps below them, from line 10 on.
pub(crate) fn with_apps(apps: &str) -> String {
    format!("{ENVIRONMENTS}apps:\n{apps}")
}

/// The environments with one thing said otherwise.
pub(crate) fn with_change(from: &str, to: &str) -> String {
    assert!(ENVIRONMENTS.contains(from), "{from}");
    ENVIRONMENTS.replace(from, to)
}

/// An example file of the repository.
pub(crate) fn example(name: &str) -> String {
    let path = format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

pub(crate) fn read(text: &str) -> Fleet {
    // Debug output of problems cannot be read.
    let told = |problems: Problems| problems.to_string();
    parse(text, "weir.yaml", "/etc/weir").map_err(told).unwrap()
}

/// The problems of a text, as they are printed.
pub(crate) fn problems(text: &str) -> String {
    parse(text, "weir.yaml", "/etc/weir")
        .unwrap_err()
        .to_string()
}
