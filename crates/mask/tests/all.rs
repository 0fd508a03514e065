//! What users of rulesets and of masked copies rely on.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

#[path = "all/support.rs"]
mod support;

#[path = "all/binding.rs"]
mod binding;
#[path = "all/checks.rs"]
mod checks;
#[path = "all/documentation.rs"]
mod documentation;
#[path = "all/documents.rs"]
mod documents;
#[path = "all/gate.rs"]
mod gate;
#[path = "all/language.rs"]
mod language;
#[path = "all/parsing.rs"]
mod parsing;
#[path = "all/programs_ahead.rs"]
mod programs_ahead;
#[path = "all/pseudonyms.rs"]
mod pseudonyms;
#[path = "all/references.rs"]
mod references;
#[path = "all/refusals.rs"]
mod refusals;
#[path = "all/registry.rs"]
mod registry;
#[path = "all/rows.rs"]
mod rows;
#[path = "all/transformers_columns.rs"]
mod transformers_columns;
#[path = "all/transformers_numbers.rs"]
mod transformers_numbers;
#[path = "all/transformers_people.rs"]
mod transformers_people;
#[path = "all/transformers_program.rs"]
mod transformers_program;
#[path = "all/uniqueness.rs"]
mod uniqueness;
