//! The way of the first writer's beats to the store that holds the leases: a bucket behind a
//! proxy. The other writers go there directly.

use crate::proxy::{Direction, Proxy, Toxic};
use crate::s3::S3Server;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What becomes of the beats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// They come late, and within the time to live.
    Late,
    /// They come when the time to live is over.
    TooLate,
    /// They crawl, and would come after hours.
    Stalled,
    /// They never come.
    Lost,
}

impl Wire {
    /// What becomes of them, as the tally tells it.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Late => "beats late",
            Self::TooLate => "beats too late",
            Self::Stalled => "beats stalled",
            Self::Lost => "beats lost",
        }
    }

    /// The time to live of the leases there: short where it has to be waited for, and long
    /// enough for a busy machine where it must not run out.
    fn time_to_live(self) -> Duration {
        match self {
            Self::Late => Duration::from_secs(3),
            _ => Duration::from_millis(400),
        }
    }

    /// How long the store may be silent: no longer than need be where it answers no more.
    fn timeout(self) -> &'static str {
        match self {
            Self::Lost => "1s",
            _ => "10s",
        }
    }

    /// A beat is a question and a write, each of a few pieces up and down, in 0.4 of the time to
    /// live after the one before.
    fn toxic(self, seed: u64) -> Toxic {
        let latency = |delay, jitter| Toxic::Latency {
            delay: Duration::from_millis(delay),
            jitter: Duration::from_millis(jitter),
            seed,
        };
        match self {
            Self::Late => latency(60, 100),
            Self::TooLate => latency(500, 200),
            Self::Stalled => Toxic::Bandwidth {
                bytes_per_second: 40,
            },
            Self::Lost => Toxic::BlackHole,
        }
    }
}

/// The store of the leases of one target, and the way of one writer there.
pub(super) struct Line {
    wire: Wire,
    server: S3Server,
    proxy: Proxy,
}

impl Line {
    /// Makes both; everything passes yet. The keys of the bucket are written into `folder`.
    pub(super) fn new(wire: Wire, folder: &Path) -> Self {
        let server = S3Server::start();
        let proxy = Proxy::start(&server.endpoint);
        for (name, text) in [("id", &server.access_key), ("secret", &server.secret)] {
            std::fs::write(folder.join(name), text).expect("write a key");
        }
        Self {
            wire,
            server,
            proxy,
        }
    }

    /// The place of the leases as a configuration names it, for a writer behind the proxy or
    /// beside it.
    pub(super) fn state(&self, behind: bool) -> String {
        let endpoint = match behind {
            true => self.proxy.endpoint(),
            false => self.server.endpoint.clone(),
        };
        format!(
            "state: {{url: \"s3://{}/state\", endpoint: \"{endpoint}\", access_key_id: {{file: id}}, secret_access_key: {{file: secret}}, timeout: {}}}, ",
            self.server.bucket,
            self.wire.timeout()
        )
    }

    /// The time to live of the leases there.
    pub(super) fn time_to_live(&self) -> Duration {
        self.wire.time_to_live()
    }

    /// Where the records lie as files.
    pub(super) fn records(&self) -> PathBuf {
        self.server.objects()
    }

    /// The trouble begins, also for connections that are open.
    pub(super) fn begin(&self, seed: u64) {
        for direction in [Direction::Up, Direction::Down] {
            self.proxy.set(direction, self.wire.toxic(seed));
        }
    }

    /// Everything passes again.
    pub(super) fn heal(&self) {
        self.proxy.heal();
    }
}
