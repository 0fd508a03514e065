#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! The loop reads what the records say, asks the scheduler, and starts what is due. It remembers
//! nothing that matters: who is killed and started again goes on from the records.

mod forecast;
mod heartbeat;
mod live;
pub mod measures;
pub mod news;
mod night;
pub mod pages;
mod serve;
mod told;
mod upkeep;
pub mod views;
pub mod web;

pub use forecast::{Expected, Forecast, forecast};
pub use live::{Followed, Live};
pub use serve::{ServeOptions, serve};
pub use told::{Teller, Told};
