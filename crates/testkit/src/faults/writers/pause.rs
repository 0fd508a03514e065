//! A process that stands still, as one that was stopped or swapped out does: at a state, with all
//! its threads, heartbeat included.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use weir_model::event::Checkpoint;

/// Stops a writer at a state until it is released.
pub(super) struct Pause {
    pub(super) state: Checkpoint,
    at: Mutex<At>,
    changed: Condvar,
    freeze: Notify,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Before,
    There,
    Released,
}

impl Pause {
    pub(super) fn at(state: Checkpoint) -> Arc<Self> {
        Arc::new(Self {
            state,
            at: Mutex::new(At::Before),
            changed: Condvar::new(),
            freeze: Notify::new(),
        })
    }

    /// The thread that reaches the state stands still. Once released, nobody does.
    pub(super) fn stand_still(&self) {
        let mut at = self.at.lock().expect("nobody panics with it");
        if *at == At::Before {
            *at = At::There;
            self.changed.notify_all();
            self.freeze.notify_one();
        }
        let still = self.changed.wait_while(at, |at| *at == At::There);
        drop(still.expect("nobody panics with it"));
    }

    /// A task of the writer's runtime, whose only thread stands still with the other one.
    pub(super) async fn freeze(self: Arc<Self>) {
        self.freeze.notified().await;
        self.stand_still();
    }

    /// Waits until the state is reached.
    pub(super) fn reached(&self, patience: Duration) -> Result<(), String> {
        let at = self.at.lock().expect("nobody panics with it");
        let waited = self
            .changed
            .wait_timeout_while(at, patience, |at| *at == At::Before);
        let (at, _) = waited.expect("nobody panics with it");
        match *at == At::Before {
            true => Err(format!("the first writer never came to {:?}", self.state)),
            false => Ok(()),
        }
    }

    /// Lets everything go on.
    pub(super) fn release(&self) {
        *self.at.lock().expect("nobody panics with it") = At::Released;
        self.changed.notify_all();
    }
}
