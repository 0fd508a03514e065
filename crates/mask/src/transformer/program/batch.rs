//! Questions that are asked together.

use super::cache::CachePlace;
use super::protocol;
use std::collections::HashSet;
use weir_engine::Field;

/// Questions of a batch, and bytes of them, at most.
const MOST: usize = 1_000;
const MOST_BYTES: usize = 256 << 10;

/// Bytes of a value from which on it is asked about by itself, when its turn comes: answers of
/// that size would be forgotten before they are needed.
const LONG: usize = 16 << 10;

/// Questions in their order, each value once.
#[derive(Default)]
pub(super) struct Batch {
    /// One a line.
    pub(super) questions: String,
    /// Where each answer is kept, and whether it takes the place of bytes.
    pub(super) asked: Vec<(CachePlace, bool)>,
    places: HashSet<CachePlace>,
}

impl Batch {
    /// Adds a question, unless it is among them.
    pub(super) fn add(&mut self, place: CachePlace, field: Field<'_>) {
        if self.places.insert(place) {
            self.asked.push((place, matches!(field, Field::Blob(_))));
            protocol::question(field, &mut self.questions);
        }
    }

    /// Whether no more should be added.
    pub(super) fn is_full(&self) -> bool {
        self.asked.len() >= MOST || self.questions.len() >= MOST_BYTES
    }

    /// Whether a value is asked about by itself.
    pub(super) fn is_too_long(field: Field<'_>) -> bool {
        match field {
            Field::Text(bytes) | Field::Blob(bytes) => bytes.len() > LONG,
            Field::Null | Field::Integer(_) | Field::Real(_) => false,
        }
    }
}
