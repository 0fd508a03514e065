//! The scheduler's rules one by one, and all of them in a simulated month.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper that fails is a test that fails"
)]

#[path = "all/bench.rs"]
mod bench;
#[path = "all/calendar.rs"]
mod calendar;
#[path = "all/due_times.rs"]
mod due_times;
#[path = "all/hours_ahead.rs"]
mod hours_ahead;
#[path = "all/ordering.rs"]
mod ordering;
#[path = "all/sim.rs"]
mod sim;
#[path = "all/starting.rs"]
mod starting;
