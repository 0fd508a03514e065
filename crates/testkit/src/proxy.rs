//! A TCP proxy that goes wrong on purpose, for whatever speaks over TCP: object stores, database
//! servers.
//!
//! ```no_run
//! # use weir_testkit::proxy::{Direction, Proxy, Toxic};
//! let proxy = Proxy::start("127.0.0.1:5432");
//! // Connect to proxy.address() instead of the server, then make it go wrong, at any time:
//! proxy.set(Direction::Down, Toxic::CutAfter { bytes: 4096 });
//! proxy.heal();
//! ```
//!
//! A toxic acts on one direction: [`Direction::Up`] is what the client sends, [`Direction::Down`]
//! what the server answers. It holds for every connection, open ones too, or only for the nth one
//! ([`Proxy::only_connection`]). The proxy listens on the loopback only, counts what passes, and
//! when it is dropped it closes every connection and leaves nothing behind.

mod pipe;
mod toxic;

use crate::background::Background;
use pipe::{Shared, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use toxic::{Direction, Toxic};

/// A running proxy.
pub struct Proxy {
    listening: Background,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Listens on a free port of the loopback and forwards to `target` (`HOST:PORT`, or a whole
    /// `http://` address).
    ///
    /// # Panics
    /// When the machine has no port to give.
    #[must_use]
    pub fn start(target: &str) -> Self {
        let target = target.trim_start_matches("http://").to_owned();
        let shared = Arc::new(Shared::new(target));
        let served = Arc::clone(&shared);
        Self {
            listening: Background::serve(|listener| serve(listener, served)),
            shared,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listening.address
    }

    /// The same as the endpoint of an HTTP service.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Makes one direction go wrong from now on, in place of how it went wrong before.
    pub fn set(&self, direction: Direction, toxic: Toxic) {
        self.shared.set(direction, Some(toxic));
    }

    /// Limits toxics to the connection with this number, counted from 1 since the start.
    pub fn only_connection(&self, number: u64) {
        self.shared.only.store(number, Ordering::SeqCst);
    }

    /// Lets everything pass again, for connections that are still open too.
    pub fn heal(&self) {
        self.shared.set(Direction::Up, None);
        self.shared.set(Direction::Down, None);
        self.shared.only.store(0, Ordering::SeqCst);
    }

    /// Connections taken since the start.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Bytes passed on since the start.
    #[must_use]
    pub fn bytes(&self, direction: Direction) -> u64 {
        self.shared.passed(direction).load(Ordering::SeqCst)
    }
}
