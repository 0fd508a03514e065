#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! Nothing in this crate touches a file, a network, a clock or the environment: text and times
//! come in as arguments, plain data goes out. Every other crate stands on it.

pub mod catalog;
pub mod digest;
pub mod error;
pub mod event;
pub mod group;
pub mod hold;
pub mod identity;
pub mod letters;
pub mod manifest;
pub mod run;
pub mod sanitising;
pub mod stamp;
