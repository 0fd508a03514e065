//! What users of the detectors rely on.

// Helpers of tests fail loudly, as tests do.
#![allow(clippy::unwrap_used)]

#[path = "all/finding.rs"]
mod finding;
#[path = "all/gate.rs"]
mod gate;
#[path = "all/properties.rs"]
mod properties;
