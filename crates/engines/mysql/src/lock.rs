//! One writer per target: a lock of the server's, held by the very session that swaps. A writer
//! that lost its connection has lost both.

use crate::config::{Address, SHADOW, Session, literal, own_name};
use crate::stamp::look_up;
use crate::swap::unheard;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::Token;

/// How long a server may take to notice that a connection is gone, and to give its lock back.
const GONE: Duration = Duration::from_secs(2);
/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(50);
/// Bytes of the digest in a lock's name, of which a server takes 64 characters.
const DIGEST: usize = 16;

/// The lock of one target, held while the session lives.
pub(crate) struct TargetLock {
    /// The session, from which copies are put live.
    pub(crate) session: Session,
}

impl TargetLock {
    /// Takes the lock, or says that another run has it.
    pub(crate) async fn take(address: &Address, context: &Context) -> Result<Self> {
        let mut session = Session::open(address, Kind::Target, context).await?;
        let started = tokio::time::Instant::now();
        let shadow = own_name(SHADOW, &address.database);
        while !try_lock(&mut session, &shadow).await? {
            if started.elapsed() > GONE {
                session.close().await;
                return Err(held(address));
            }
            context.check("lock the target")?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(Self { session })
    }

    /// The same lock for what is done whatever the run was told; taken anew where its connection was
    /// lost, and it with it.
    pub(crate) async fn kept(mut self, address: &Address, context: &Context) -> Result<Self> {
        self.session.listen_to(context);
        let shadow = own_name(SHADOW, &address.database);
        let sql = format!(
            "SELECT IS_USED_LOCK({}) = CONNECTION_ID()",
            literal(&name(&shadow))
        );
        let held = self.session.row("look for a lock in", &sql).await;
        match held {
            Ok(Some(row)) if row.optional_number(0)? == Some(1) => Ok(self),
            _ => Self::take(address, context).await,
        }
    }

    /// Gives it back at once, also when the run was told to stop.
    pub(crate) async fn release(self) {
        self.session.close().await;
    }

    /// Whether the session still lives, and its lock with it.
    pub(crate) async fn is_held(&mut self) -> bool {
        self.session.listen_to(&unheard());
        self.session
            .run("ask for the lock of", "DO 1")
            .await
            .is_ok()
    }

    /// Fails unless `token` is above everything that was ever live there.
    pub(crate) async fn refuse_stale(&mut self, address: &Address, token: Token) -> Result<()> {
        match look_up(&mut self.session, address).await? {
            Some(live) if live.fence >= token => Err(stale(address, token, live.fence)),
            _ => Ok(()),
        }
    }
}

/// Whether nobody works on a copy that is being built in that schema.
pub(crate) async fn is_abandoned(session: &mut Session, shadow: &str) -> Result<bool> {
    let taken = try_lock(session, shadow).await?;
    if taken {
        let sql = format!("SELECT RELEASE_LOCK({})", literal(&name(shadow)));
        session.row("look for a lock in", &sql).await?;
    }
    Ok(taken)
}

async fn try_lock(session: &mut Session, shadow: &str) -> Result<bool> {
    let sql = format!("SELECT GET_LOCK({}, 0)", literal(&name(shadow)));
    let row = session.row("take the lock of a target in", &sql).await?;
    let taken = row.map(|row| row.optional_number(0)).transpose()?;
    Ok(taken.flatten() == Some(1))
}

/// The name of a lock, which is one for the whole server: of the schema in which a copy is built, so
/// that whoever finds one can ask whether somebody works on it. Servers on some file systems do not
/// tell the case of schemas apart.
fn name(shadow: &str) -> String {
    let mut name = "weir:".to_owned();
    for byte in Sha256::digest(shadow.to_lowercase()).iter().take(DIGEST) {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn held(address: &Address) -> Error {
    let doing = format!("lock {}", address.place());
    Error::new(Kind::Locked, doing, "another run of Weir works on it")
        .hint("wait for it: `weir status` shows what is running")
        .transient()
}

/// The error of a run that another one has overtaken.
pub(crate) fn stale(address: &Address, token: Token, found: Token) -> Error {
    let doing = format!("write {}", address.place());
    let cause = format!(
        "a newer run was here: its token is {}, this run's is {}",
        found.0, token.0
    );
    Error::new(Kind::Locked, doing, cause)
        .hint("nothing is to be done: what the newer run put there is live")
}
