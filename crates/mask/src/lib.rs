#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! A [`Ruleset`] is what an operator writes; bound to the catalog of a backup and a [`Key`] it
//! becomes [`BoundRules`], which an engine asks for every value. Binding is where everything
//! that could leak or break is refused, before a byte of data moves.

mod bind;
mod check;
mod compound;
mod condition;
mod key;
mod ruleset;
mod run;
mod scheme;
mod transformer;
mod watch;

pub use bind::{
    Attempt, AttemptResult, Because, BoundRules, CheckProof, Explained, Filtering, RowFilter,
    Types, Verdict, What,
};
pub use key::Key;
pub use ruleset::{ReadFile, Ruleset, schema};
pub use scheme::SCHEME;
pub use transformer::{
    Determinism, OptionAbout, OptionValues, Transformer, Uniqueness, transformers,
};
