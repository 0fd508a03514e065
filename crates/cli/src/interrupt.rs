//! Ctrl-C and SIGTERM: the first asks the run to stop at a safe point, the second ends it.

use tokio::signal::unix::{Signal, SignalKind, signal};
use weir_engine::{Cancel, Observer};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Event;

/// The signals that ask a process to stop.
pub(crate) struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupt {
    /// Begins to listen; from here on the signals no longer end the process by themselves.
    pub(crate) fn listen() -> Result<Self> {
        let failed = |error| Error::from_source(Kind::Internal, "listen for signals", error);
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    /// Cancels on the first signal and returns on the second.
    pub(crate) async fn second(mut self, cancel: &Cancel, observer: &dyn Observer) {
        self.next().await;
        cancel.cancel();
        observer.event(&Event::Warning {
            message: "stopping at the next safe point; once more ends at once".to_owned(),
        });
        self.next().await;
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
