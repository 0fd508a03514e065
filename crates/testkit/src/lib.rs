#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! - [`s3`]: an S3 server inside the test's process, and [`s3_faults`], what it does wrong.
//! - [`fake`]: an engine whose databases are JSON files. It keeps every promise of the contract
//!   in the plainest way, so it is also the engine to read first.
//! - [`mod@conformance`]: the suite that defines the contract of an engine. An engine joins by
//!   implementing [`conformance::Harness`] and calling [`conformance!`].
//! - [`faults`]: damage by seed and kills of the real binary, with what must come of them.
//! - [`proxy`]: a TCP proxy that goes wrong on purpose, in front of any server.
//! - [`disk`]: disks that are too small, folders that cannot be written.
//! - [`observe`]: observers that record, stop or kill a run at a given state.

pub mod conformance;
pub mod disk;
pub mod fake;
pub mod faults;
pub mod observe;
pub mod proxy;
pub mod s3;
pub mod s3_faults;
