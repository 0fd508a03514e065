//! A writer that is held at a state: as a process that was stopped stands still, with all its
//! threads, heartbeat included, or as one whose work is long while its heart goes on.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use weir_engine::Observer;
use weir_model::event::{Checkpoint, Event};

/// Where a writer is held, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Leased,
    ShadowCreated,
    RowsLoaded,
    Verified,
    /// It knows its lease as its own, and has not begun to swap.
    AboutToSwap,
    PreviousKept,
    Swapping,
}

impl State {
    fn is_told_by(self, event: &Event) -> bool {
        let wanted = match self {
            Self::Leased => Checkpoint::Leased,
            Self::ShadowCreated => Checkpoint::ShadowCreated,
            Self::RowsLoaded => Checkpoint::RowsLoaded,
            Self::Verified => Checkpoint::Verified,
            Self::AboutToSwap => {
                return matches!(event, Event::Step { name, .. } if name.starts_with("swap the shadow in"));
            }
            Self::PreviousKept => Checkpoint::PreviousKept,
            Self::Swapping => Checkpoint::Swapping,
        };
        matches!(event, Event::Checkpoint { checkpoint } if *checkpoint == wanted)
    }
}

/// Holds a writer at a state until it is released.
pub(super) struct Pause {
    state: State,
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
    pub(super) fn at(state: State) -> Arc<Self> {
        Arc::new(Self {
            state,
            at: Mutex::new(At::Before),
            changed: Condvar::new(),
            freeze: Notify::new(),
        })
    }

    /// The thread that reaches the state stands still. Once released, nobody does.
    fn stand_still(&self) {
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

impl Observer for Pause {
    fn event(&self, event: &Event) {
        if self.state.is_told_by(event) {
            self.stand_still();
        }
    }
}
