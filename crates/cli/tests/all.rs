//! The command line as an operator meets it: the real binary, real files, real exit codes.

#![allow(missing_docs)]
// Helpers of tests stand outside `#[test]` functions; a panic there is a failed test.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "all/command.rs"]
mod command;
#[path = "all/fleet.rs"]
mod fleet;
#[path = "all/served.rs"]
mod served;

#[path = "all/across_engines.rs"]
mod across_engines;
#[path = "all/adopt.rs"]
mod adopt;
#[path = "all/adoptable.rs"]
mod adoptable;
#[path = "all/buckets.rs"]
mod buckets;
#[path = "all/canaries.rs"]
mod canaries;
#[path = "all/chain.rs"]
mod chain;
#[path = "all/checks.rs"]
mod checks;
#[path = "all/copies.rs"]
mod copies;
#[path = "all/demo.rs"]
mod demo;
#[path = "all/disks.rs"]
mod disks;
#[path = "all/doctor.rs"]
mod doctor;
#[path = "all/documents.rs"]
mod documents;
#[path = "all/drill.rs"]
mod drill;
#[path = "all/encryption.rs"]
mod encryption;
#[path = "all/gate.rs"]
mod gate;
#[path = "all/holds.rs"]
mod holds;
#[path = "all/interrupt.rs"]
mod interrupt;
#[path = "all/json.rs"]
mod json;
#[path = "all/mistakes.rs"]
mod mistakes;
#[path = "all/network.rs"]
mod network;
#[path = "all/night.rs"]
mod night;
#[path = "all/notify.rs"]
mod notify;
#[path = "all/prune.rs"]
mod prune;
#[path = "all/publish.rs"]
mod publish;
#[path = "all/publish_mariadb.rs"]
mod publish_mariadb;
#[path = "all/replicate.rs"]
mod replicate;
#[path = "all/resume.rs"]
mod resume;
#[path = "all/sanitise.rs"]
mod sanitise;
#[path = "all/scan.rs"]
mod scan;
#[path = "all/secrets.rs"]
mod secrets;
#[path = "all/serve.rs"]
mod serve;
#[path = "all/starting.rs"]
mod starting;
#[path = "all/streams.rs"]
mod streams;
#[path = "all/tonight.rs"]
mod tonight;
#[path = "all/writers.rs"]
mod writers;
