//! Claims of due times: whoever creates one runs the job then, so that two schedulers on one
//! store never start one due time twice, and nothing is decided twice.

use crate::claim::nonce;
use crate::history::{decode, encode};
use crate::keys::encode_segment;
use crate::signing::sha256;
use crate::store::{Creation, DOCUMENT_LIMIT, Store};
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use weir_model::error::{Kind, Result};
use weir_model::run::{Failure, Process};

/// How a due time stands in a claim's name: names sort by it.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// One job, by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobName {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The job.
    pub job: String,
}

impl JobName {
    fn folder(&self) -> String {
        let [environment, app, job] =
            [&self.environment, &self.app, &self.job].map(|name| encode_segment(name));
        format!("schedule/{environment}/{app}/{job}")
    }
}

/// One attempt at one due time of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueTime {
    /// When the job was due, to the second.
    pub due: Timestamp,
    /// Which attempt, from 1.
    pub attempt: u32,
}

impl DueTime {
    fn name(self) -> String {
        format!("{}-{:04}.json", self.due.strftime(TIME), self.attempt)
    }

    fn parse(name: &str) -> Option<Self> {
        let (time, attempt) = name.strip_suffix(".json")?.split_once('-')?;
        let time = DateTime::strptime(TIME, time).ok()?;
        let parsed = Self {
            due: time.to_zoned(TimeZone::UTC).ok()?.timestamp(),
            attempt: attempt.parse().ok()?,
        };
        (parsed.name() == name).then_some(parsed)
    }
}

/// What was decided of a due time, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleClaim {
    /// The run that was to be started; none when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The process that decided it.
    pub by: Process,
    /// When.
    pub at: Timestamp,
    /// Why nothing was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Failure>,
    /// Makes two claims of one process differ.
    nonce: String,
}

impl ScheduleClaim {
    /// A claim for this run.
    ///
    /// # Errors
    /// `internal` when the system has no randomness to give.
    pub fn to_run(run: &str, by: Process, at: Timestamp) -> Result<Self> {
        Ok(Self {
            run: Some(run.to_owned()),
            by,
            at,
            left_out: None,
            nonce: nonce()?,
        })
    }

    /// A claim that says why nothing is run.
    ///
    /// # Errors
    /// `internal` when the system has no randomness to give.
    pub fn to_leave_out(why: Failure, by: Process, at: Timestamp) -> Result<Self> {
        Ok(Self {
            run: None,
            by,
            at,
            left_out: Some(why),
            nonce: nonce()?,
        })
    }
}

/// Whose a due time is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// Ours.
    Ours,
    /// Somebody else's, who was earlier.
    Theirs(Box<ScheduleClaim>),
}

/// A due time that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDueTime {
    /// Which.
    pub due: DueTime,
    /// What was decided; `None` when that cannot be read: it is taken all the same.
    pub claim: Option<ScheduleClaim>,
}

/// Claims a due time. The first to do so is believed for ever.
///
/// # Errors
/// `store`; `corrupt` when somebody else's claim cannot be read.
pub async fn claim_due_time(
    state: &Store,
    job: &JobName,
    due: DueTime,
    claim: &ScheduleClaim,
) -> Result<Claimed> {
    let key = format!("{}/{}", job.folder(), due.name());
    match state.create(&key, &Bytes::from(encode(claim)?)).await? {
        Creation::Created => Ok(Claimed::Ours),
        Creation::Exists(theirs) => {
            decode(state, &key, &theirs).map(|claim| Claimed::Theirs(Box::new(claim)))
        }
    }
}

/// Since when a job is known with a timetable, in words: now, if nobody has asked before.
///
/// # Errors
/// `store`; `corrupt`.
pub async fn first_seen(
    state: &Store,
    job: &JobName,
    timetable: &str,
    now: Timestamp,
) -> Result<Timestamp> {
    let key = known_key(job, timetable);
    let seen = FirstSeen { at: now };
    match state.create(&key, &Bytes::from(encode(&seen)?)).await? {
        Creation::Created => Ok(now),
        Creation::Exists(earlier) => decode(state, &key, &earlier).map(|seen: FirstSeen| seen.at),
    }
}

