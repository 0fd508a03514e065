/// What an engine can do, asked before planning instead of asking which engine it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Where its backups lie.
    pub dump: DumpKind,
    /// How a new copy becomes live.
    pub swap: SwapKind,
    /// Whether scripts run in a copy nobody else sees.
    pub isolated_scripts: bool,
    /// Whether rows can be masked while they are loaded.
    pub masks_in_flight: bool,
    /// Whether a column holds nothing but what its declared type says: a number is a number, a
    /// date a date. Where it is only a hint, the gate looks at every value.
    pub enforces_types: bool,
    /// Whether the replaced copy can be kept and put back.
    pub keeps_previous: bool,
    /// Whether a restore needs room on Weir's own disk, and how many times the database.
    pub scratch_copies: u32,
}

/// Where an engine's backups lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpKind {
    /// In parts that Weir stores, one or many.
    Parts,
    /// In a repository of the engine's own, which the manifest refers to.
    Native,
}

/// How a new copy becomes live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwapKind {
    /// In one step: a reader sees the whole old copy or the whole new one.
    Atomic,
    /// Object by object, where nothing better exists.
    PerObject,
}
