//! Channels as they meet servers: real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]

#[path = "all/channels.rs"]
mod channels;
