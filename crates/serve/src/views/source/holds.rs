//! Holds, as the page shows them.

use super::{away, is_away};
use crate::views::{Hold, Holds, Unreadable};
use weir_model::hold;
use weir_pipeline::status::StatusReport;

/// The holds out of a report. Those of an environment that is away are as they were `known`: a
/// hold is not over because it cannot be read.
pub(super) fn of(report: &StatusReport, known: &Holds) -> Holds {
    let read = report.measured.holds.iter().map(shown);
    let kept = known.holds.iter().filter(|hold| {
        let environment = hold.place.split('/').next().unwrap_or_default();
        is_away(report, environment) && report.at < hold.until
    });
    let mut holds: Vec<Hold> = read.chain(kept.cloned()).collect();
    holds.sort_by(|one, other| (one.until, &one.id).cmp(&(other.until, &other.id)));
    let unread = report.measured.unread_holds.iter().map(|found| Unreadable {
        environment: found.environment.clone(),
        why: found.why.clone(),
        as_of: None,
    });
    Holds {
        at: report.as_of,
        holds,
        unreadable: away(report).into_iter().chain(unread).collect(),
    }
}

fn shown(hold: &hold::Hold) -> Hold {
    Hold {
        id: hold.id.clone(),
        place: hold.place(),
        operation: hold.operation.clone(),
        owner: hold.owner.clone(),
        reason: hold.reason.clone(),
        from: hold.from,
        until: hold.until,
    }
}
