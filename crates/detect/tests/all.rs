//! What users of the detectors rely on.

#[path = "all/finding.rs"]
mod finding;
#[path = "all/gate.rs"]
mod gate;
#[path = "all/properties.rs"]
mod properties;
