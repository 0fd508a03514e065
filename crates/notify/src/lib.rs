#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! [`Sender::tell`] takes what happened and what each channel was told before, and gives every
//! channel at most one message: what is news there, grouped. No error holds an address or a secret.

mod mail;
mod message;
mod render;
mod sender;
mod sign;
mod told;
mod web;

pub use message::Message;
pub use sender::{Delivery, Secrets, Sender};
pub use sign::signature;
pub use told::Told;
