//! Metrics: the names and values that are pushed for every operation, and the alerts that are
//! rendered from a configuration. `docs/metrics.md` lists the series.

mod alerts;
mod operation;
mod push;

pub use alerts::{Alerts, alerts};
pub use operation::{Operation, Push, State, engine_word};
pub use push::{Pusher, host};
