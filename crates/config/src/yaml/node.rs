//! A parsed file: scalars, lists and maps, each with its place.

use crate::problem::Span;

/// A value with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Where the value stands; for a block map or list, from its first key to its last value.
    pub(super) span: Span,
    /// The value.
    pub(super) kind: Kind,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A single value. `plain` is false when it was quoted or a block, and so surely text.
    Scalar {
        /// The text, unquoted.
        text: String,
        /// Whether it was written without quotes.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// A map, in the order of the file, each key once.
    Mapping(Vec<Entry>),
}

/// One key of a map and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: Key,
    /// The value.
    pub(super) value: Node,
}

/// The key of a map entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The key, unquoted.
    pub(super) text: String,
    /// Where it stands.
    pub(super) span: Span,
}

impl Node {
    /// Whether it is a map: as a whole it is blamed at its key, for a block would mark too much.
    pub(super) fn is_mapping(&self) -> bool {
        matches!(self.kind, Kind::Mapping(_))
    }
}
