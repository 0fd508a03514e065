//! Observers for tests: they record what a run tells, and act at the states it passes.

use std::sync::{Arc, Mutex, PoisonError};
use weir_engine::{Context, Observer};
use weir_model::event::{Checkpoint, Event};

type Action = Box<dyn Fn() + Send + Sync>;

/// Records every event, and does something at chosen states.
#[derive(Default)]
pub struct Probe {
    events: Mutex<Vec<Event>>,
    actions: Vec<(Option<Checkpoint>, Action)>,
}

impl Probe {
    /// Does something whenever the run passes `checkpoint`, on the thread that passes it.
    #[must_use]
    pub fn at(mut self, checkpoint: Checkpoint, action: impl Fn() + Send + Sync + 'static) -> Self {
        self.actions.push((Some(checkpoint), Box::new(action)));
        self
    }

    /// Does something at every state the run passes.
    #[must_use]
    pub fn at_each(mut self, action: impl Fn() + Send + Sync + 'static) -> Self {
        self.actions.push((None, Box::new(action)));
        self
    }

    /// Kills this process, as the kernel or an operator would, at `checkpoint`.
    #[must_use]
    pub fn kill_at(self, checkpoint: Checkpoint) -> Self {
        self.at(checkpoint, || {
            let _ = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::KILL,
            );
        })
    }

    /// The states passed so far, in order.
    #[must_use]
    pub fn checkpoints(&self) -> Vec<Checkpoint> {
        self.locked()
            .iter()
            .filter_map(|event| match event {
                Event::Checkpoint { checkpoint } => Some(*checkpoint),
                _ => None,
            })
            .collect()
    }

    /// Everything told so far, as text to search in.
    #[must_use]
    pub fn text(&self) -> String {
        self.locked()
            .iter()
            .map(|event| format!("{event:?}\n"))
            .collect()
    }

    /// The warnings told so far, in order.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.locked()
            .iter()
            .filter_map(|event| match event {
                Event::Warning { message } => Some(message.clone()),
                _ => None,
            })
            .collect()
    }

    /// A context that this probe listens to.
    #[must_use]
    pub fn context(self: &Arc<Self>) -> Context {
        Context::new(self.clone())
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Probe {
    fn event(&self, event: &Event) {
        self.locked().push(event.clone());
        if let Event::Checkpoint { checkpoint } = event {
            self.actions
                .iter()
                .filter(|(at, _)| at.is_none_or(|at| at == *checkpoint))
                .for_each(|(_, action)| action());
        }
    }
}
