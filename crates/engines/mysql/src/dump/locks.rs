//! Locks of our own: each is waited for only briefly, because others queue up behind a waiting one,
//! and then asked for again.

use crate::config::{Session, code, identifier, numbers};
use std::time::Duration;
use weir_model::error::{Error, Result};

/// Seconds that others may have to wait behind us.
const WAIT: u32 = 5;
/// How often a lock is asked for.
const ATTEMPTS: u32 = 6;
/// For how long others then have the server for themselves.
const PAUSE: Duration = Duration::from_secs(2);

/// How a server is held still.
pub(super) struct Means {
    /// What it is called in a manifest.
    pub(super) mode: &'static str,
    /// What takes the lock.
    pub(super) take: Vec<String>,
    /// What gives it back, also when it was taken in part only.
    pub(super) give_back: &'static str,
}

impl Means {
    /// MariaDB's own: commits wait, nothing else does.
    pub(super) fn backup_stage() -> Self {
        Self {
            mode: "backup-stage",
            take: vec![
                "BACKUP STAGE START".to_owned(),
                "BACKUP STAGE BLOCK_COMMIT".to_owned(),
            ],
            give_back: "BACKUP STAGE END",
        }
    }

    /// Everything that writes waits.
    pub(super) fn global_read_lock() -> Self {
        Self {
            mode: "global-read-lock",
            take: vec!["FLUSH TABLES WITH READ LOCK".to_owned()],
            give_back: "UNLOCK TABLES",
        }
    }

    /// Everything that writes to these tables waits.
    pub(super) fn tables(mode: &'static str, names: &[&str]) -> Self {
        let names = names
            .iter()
            .map(|name| format!("{} READ", identifier(name)));
        Self {
            mode,
            take: vec![format!(
                "LOCK TABLES {}",
                names.collect::<Vec<_>>().join(", ")
            )],
            give_back: "UNLOCK TABLES",
        }
    }
}

/// What came of asking for a lock.
pub(super) enum Asked {
    /// It is held.
    Held,
    /// This user may not take it, or the server has none of that kind.
    Refused,
    /// Others did not let go.
    Busy(Error),
}

/// Takes a lock, in as many attempts as others can be asked to bear.
pub(super) async fn acquire(session: &mut Session, means: &Means) -> Result<Asked> {
    let bound = format!("SET SESSION lock_wait_timeout = {WAIT}");
    session.run("prepare to lock", &bound).await?;
    let mut attempt = 1;
    loop {
        let Err(error) = attempt_once(session, means).await else {
            return Ok(Asked::Held);
        };
        match code(&error) {
            Some(number) if is_refusal(number) => return Ok(Asked::Refused),
            Some(numbers::LOCK_WAIT_TIMEOUT | numbers::DEADLOCK) => {}
            _ => return Err(error),
        }
        if attempt == ATTEMPTS {
            return Ok(Asked::Busy(error));
        }
        if attempt == 1 {
            note_blockers(session).await;
        }
        rest(session).await?;
        attempt += 1;
    }
}

/// Leaves the server to the others for a while.
async fn rest(session: &Session) -> Result<()> {
    let context = &session.context;
    context.waiting("others to let go of the tables", PAUSE);
    let pause = async {
        tokio::time::sleep(PAUSE).await;
        Ok(())
    };
    context.unless_stopped("wait for a lock", pause).await
}

async fn attempt_once(session: &mut Session, means: &Means) -> Result<()> {
    for statement in &means.take {
        if let Err(error) = session.run("hold still", statement).await {
            // What was taken of it is given back; where nothing was, that is an error of no interest.
            let _ = session.run("let go of", means.give_back).await;
            return Err(error);
        }
    }
    Ok(())
}

/// Access denied in its kinds, a statement the server does not know, and one it is set not to run.
fn is_refusal(number: u16) -> bool {
    matches!(number, 1044 | 1045 | 1142 | 1227 | 1064 | 1235 | 1290)
}

/// Says who has been at work for long, by name only: whose lock it is no server tells everybody.
async fn note_blockers(session: &mut Session) {
    let sql = "SELECT ID, USER, TIME FROM information_schema.PROCESSLIST \
               WHERE ID <> CONNECTION_ID() AND USER NOT IN ('system user', 'event_scheduler') \
               AND TIME >= 5 AND COMMAND NOT IN ('Binlog Dump', 'Daemon') \
               AND NOT (COMMAND = 'Sleep' AND USER = SUBSTRING_INDEX(USER(), '@', 1)) \
               ORDER BY COMMAND = 'Sleep', TIME DESC LIMIT 3";
    let Ok(rows) = session.rows("ask who works on", sql).await else {
        return;
    };
    let busy = rows.iter().filter_map(|row| {
        let (id, user, time) = (row.number(0).ok()?, row.text(1).ok()?, row.text(2).ok()?);
        Some(format!("connection {id} of {user} for {time} seconds"))
    });
    let busy = busy.collect::<Vec<_>>().join(", ");
    let place = session.subject.place.clone();
    let said = match busy.is_empty() {
        true => "who it is cannot be seen (grant PROCESS to see it)".to_owned(),
        false => busy,
    };
    session
        .context
        .note(format!("somebody holds the tables of {place}: {said}"));
}
