//! One writer per target: an advisory lock in the maintenance database, held by the very session
//! that swaps. A writer that lost its connection has lost both.

use crate::config::{Address, SHADOW, Session, own_name};
use crate::stamp::look_up;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::Token;

/// How long a server may take to notice that a connection is gone, and to give its lock back.
const GONE: Duration = Duration::from_secs(2);
/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// The lock of one target, held while the session lives.
pub(crate) struct TargetLock {
    /// The session, from which databases are made, renamed and dropped.
    pub(crate) session: Session,
}

impl TargetLock {
    /// Takes the lock, or says that another run has it.
    pub(crate) async fn take(address: &Address, context: &Context) -> Result<Self> {
        let session = Session::maintenance(address, Kind::Target, context).await?;
        let started = tokio::time::Instant::now();
        let shadow = own_name(SHADOW, &address.database);
        while !try_lock(&session, &shadow).await? {
            if started.elapsed() > GONE {
                return Err(held(address));
            }
            context.check("lock the target")?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(Self { session })
    }

    /// Gives it back at once, also when the run was told to stop.
    pub(crate) async fn release(self) {
        let sql = "SELECT pg_catalog.pg_advisory_unlock_all()";
        // A connection that is gone has given it back.
        let _ = tokio::time::timeout(GONE, self.session.client().batch_execute(sql)).await;
    }

    /// Fails unless `token` is above everything that was ever live there.
    pub(crate) async fn refuse_stale(&self, address: &Address, token: Token) -> Result<()> {
        match look_up(&self.session, &address.database).await? {
            Some(live) if live.mark.is_some() && live.fence() >= token => {
                Err(stale(address, token, live.fence()))
            }
            _ => Ok(()),
        }
    }
}

/// Whether nobody works on a copy that is being built under that name.
pub(crate) async fn is_abandoned(session: &Session, shadow: &str) -> Result<bool> {
    let taken = try_lock(session, shadow).await?;
    if taken {
        let sql = "SELECT pg_catalog.pg_advisory_unlock($1)";
        session
            .rows("look for a lock in", sql, &[&key(shadow)])
            .await?;
    }
    Ok(taken)
}

async fn try_lock(session: &Session, shadow: &str) -> Result<bool> {
    let doing = "take the lock of a target in";
    let sql = "SELECT pg_catalog.pg_try_advisory_lock($1)";
    match session.row(doing, sql, &[&key(shadow)]).await? {
        Some(row) => session.get(doing, &row, 0),
        None => Ok(false),
    }
}

/// The number of a lock: of the name under which a copy is built, so that whoever finds one can ask
/// whether somebody works on it.
fn key(shadow: &str) -> i64 {
    let digest = Sha256::digest(format!("weir:{shadow}"));
    let mut head = [0_u8; 8];
    head.iter_mut()
        .zip(digest.iter())
        .for_each(|(to, from)| *to = *from);
    i64::from_be_bytes(head)
}

fn held(address: &Address) -> Error {
    let doing = format!("lock {} on {}", address.database, address.server());
    Error::new(Kind::Locked, doing, "another run of Weir works on it")
        .hint("wait for it: `weir status` shows what is running")
        .transient()
}

/// The error of a run that another one has overtaken.
pub(crate) fn stale(address: &Address, token: Token, found: Token) -> Error {
    let doing = format!("write {} on {}", address.database, address.server());
    let cause = format!(
        "a newer run was here: its token is {}, this run's is {}",
        found.0, token.0
    );
    Error::new(Kind::Locked, doing, cause)
        .hint("nothing is to be done: what the newer run put there is live")
}
