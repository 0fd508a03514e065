//! Nonsense for everything that reads what others wrote: a reader may refuse it, in words; it
//! never panics, never hangs, and what it takes it can write again.
//!
//! `scripts/fuzz` lets libFuzzer look for such bytes; the tests feed the corpus, and what a few
//! seeds make of it.

// A property that does not hold has to be seen by the fuzzer: it panics.
#![allow(clippy::expect_used, clippy::panic)]

mod mutate;
mod readers;

pub use mutate::mutate;

/// Feeds some bytes to a reader.
pub type Feed = fn(&[u8]);

/// What is fed, each with a folder of its name in `corpus`.
pub const TARGETS: [(&str, Feed); 9] = [
    ("config", readers::config),
    ("ruleset", readers::ruleset),
    ("manifest", readers::manifest),
    ("frame-index", readers::frame_index),
    ("pointer", readers::pointer),
    ("name", readers::name),
    ("archive-toc", readers::archive_toc),
    ("archive-custom", readers::archive_custom),
    ("insert-rows", readers::insert_rows),
];

/// The reader of that name.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn target(name: &str) -> Feed {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no target {name:?}")).1
}
