//! Stores that misbehave, as data: a wrapper around anything that keeps objects, told which calls
//! go wrong and how.
//!
//! ```
//! # use weir_testkit::store_faults::{Call, Effect, Fault, FaultyStore};
//! # use std::sync::Arc;
//! let inner = Arc::new(object_store::memory::InMemory::new());
//! let store = FaultyStore::new(inner).with(Fault::on(Call::Complete, Effect::LosesAnswer).nth(1));
//! ```

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used)]

mod fault;
mod habit;
mod store;
mod upload;

pub use fault::{Call, Effect, Fault};
pub use habit::Habit;
pub use store::{FaultyStore, Gauge};
