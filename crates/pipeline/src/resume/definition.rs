//! What a job is, as a digest: a run is not continued once its job has become another.

use crate::sanitise;
use crate::site::Site;
use crate::target_policy;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use weir_config::Job;
use weir_model::digest::Digest;
use weir_model::error::Result;

/// The digest of everything that decides what the job makes of the same backup: its operations,
/// places, scripts, rules and bounds. Secrets are not in it.
///
/// # Errors
/// `config` for a script or a ruleset that cannot be read.
pub(crate) fn definition(job: &Job, sites: &[Site]) -> Result<String> {
    let source = job.source.as_ref().map(|source| {
        (
            source.environment.as_str(),
            source.app.as_str(),
            source.instance.as_str(),
        )
    });
    let mut text = String::new();
    let mut add = |name: &str, value: &dyn std::fmt::Debug| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name} {value:?}");
    };
    add("engine", &job.engine.value);
    add("instance", &job.instance.value);
    add("source", &source);
    let replica = job
        .source
        .as_ref()
        .and_then(|source| source.replica.as_ref());
    add(
        "replica",
        &replica.map(|replica| &replica.value.store.location),
    );
    add(
        "reads",
        &job.source.as_ref().map(|source| source.reads.value),
    );
    add(
        "clean",
        &job.clean.as_ref().map(|clean| &clean.value.store.location),
    );
    add("data", &job.data.value);
    add("owner", &job.owner.as_ref().map(|owner| &owner.value));
    let policy = target_policy::of(job.target_policy.as_ref());
    add("target policy", &policy);
    add("verify", &job.verify.value);
    add("expect", &job.expect.as_ref().map(|expect| &expect.value));
    add(
        "vouched",
        &job.vouched.as_ref().map(|voucher| &voucher.value),
    );
    for (moment, hook) in job.hooks.all() {
        add(&moment, &hook.value);
    }
    for database in &job.databases {
        add("database", &database.name);
        add("url", &database.url.value);
        add("from", &database.source_name);
        add("operations", &database.operations);
    }
    for site in sites {
        for script in site.scripts()? {
            add("script", &script.text);
        }
        if let Some(path) = &site.ruleset {
            add("rules", sanitise::read(path)?.digest());
            add("masking key", &sanitise::key_id(site)?);
        }
    }
    let digest = Digest::new("sha256", &Sha256::digest(text.as_bytes()));
    Ok(digest.as_str().to_owned())
}
