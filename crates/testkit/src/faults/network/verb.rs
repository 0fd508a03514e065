//! The verbs that use a store, and what may become of each.

/// The whole chain.
pub(super) const RUN: &str = "run production/shop --downstream";
/// The store does not answer, refuses, or its answers are cut.
const STORE: i32 = 20;
/// What `weir status` says of a fleet in which not all is well.
const ANSWERS: std::ops::RangeInclusive<i32> = 60..=63;

/// A verb as it is called.
pub(super) struct Verb {
    /// The words after `weir`; what is in capitals is filled in.
    pub(super) words: &'static str,
    /// Whether it works: it is recorded as a run, and a clean run must follow it.
    pub(super) is_recorded: bool,
    /// Whether its only change is the swap at its end, so that failing means nothing changed.
    pub(super) only_swaps: bool,
}

impl Verb {
    const fn works(words: &'static str, only_swaps: bool) -> Self {
        Self {
            words,
            is_recorded: true,
            only_swaps,
        }
    }

    const fn looks(words: &'static str) -> Self {
        Self {
            words,
            is_recorded: false,
            only_swaps: true,
        }
    }

    /// Whether the verb says that it did what it was asked.
    pub(super) fn is_success(&self, code: i32) -> bool {
        // What status cannot see it says, and that is what was asked of it.
        code == 0 || (self.words == "status" && ANSWERS.contains(&code))
    }

    pub(super) fn may_fail_with(&self, code: i32) -> bool {
        code == STORE
    }
}

/// All of them.
pub(super) const VERBS: [Verb; 17] = [
    Verb::works(RUN, false),
    Verb::works("backup production/shop", true),
    Verb::works("restore staging/shop", true),
    Verb::works("restore integration/shop", true),
    Verb::works("recover staging/shop --onto ONTO", true),
    Verb::works("drill production/shop", true),
    Verb::works("rollback staging/shop", true),
    Verb::looks("heal"),
    Verb::looks("plan"),
    Verb::looks("verify production/shop"),
    Verb::looks("verify staging/shop --live"),
    Verb::looks("status"),
    Verb::looks("runs"),
    Verb::looks("logs RUN"),
    Verb::looks("backups list production"),
    Verb::looks("backups show BACKUP"),
    Verb::looks("backups pull BACKUP FOLDER"),
];
