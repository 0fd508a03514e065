//! Leases: one writer per target. A lease is a create-only claim with a number; who has the
//! highest number has the target. It is taken over when its holder is seen to be dead, or when
//! whoever wants it saw no beat for the time to live on its own clock.

mod beat;
mod holder;
mod ledger;
mod list;

use crate::claim::nonce;
use crate::store::Store;
use beat::Heart;
use jiff::Timestamp;
use ledger::{Entry, Ledger};
use std::time::Duration;
use tokio::time::Instant;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Process;
use weir_model::stamp::Token;

pub use holder::{is_alive, is_dead, this_process};
pub use list::{HeldLease, held_leases};

/// How to take a lease.
#[derive(Debug, Clone)]
pub struct Acquire<'a> {
    /// The target, by any name that all its writers use.
    pub target: &'a str,
    /// The run.
    pub run: &'a str,
    /// The process, so that others can see whether it lives.
    pub by: Process,
    /// The time, which tokens follow.
    pub now: Timestamp,
    /// The target's last token as far as it is known from the target itself.
    pub above: Token,
    /// After how long without a beat a holder counts as dead. Beats come at least twice as often.
    pub ttl: Duration,
    /// How long to wait for a holder that lives.
    pub wait: Duration,
    /// Who is told that a holder is watched.
    pub context: Option<&'a Context>,
}

impl<'a> Acquire<'a> {
    /// The usual terms: 150 seconds to live, and no waiting for a holder that lives.
    #[must_use]
    pub fn new(target: &'a str, run: &'a str, now: Timestamp) -> Self {
        Self {
            target,
            run,
            by: this_process(),
            now,
            above: Token::default(),
            ttl: Duration::from_secs(150),
            wait: Duration::ZERO,
            context: None,
        }
    }
}

/// A lease that is held. Dropped, it is not released but stops beating, so that whoever comes
/// next heals the target before using it.
#[derive(Debug)]
pub struct Lease {
    ledger: Ledger,
    number: u64,
    token: Token,
    heart: Heart,
}

impl Lease {
    /// Takes the lease of a target. That a holder is watched, of which nobody knows whether it
    /// lives, is told all the while.
    ///
    /// # Errors
    /// `locked`, naming the holder, when it lives; `store`.
    pub async fn acquire(state: &Store, terms: &Acquire<'_>) -> Result<Self> {
        let ledger = Ledger::new(state, terms.target);
        let began = Instant::now();
        let mut watch: Option<Watch> = None;
        loop {
            let newest = ledger.newest().await?;
            let free = match &newest {
                None => true,
                Some(entry) => {
                    let same = watch.take().filter(|watch| watch.number == entry.number);
                    let mut seen = same.unwrap_or_else(|| Watch::begin(entry));
                    let free = seen.is_over(entry, terms.ttl);
                    // A new beat, or a process seen here, is proof of life: no use in waiting on.
                    if !free
                        && (seen.lives || holder::is_alive(&entry.claim.by))
                        && began.elapsed() >= terms.wait
                    {
                        return Err(held_by(&ledger, entry));
                    }
                    if let Some(context) = terms.context.filter(|_| !free) {
                        context.waiting(sign_of_life(entry), seen.left(terms.ttl));
                    }
                    watch = Some(seen);
                    free
                }
            };
            if free && let Some(lease) = Self::take(&ledger, newest.as_ref(), terms).await? {
                return Ok(lease);
            }
            if !free {
                tokio::time::sleep(poll_interval(terms.ttl)).await;
            }
        }
    }

    /// Claims the next number; `None` when another was faster.
    async fn take(
        ledger: &Ledger,
        last: Option<&Entry>,
        terms: &Acquire<'_>,
    ) -> Result<Option<Self>> {
        let now = u64::try_from(terms.now.as_millisecond()).unwrap_or(0);
        let last_token = last.map_or(0, |entry| entry.claim.token.0);
        let above = last_token.max(terms.above.0);
        let token = above.checked_add(1).map(|next| Token(now.max(next)));
        let token = token.ok_or_else(|| no_token_left(ledger))?;
        let number = last.map_or(0, |entry| entry.number) + 1;
        let claim = ledger::Claim {
            token,
            run: terms.run.to_owned(),
            by: terms.by.clone(),
            at: terms.now,
            nonce: nonce()?,
        };
        if !ledger.claim(number, &claim).await? || ledger.highest().await? != Some(number) {
            return Ok(None);
        }
        ledger.forget_before(number).await;
        Ok(Some(Self {
            ledger: ledger.clone(),
            number,
            token,
            heart: Heart::start(ledger.unwatched(), number, terms.ttl),
        }))
    }

    /// The fencing token, which the target compares inside the swap.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token
    }

    /// Whether the heartbeat has seen that another run took the target over.
    #[must_use]
    pub fn lost(&self) -> bool {
        self.heart.lost()
    }

    /// Asks the store whether the lease is still ours.
    ///
    /// # Errors
    /// `locked` when another run took the target over, `store`.
    pub async fn still_ours(&self) -> Result<()> {
        let highest = self.ledger.highest().await?;
        if !self.lost() && highest == Some(self.number) {
            return Ok(());
        }
        let cause = "another run took the target over, because this one seemed to be dead";
        Err(Error::new(Kind::Locked, self.ledger.doing(), cause)
            .hint("nothing was swapped; see what the other run did: `weir runs`"))
    }

    /// Gives the target back: the next run need not wait.
    ///
    /// # Errors
    /// `store`; the lease then runs out by itself.
    pub async fn release(self) -> Result<()> {
        self.ledger.release(self.number).await
    }
}

/// What one observer saw of one holder, on its own monotonic clock.
struct Watch {
    number: u64,
    beat: Option<Vec<u8>>,
    since: Instant,
    lives: bool,
}

impl Watch {
    fn begin(entry: &Entry) -> Self {
        Self {
            number: entry.number,
            beat: entry.beat.clone(),
            since: Instant::now(),
            lives: false,
        }
    }

    /// Whether the target is free: released, or its holder dead.
    fn is_over(&mut self, entry: &Entry, ttl: Duration) -> bool {
        if entry.released || holder::is_dead(&entry.claim.by) {
            return true;
        }
        if entry.beat != self.beat {
            self.beat.clone_from(&entry.beat);
            self.since = Instant::now();
            self.lives = true;
        }
        self.left(ttl).is_zero()
    }

    /// For how long more no beat may come before the holder counts as dead.
    fn left(&self, ttl: Duration) -> Duration {
        ttl.saturating_sub(self.since.elapsed())
    }
}

/// What is waited for, in words.
fn sign_of_life(entry: &Entry) -> String {
    let claim = &entry.claim;
    format!(
        "a sign of life of run {}, {}, which holds the lease",
        claim.run, claim.by
    )
}

fn poll_interval(ttl: Duration) -> Duration {
    (ttl / 20).clamp(Duration::from_millis(10), Duration::from_secs(5))
}

fn no_token_left(ledger: &Ledger) -> Error {
    let cause = "the last token is the highest there can be: Weir never wrote it";
    Error::new(Kind::Corrupt, ledger.doing(), cause)
        .hint("find out what changed the lease or the target, then remove the target's leases")
}

fn held_by(ledger: &Ledger, entry: &Entry) -> Error {
    let claim = &entry.claim;
    let cause = format!(
        "run {} holds it since {}, as {}",
        claim.run, claim.at, claim.by
    );
    Error::new(Kind::Locked, ledger.doing(), cause)
        .hint("wait until that run has ended, or stop it; a dead one is found out by itself")
        .transient()
}
