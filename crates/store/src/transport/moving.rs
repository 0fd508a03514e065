//! Whether a request still moves.

use super::queues::Queues;
use bytes::Bytes;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// The size of what is told as one step: on a slow line each takes a while to go.
const PIECE: usize = 16 * 1024;
/// The most that the systems of both sides keep of what was written and not yet taken by the
/// server: Linux lets the buffers of a connection grow to this by default.
const BUFFERED: u64 = 12 * 1024 * 1024;
/// How often the systems' queues are looked at, in the time in which a server may be silent.
const LOOKS: u32 = 8;
/// How much of it a server that moves takes in the time in which it may be silent.
const SLOWEST: u64 = 4 * 1024 * 1024;

/// What is known of a request being sent.
#[derive(Debug)]
pub(super) struct Moving {
    timeout: Duration,
    written: AtomicU64,
    last: Mutex<Instant>,
}

impl Moving {
    pub(super) fn new(timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            timeout,
            written: AtomicU64::new(0),
            last: Mutex::new(Instant::now()),
        })
    }

    /// Cuts bytes into pieces that tell when they have been written.
    pub(super) fn pieces(self: &Arc<Self>, mut bytes: Bytes) -> Vec<Bytes> {
        let mut pieces = Vec::with_capacity(bytes.len() / PIECE + 1);
        while !bytes.is_empty() {
            let bytes = bytes.split_to(bytes.len().min(PIECE));
            let moving = Arc::clone(self);
            pieces.push(Bytes::from_owner(Piece { bytes, moving }));
        }
        pieces
    }

    fn written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::SeqCst);
        self.moved();
    }

    fn moved(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By when something must move. What the server's system holds is nothing that we can see go,
    /// and ours does not always tell: the more of it there may be, the more time it has.
    fn patience(&self) -> Instant {
        let buffered = self.written.load(Ordering::SeqCst).min(BUFFERED);
        let thousandths = u32::try_from(buffered * 1000 / SLOWEST).unwrap_or(u32::MAX);
        self.last() + self.timeout + self.timeout / 1000 * thousandths
    }

    /// Returns when nothing has moved for too long on the way to the server's `port`.
    pub(super) async fn stopped(&self, port: u16) {
        let tick = self.timeout / LOOKS;
        let mut before = Queues::default();
        loop {
            let (now, until) = (Instant::now(), self.patience());
            if until <= now {
                return;
            }
            tokio::time::sleep_until(until.min(now + tick)).await;
            // Questions without a body, and pieces that are written one after the other, need no
            // other sign.
            if self.written.load(Ordering::SeqCst) > 0 && self.last().elapsed() >= tick {
                let queues = Queues::read(port).await;
                if queues.moved_since(&before) {
                    self.moved();
                }
                before = queues;
            }
        }
    }
}

/// Bytes on their way: let go of when the connection has taken them.
struct Piece {
    bytes: Bytes,
    moving: Arc<Moving>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.moving.written(self.bytes.len());
    }
}

/// The silence of whoever answers.
pub(super) struct Silence {
    timeout: Duration,
    /// Runs while something is waited for: whoever reads slowly makes no silence.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Silence {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            sleep: None,
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Something came.
    pub(super) fn broken(&mut self) {
        self.sleep = None;
    }

    /// Ready when nothing has come for too long.
    pub(super) fn poll_too_long(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let timeout = self.timeout;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        ready!(sleep.as_mut().poll(context));
        self.sleep = None;
        Poll::Ready(())
    }
}
