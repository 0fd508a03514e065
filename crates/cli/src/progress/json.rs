//! Events for programs: one JSON object a line.

use super::Face;
use std::io::{self, Write};
use weir_model::event::Event;

/// Writes each event as it comes.
pub(super) struct Json;

impl Face for Json {
    fn show(&self, event: &Event) {
        if let Ok(text) = serde_json::to_string(event) {
            let _ = io::stderr()
                .lock()
                .write_all(format!("{text}\n").as_bytes());
        }
    }

    fn close(&self) {}
}
