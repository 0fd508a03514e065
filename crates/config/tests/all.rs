//! The behaviours of the configuration language that operators rely on.
#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

#[path = "all/common.rs"]
mod common;
#[path = "all/documents.rs"]
mod documents;
#[path = "all/hostile.rs"]
mod hostile;
#[path = "all/language.rs"]
mod language;
#[path = "all/lookup.rs"]
mod lookup;
#[path = "all/mistakes_form.rs"]
mod mistakes_form;
#[path = "all/mistakes_jobs.rs"]
mod mistakes_jobs;
#[path = "all/mistakes_references.rs"]
mod mistakes_references;
#[path = "all/mistakes_running.rs"]
mod mistakes_running;
#[path = "all/mistakes_several.rs"]
mod mistakes_several;
#[path = "all/mistakes_values.rs"]
mod mistakes_values;
#[path = "all/order.rs"]
mod order;
#[path = "all/publishing_fleet.rs"]
mod publishing_fleet;
#[path = "all/replicas.rs"]
mod replicas;
#[path = "all/running.rs"]
mod running;
#[path = "all/target_policy.rs"]
mod target_policy;
