#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! [`find`] looks into a text, [`by_name`] at what a column is called, [`Profile`] at a column's
//! values together. A [`Gate`] reads every value that arrives in a masked copy. Nothing here keeps
//! or reports a value.

mod by_name;
mod checksum;
mod find;
mod gate;
mod kind;
mod profile;
mod words;

pub use by_name::by_name;
pub use find::find;
pub use gate::{ColumnCanaries, Gate, GateColumn, GateFinding, GateReport};
pub use kind::{Certainty, Found, Sensitive};
pub use profile::{Judgement, Profile, Verdict};
