//! The configuration as it is written. The JSON Schema and the reference are made from these types,
//! so their comments are what an operator reads.

mod app;
mod clean;
mod defaults;
mod environment;
mod hooks;
mod job;
mod missing;
mod notify;
mod objectives;
mod replica;
mod serve;

pub(crate) use app::App;
pub(crate) use clean::Clean;
pub(crate) use defaults::Defaults;
pub(crate) use environment::{Environment, Store, StoreTable};
pub(crate) use hooks::{Hook, Hooks};
pub(crate) use job::Job;
pub use job::{AcknowledgedClone, Bounds};
pub(crate) use missing::Missing;
pub(crate) use notify::{Channel, Email, SignedWebhook};
pub(crate) use objectives::Objectives;
pub(crate) use replica::Replica;
pub(crate) use serve::{Serve, SignOn};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::yaml::Spanned;

/// What Weir does, in one file: the environments, and the apps whose data flows through them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Version of this language: `1`. Required.
    pub(crate) weir: Option<Spanned<u64>>,
    /// The environments by name. Each but one names its `upstream`, so that they form a tree.
    #[serde(default)]
    pub(crate) environments: BTreeMap<Spanned<String>, Environment>,
    /// What holds for every app that does not say otherwise.
    #[serde(default)]
    pub(crate) defaults: Defaults,
    /// The apps by name.
    #[serde(default)]
    pub(crate) apps: BTreeMap<Spanned<String>, App>,
    /// How `weir serve` runs the jobs, and who sees and does what on its page.
    #[serde(default)]
    pub(crate) serve: Serve,
    /// Whom `weir serve` tells what happened: channels by name.
    #[serde(default)]
    pub(crate) notify: BTreeMap<Spanned<String>, Channel>,
}