/// The same for whoever only looks: `None` if nobody has asked before.
///
/// # Errors
/// `store`; `corrupt`.
pub async fn seen_since(
    state: &Store,
    job: &JobName,
    timetable: &str,
) -> Result<Option<Timestamp>> {
    let key = known_key(job, timetable);
    match state.get(&key, DOCUMENT_LIMIT).await? {
        Some(bytes) => decode(state, &key, &bytes).map(|seen: FirstSeen| Some(seen.at)),
        None => Ok(None),
    }
}

fn known_key(job: &JobName, timetable: &str) -> String {
    let digest = sha256(timetable.as_bytes()).to_string();
    let name: String = digest
        .chars()
        .skip_while(|it| *it != ':')
        .skip(1)
        .take(16)
        .collect();
    format!("{}/known-{name}.json", job.folder())
}

#[derive(Serialize, Deserialize)]
struct FirstSeen {
    at: Timestamp,
}

/// The newest claims of a job, at most `limit` of those due within `span`, newest first. Older
/// ones are not even listed where the store can leave them out.
///
/// # Errors
/// `store`.
pub async fn newest_claims(
    state: &Store,
    job: &JobName,
    span: RangeInclusive<Timestamp>,
    limit: usize,
) -> Result<Vec<ClaimedDueTime>> {
    let folder = job.folder();
    let before = format!("{folder}/{}", span.start().strftime(TIME));
    let entries = state.list_after(&folder, Some(&before)).await?;
    let names = entries.iter().filter_map(|entry| {
        let due = DueTime::parse(entry.key.rsplit('/').next()?)?;
        Some((due, entry.key.clone()))
    });
    let names = names.filter(|(due, _)| span.contains(&due.due));
    let mut names: Vec<(DueTime, String)> = names.collect();
    names.sort_by_key(|(due, _)| std::cmp::Reverse(*due));
    let mut claims = Vec::new();
    for (due, key) in names.into_iter().take(limit) {
        let Some(bytes) = state.get(&key, DOCUMENT_LIMIT).await? else {
            continue;
        };
        let claim = match decode(state, &key, &bytes) {
            Err(error) if error.kind() == Kind::Corrupt => None,
            claim => Some(claim?),
        };
        claims.push(ClaimedDueTime { due, claim });
    }
    Ok(claims)
}

/// A claim of a due time that is long over, and not the newest of its job.
#[derive(Debug, Clone)]
pub struct OldClaim {
    key: String,
}

/// The claims of an environment's due times before `moment`, but for the newest of each job.
///
/// # Errors
/// `store`.
pub async fn old_claims(
    state: &Store,
    environment: &str,
    moment: Timestamp,
) -> Result<Vec<OldClaim>> {
    let folder = format!("schedule/{}", encode_segment(environment));
    let entries = state.list(&folder).await?.into_iter();
    // Beside the claims lies since when the job is known.
    let claims = entries.filter_map(|entry| {
        let (job, name) = entry.key.rsplit_once('/')?;
        let claimed = DueTime::parse(name)?;
        Some((job.to_owned(), claimed.due, entry.key))
    });
    let mut claims = claims.peekable();
    let mut old = Vec::new();
    // Ordered by key: the newest of a job is its last.
    while let Some((job, due, key)) = claims.next() {
        let followed = claims.peek().is_some_and(|(next, _, _)| *next == job);
        if followed && due < moment {
            old.push(OldClaim { key });
        }
    }
    Ok(old)
}

/// The run that a claim was for; `None` when it was for none, or cannot be read.
///
/// # Errors
/// `store`.
pub async fn run_of_claim(state: &Store, claim: &OldClaim) -> Result<Option<String>> {
    let Some(bytes) = state.get(&claim.key, DOCUMENT_LIMIT).await? else {
        return Ok(None);
    };
    let read = decode::<ScheduleClaim>(state, &claim.key, &bytes);
    Ok(read.ok().and_then(|claim| claim.run))
}

/// Removes a claim.
///
/// # Errors
/// `store`.
pub async fn remove_claim(state: &Store, claim: &OldClaim) -> Result<()> {
    state.delete(&claim.key).await
}
