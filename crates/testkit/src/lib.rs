#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! - [`s3`]: an S3 server inside the test's process, and [`s3_faults`], what it does wrong.
//! - [`postgres`], [`mariadb`]: servers of their own, gone with whoever started them, and
//!   [`certificates`] for them.
//! - [`prometheus`]: a Prometheus and a Pushgateway.
//! - [`fake`]: an engine whose databases are JSON files. It keeps every promise of the contract
//!   in the plainest way, so it is also the engine to read first.
//! - [`checks`]: what rules are told about the CHECKs of a real database.
//! - [`catcher`]: servers of mail and HTTP that keep what they are sent, or refuse, or hang.
//! - [`clock`]: a clock that is wrong on purpose.
//! - [`mod@conformance`]: the suite that defines the contract of an engine. An engine joins by
//!   implementing [`conformance::Harness`] and calling [`conformance!`].
//! - [`faults`]: damage by seed and kills of the real binary, with what must come of them.
//! - [`proxy`]: a TCP proxy that goes wrong on purpose, in front of any server.
//! - [`disk`]: disks that are too small, folders that cannot be written.
//! - [`fuzz`]: nonsense for everything that reads what others wrote.
//! - [`store_faults`]: stores that misbehave, as data.
//! - [`observe`]: observers that record, stop or kill a run at a given state.

pub mod azurite;
mod background;
pub mod catcher;
pub mod certificates;
pub mod checks;
pub mod clock;
pub mod conformance;
pub mod disk;
pub mod fake;
pub mod faults;
pub mod fuzz;
mod keeper;
pub mod mariadb;
pub mod observe;
pub mod postgres;
pub mod prometheus;
pub mod proxy;
pub mod s3;
pub mod s3_faults;
pub mod store_faults;
