//! Faults on purpose, by seed: what is stored is damaged and restored, and the real binary is
//! killed while others read what it writes. A seed says everything about its fault, so that a
//! miss can be made again.
//!
//! `scripts/faults` runs many seeds through the program `faults`; the tests run a few hundred.

// A harness whose own set-up fails has nobody to return an error to; faults are reported, never
// panics.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod canaries;
mod child;
pub mod corruption;
mod damage;
mod edit;
mod fleet;
pub mod kills;
mod master;
pub mod network;
pub(crate) mod random;
mod reader;
mod records;
mod scratch;
mod shop;
mod tally;
mod verdict;
pub mod writers;

pub use tally::Tally;
