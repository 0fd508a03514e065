//! Metrics: the names and values that are pushed for every operation and that `/metrics` tells, and
//! the alerts and the dashboard that are rendered from them. `docs/metrics.md` lists the series.

mod alerts;
mod dashboard;
mod exposition;
mod facts;
mod operation;
mod push;
mod text;

pub use alerts::{Alerts, alerts};
pub use dashboard::dashboard;
pub use exposition::{CONTENT_TYPE, exposition};
pub use facts::{
    DatabaseFacts, EnvironmentFacts, Facts, HoldFacts, JobFacts, LeaseFacts, OperationFacts,
};
pub use operation::{Operation, Push, State, engine_word};
pub use push::{Pusher, host};
