//! The names of environments, apps and jobs.

use crate::raw::Config;
use crate::report::Report;
use crate::yaml::Spanned;

/// Checks the names of environments, apps and jobs, which become parts of addresses and paths.
pub(super) fn check(config: &Config, report: &Report) {
    for name in config.environments.keys() {
        check_name(report, name, "an environment");
    }
    for name in config.notify.keys() {
        check_name(report, name, "a channel");
    }
    for (name, app) in &config.apps {
        check_name(report, name, "an app");
        let jobs = std::iter::once(app)
            .chain(app.in_environments.values())
            .filter_map(|app| app.jobs.as_ref());
        for job in jobs.flat_map(|jobs| jobs.value.keys()) {
            check_name(report, job, "a job");
        }
    }
}

fn check_name(report: &Report, name: &Spanned<String>, what: &str) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let dots = name.value.bytes().all(|byte| byte == b'.');
    if dots || !name.value.bytes().all(plain) {
        report.problem(
            name.span,
            format!("`{}` cannot be the name of {what}", name.value),
            "",
            "names are made of letters, digits, `.`, `_` and `-`",
        );
    }
}
