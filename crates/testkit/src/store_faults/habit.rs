//! How a store is, as long as it is: what it forbids, how it lists, what its clock says.

use std::time::Duration;

/// A lasting property of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Nothing can be removed.
    NoDelete,
    /// What is there cannot be written over, as under a lock of every object.
    NoOverwrite,
    /// Writing over and removing only hide the version before, which stays.
    KeepsVersions,
    /// Create-only writes take turns, whatever the store behind does.
    AtomicCreate,
    /// Lists so many objects at a time, each page by a request of its own.
    Pages(usize),
    /// A new object is missing from the next so many listings.
    LagsBy(usize),
    /// Its clock is ahead by so much.
    ClockAhead(Duration),
    /// Its clock is behind by so much.
    ClockBehind(Duration),
}
