//! Is raw data where it must not be?

use super::coverage;
use super::observe::{LiveCopy, Observation, Observed};
use super::{Exception, Question, Verdict};
use jiff::tz::TimeZone;
use weir_model::sanitising::State;

/// Days before a voucher ends in which it is said.
const VOUCHER_NOTICE_DAYS: i32 = 14;

pub(super) fn answer(observed: &Observed) -> Question {
    let mut exceptions = Vec::new();
    for database in &observed.databases {
        match &database.live {
            Ok(live) => {
                exceptions.extend(leftovers(observed, database, live));
                exceptions.extend(mark(observed, database, live));
            }
            Err(why) if database.clean_only => exceptions.push(unseen(observed, database, why)),
            Err(_) => {}
        }
    }
    Question::new(
        "raw",
        "Is raw data where it must not be?",
        coverage::facts(observed),
        exceptions,
    )
}

/// Where only clean data may be, not to have looked is no answer.
fn unseen(observed: &Observed, database: &Observation, why: &str) -> Exception {
    Exception {
        place: database.place(),
        step: "sanitise".to_owned(),
        cause: format!("not readable from here: {why}"),
        serving: database.serving(observed.now),
        command: format!("weir plan {}/{}", database.environment, database.app),
        verdict: Verdict::Unknown,
    }
}

fn leftovers(observed: &Observed, database: &Observation, live: &LiveCopy) -> Option<Exception> {
    let first = live.leftovers.first()?;
    let more = match live.leftovers.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Some(Exception {
        place: database.place(),
        step: "restore".to_owned(),
        cause: format!("a dead run left something behind: {first}{more}"),
        serving: database.serving(observed.now),
        command: format!("weir heal {}/{}", database.environment, database.app),
        verdict: if database.clean_only {
            Verdict::Bad
        } else {
            Verdict::Notice
        },
    })
}

fn mark(observed: &Observed, database: &Observation, live: &LiveCopy) -> Option<Exception> {
    if !database.clean_only || database.source.is_none() || !live.exists {
        return None;
    }
    let today = observed.now.to_zoned(TimeZone::UTC).date();
    let (cause, verdict) = match &live.stamp {
        None => (
            "the live copy has no stamp: nobody knows whether it is sanitised".to_owned(),
            Verdict::Bad,
        ),
        Some(stamp) if !stamp.sanitising.is_clean_on(today) => (
            match &stamp.sanitising.voucher {
                Some(voucher) => format!("the voucher for this copy ended on {}", voucher.until),
                None => format!("the live copy is {}", stamp.sanitising.state),
            },
            Verdict::Bad,
        ),
        Some(stamp) if stamp.sanitising.state == State::Vouched => {
            let until = stamp.sanitising.voucher.as_ref()?.until;
            let left = today.until(until).ok()?.get_days();
            if left > VOUCHER_NOTICE_DAYS {
                return None;
            }
            (
                format!("the voucher for this copy ends on {until}"),
                Verdict::Notice,
            )
        }
        Some(_) => return None,
    };
    Some(Exception {
        place: database.place(),
        step: "sanitise".to_owned(),
        cause,
        serving: database.serving(observed.now),
        command: format!("weir restore {}/{}", database.environment, database.app),
        verdict,
    })
}
