//! Whether upstream has what a job takes.

use crate::facts::Upstream;
use crate::rule::Rule;
use crate::rules::Rules;
use crate::timetable::later;
use jiff::{SignedDuration, Timestamp};

/// What is known of the backups that one upstream job makes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// When the newest whole backup was begun.
    pub newest: Option<Timestamp>,
    /// When the one was begun that the job downstream last took.
    pub taken: Option<Timestamp>,
}

/// Whether the newest backup of `upstream` is one that `rule` waits for: newer than the one it
/// last took, and not older than `max_age` or than upstream's last due time. Of several upstream
/// jobs, each is judged by itself.
#[must_use]
pub fn judge(
    rules: &Rules,
    rule: &Rule,
    upstream: &str,
    backups: Taken,
    now: Timestamp,
) -> Upstream {
    let Some(newest) = backups.newest else {
        return stale(format!("{upstream} has made no backup yet"));
    };
    if backups.taken.is_some_and(|taken| newest <= taken) {
        return stale(format!(
            "{upstream} has made no backup since the one of {newest}, which is here"
        ));
    }
    let due = rules
        .get(upstream)
        .and_then(|rule| rule.timetable.newest(now));
    let (oldest, bound) = match rule.max_age {
        Some(age) => {
            let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
            (Some(later(now, -age)), "older than `max_age`")
        }
        None => (due, "from before it was last due"),
    };
    if oldest.is_some_and(|oldest| newest < oldest) {
        return stale(format!(
            "the newest backup of {upstream} is of {newest}, {bound}"
        ));
    }
    Upstream::Fresh
}

fn stale(why: String) -> Upstream {
    Upstream::Stale { why }
}
