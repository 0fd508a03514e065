//! What can go wrong with one direction of a connection.

use std::time::Duration;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// How one direction goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toxic {
    /// Every piece arrives later.
    Latency {
        /// At least so much.
        delay: Duration,
        /// And up to so much more.
        jitter: Duration,
        /// What decides how much more: the same seed gives the same delays.
        seed: u64,
    },
    /// A slow line that moves all the time.
    Bandwidth {
        /// How slow.
        bytes_per_second: u64,
    },
    /// After so many bytes of a connection it is closed, both ways, as by a server that ends.
    CutAfter {
        /// Bytes passed on before.
        bytes: u64,
    },
    /// After so many bytes of a connection it is reset, as by a server that is killed.
    ResetAfter {
        /// Bytes passed on before.
        bytes: u64,
    },
    /// Bytes are taken and never passed on; the connection stays open.
    BlackHole,
    /// After so many bytes, this direction is closed and the other one stays open.
    HalfClose {
        /// Bytes passed on before.
        bytes: u64,
    },
    /// New connections are reset as soon as they are made.
    Refuse,
}

impl Toxic {
    /// How many more bytes may pass, of which `passed` have; `None` for any number.
    pub(super) fn allows(&self, passed: u64) -> Option<u64> {
        match self {
            Self::CutAfter { bytes } | Self::ResetAfter { bytes } | Self::HalfClose { bytes } => {
                Some(bytes.saturating_sub(passed))
            }
            _ => None,
        }
    }
}
