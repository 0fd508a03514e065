#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! One file per verb, each a function that reads as a list. A plan and a run are the same code
//! up to the point where something would change. Nothing here prints: what happens goes to an
//! observer, what came of it is returned.

pub mod adopt;
pub mod adoptable;
mod backup;
pub mod backups;
mod clean;
mod clock;
mod closing;
pub mod compare;
pub mod doctor;
pub mod drift;
pub mod drill;
mod encrypted;
mod engines;
mod group;
pub mod guard;
pub mod heal;
pub mod history;
pub mod holds;
mod hooks;
mod job_report;
mod job_run;
pub mod leases;
mod meeting;
pub mod news;
mod origin;
pub mod plan;
pub mod preview;
mod progress;
pub mod prune;
mod publish;
mod pushes;
mod recorder;
mod recover;
mod replicate;
mod restore;
mod resume;
pub mod rollback;
pub mod run;
mod run_book;
pub mod sanitise;
pub mod scan;
pub mod schedule;
pub mod secrets;
pub mod selection;
mod site;
mod site_builder;
pub mod status;
mod steps;
mod target_policy;
mod upstream;
pub mod verify;
mod weir;
pub mod words;

pub use clock::{Clock, SystemClock};
pub use closing::DeadRun;
pub use engines::Engines;
pub use job_report::JobReport;
pub use run::{RunOptions, RunReport};
pub use sanitise::read as read_ruleset;
pub use selection::Selection;
pub use weir::{Settings, Weir};
pub use weir_store::Choice;
