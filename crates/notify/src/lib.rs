#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! An [`Outbox`] takes what happened and keeps, for each channel, what is news there;
//! [`Sender::deliver`] gives every channel that as one message. No error holds an address or a secret.

mod mail;
mod message;
mod outbox;
mod render;
mod sender;
mod sign;
mod told;
mod web;

pub use message::Message;
pub use outbox::Outbox;
pub use sender::{Delivery, Secrets, Sender};
pub use sign::signature;
pub use web::heartbeat;
