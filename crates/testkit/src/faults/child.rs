//! Waiting for processes.

use std::process::Child;
use std::time::{Duration, Instant};

/// The exit code of a process that ends in time; -1 if a signal ended it.
#[allow(
    clippy::disallowed_methods,
    reason = "the pace of looking whether a child has ended, up to a deadline"
)]
pub(super) fn ended_by(child: &mut Child, until: Instant) -> Option<i32> {
    loop {
        if let Some(status) = child.try_wait().expect("wait for weir") {
            return Some(status.code().unwrap_or(-1));
        }
        if Instant::now() >= until {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
