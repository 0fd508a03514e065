//! Is any app broken by us?

use super::observe::Observed;
use super::{Exception, Question, Verdict};

pub(super) fn answer(observed: &Observed) -> Question {
    let mut exceptions = Vec::new();
    for database in &observed.databases {
        let restored = database
            .last_success("restore")
            .or_else(|| database.last_success("recover"));
        let (cause, verdict) = match &database.live {
            Err(why) => (format!("not readable from here: {why}"), Verdict::Unknown),
            Ok(live) if !live.exists && restored.is_some() => (
                "the database that Weir restored does not exist any more".to_owned(),
                Verdict::Bad,
            ),
            Ok(live) if !live.exists && database.source.is_none() => (
                "the source database does not exist: Weir never writes it, so look at its `url`, or `weir recover` it where it is lost"
                    .to_owned(),
                Verdict::Notice,
            ),
            Ok(live) if live.exists && live.stamp.is_none() && restored.is_some() => (
                "the live copy was put there by someone else: it has no stamp of a restore"
                    .to_owned(),
                Verdict::Notice,
            ),
            Ok(_) => continue,
        };
        exceptions.push(Exception {
            place: database.place(),
            step: if database.source.is_some() {
                "restore"
            } else {
                "backup"
            }
            .to_owned(),
            cause,
            serving: database.serving(observed.now),
            command: if database.source.is_some() {
                format!("weir restore {}/{}", database.environment, database.app)
            } else {
                format!("weir plan {}/{}", database.environment, database.app)
            },
            verdict,
        });
    }
    Question::new("broken", "Is any app broken by us?", Vec::new(), exceptions)
}
