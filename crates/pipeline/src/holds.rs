//! Holds: what operators have stopped for a while. A held operation does not start, whoever or
//! whatever would start it; the rest of its job goes on.

mod in_force;
mod until;

pub(crate) use in_force::Holds;
pub use until::until;

use crate::weir::Weir;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::hold::{Hold, Released};
use weir_model::letters::steers;
use weir_store::{KeptHold, is_hold_id};

/// The operations that can be held on their own.
pub const HOLDABLE: [&str; 5] = ["backup", "replicate", "restore", "publish", "publish-live"];
/// The longest that a hold may last: what is to stop for longer is a matter of the configuration.
pub const LONGEST_DAYS: i64 = 90;

/// A hold as an operator asks for it.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// `ENVIRONMENT`, `ENVIRONMENT/APP` or `ENVIRONMENT/APP/JOB`.
    pub place: String,
    /// Only this operation.
    pub operation: Option<String>,
    /// Who wants it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// Holds and how they stand.
#[derive(Debug, Default, Serialize)]
pub struct HoldReport {
    /// Those that can be read, the newest first.
    pub holds: Vec<HoldSummary>,
    /// Those that cannot.
    pub unreadable: Vec<UnreadableHold>,
}

/// A hold and how it stands.
#[derive(Debug, Clone, Serialize)]
pub struct HoldSummary {
    /// What it says.
    #[serde(flatten)]
    pub hold: Hold,
    /// Whether it is in force now.
    pub in_force: bool,
    /// Who ended it before its time, if anybody did and that can be read.
    pub released: Option<Released>,
}

/// A hold that cannot be read: until it is released, nothing that replaces a live copy starts.
#[derive(Debug, Clone, Serialize)]
pub struct UnreadableHold {
    /// The environment in whose records it lies.
    pub environment: String,
    /// Its id.
    pub id: String,
    /// Why it cannot be read.
    pub why: String,
}

/// Places a hold.
///
/// # Errors
/// `usage` for what is not there, cannot be held, or would be held for too long or not at all;
/// `store`.
pub async fn place(weir: &Weir, new: NewHold, context: &Context) -> Result<Hold> {
    let (environment, app, job) = found(weir, &new.place)?;
    refuse(weir, &new)?;
    let hold = Hold {
        id: weir_store::new_hold_id()?,
        environment,
        app,
        job,
        operation: new.operation,
        owner: new.owner,
        reason: new.reason,
        from: weir.now(),
        until: new.until,
    };
    let state = weir.stores(&hold.environment, context).await?.state;
    weir_store::place_hold(&state, &hold).await?;
    Ok(hold)
}

/// The time zone in which whoever holds this says until when.
///
/// # Errors
/// `usage` for what is not there.
pub fn time_zone(weir: &Weir, place: &str) -> Result<TimeZone> {
    let (environment, app, name) = found(weir, place)?;
    let Some(app) = app else {
        let environment = weir.environment(&environment)?;
        return Ok(environment.timezone.value.zone().clone());
    };
    let mut jobs = weir.fleet().jobs_of(&environment, &app);
    let job = jobs.find(|job| name.as_ref().is_none_or(|name| job.name == *name));
    Ok(job.map_or(TimeZone::UTC, |job| job.timezone.value.zone().clone()))
}

/// The names behind what an operator typed; the job only where it was named.
fn found(weir: &Weir, place: &str) -> Result<(String, Option<String>, Option<String>)> {
    let mut parts = place.splitn(3, '/');
    let environment = weir.environment(parts.next().unwrap_or_default())?;
    let environment = environment.name.clone();
    match (parts.next(), parts.next()) {
        (None, _) => Ok((environment, None, None)),
        (Some(_), Some(_)) => {
            let job = weir.fleet().job(place)?;
            Ok((environment, Some(job.app.clone()), Some(job.name.clone())))
        }
        (Some(app), None) if weir.fleet().jobs_of(&environment, app).next().is_some() => {
            Ok((environment, Some(app.to_owned()), None))
        }
        // It says which apps there are.
        (Some(_), None) => {
            let job = weir.fleet().job(place)?;
            Ok((environment, Some(job.app.clone()), None))
        }
    }
}

fn refuse(weir: &Weir, new: &NewHold) -> Result<()> {
    let usage = |cause: String, hint: &str| {
        Err(Error::new(Kind::Usage, format!("hold {}", new.place), cause).hint(hint))
    };
    if let Some(operation) = new.operation.as_deref()
        && !HOLDABLE.contains(&operation)
    {
        let hint = match weir_model::hold::replaces_live_copy(operation) {
            true => "hold `restore`: that is everything that replaces the live copy",
            false => "`--op` takes backup, replicate, restore, publish or publish-live",
        };
        return usage(format!("{operation} cannot be held on its own"), hint);
    }
    if new.reason.trim().is_empty() || new.owner.trim().is_empty() {
        let hint = "say why with `--reason`, and who with `--by`: others will ask";
        return usage("a hold needs a reason and an owner".to_owned(), hint);
    }
    if new.reason.chars().chain(new.owner.chars()).any(steers) {
        let hint = "write it on one line, as it is to be read";
        return usage(
            "its reason or owner has letters that are not shown".to_owned(),
            hint,
        );
    }
    let now = weir.now();
    let longest = SignedDuration::from_hours(24 * LONGEST_DAYS);
    if new.until <= now {
        return usage(
            format!("{} is over already", new.until),
            "name a moment to come",
        );
    }
    if new.until.duration_since(now) > longest {
        return usage(
            format!("a hold lasts at most {LONGEST_DAYS} days"),
            "for longer, take the operation out of the job's `operations`, or let the job run by hand",
        );
    }
    Ok(())
}

/// Ends the hold of this id, or all that were placed on just this address and are in force.
/// Returns them; one that cannot be read is released all the same and is not among them.
///
/// # Errors
/// `usage` when there is none; `store`.
pub async fn release(weir: &Weir, what: &str, by: &str, context: &Context) -> Result<Vec<Hold>> {
    let released = Released {
        by: by.to_owned(),
        at: weir.now(),
    };
    if !is_hold_id(what) {
        let (environment, ..) = found(weir, what)?;
        return release_all(weir, &environment, what, &released, context).await;
    }
    let mut failure = None;
    for environment in weir.environment_names() {
        match release_in(weir, &environment, what, &released, context).await {
            Ok(hold) => return Ok(hold.into_iter().collect()),
            Err(error) if error.kind() == Kind::Interrupted => return Err(error),
            // Where it cannot be looked matters more than where it is not.
            Err(error) if error.kind() != Kind::Usage => failure = Some(error),
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    failure.map_or(Ok(Vec::new()), Err)
}

async fn release_in(
    weir: &Weir,
    environment: &str,
    id: &str,
    released: &Released,
    context: &Context,
) -> Result<Option<Hold>> {
    let state = weir.stores(environment, context).await?.state;
    weir_store::release_hold(&state, id, released).await?;
    let kept = weir_store::list_holds(&state).await?.into_iter();
    let mut same = kept.filter(|kept| kept.id == id);
    Ok(same.next().and_then(|kept| kept.hold.ok()))
}

async fn release_all(
    weir: &Weir,
    environment: &str,
    place: &str,
    released: &Released,
    context: &Context,
) -> Result<Vec<Hold>> {
    let state = weir.stores(environment, context).await?.state;
    let mut ended = Vec::new();
    for kept in weir_store::open_holds(&state).await? {
        if let Ok(hold) = kept.hold
            && hold.is_in_force(weir.now())
            && hold.place() == place
        {
            weir_store::release_hold(&state, &hold.id, released).await?;
            ended.push(hold);
        }
    }
    if ended.is_empty() {
        let doing = format!("release {place}");
        let cause = "no hold of just this is in force";
        return Err(Error::new(Kind::Usage, doing, cause)
            .hint("list holds with `weir holds`, and release one by its id"));
    }
    Ok(ended)
}

/// The holds of the fleet, or of one environment: those in force, or all that are remembered. An
/// environment whose holds are not readable from here is told to the context.
///
/// # Errors
/// `usage`; `store` or `secret` when no environment's holds are readable.
pub async fn list(
    weir: &Weir,
    environment: Option<&str>,
    all: bool,
    context: &Context,
) -> Result<HoldReport> {
    let environments = match environment {
        Some(name) => vec![weir.environment(name)?.name.clone()],
        None => weir.environment_names(),
    };
    let mut report = HoldReport::default();
    let (mut read, mut failure) = (0_usize, None);
    for environment in &environments {
        match kept(weir, environment, context).await {
            Ok(kept) => {
                read += 1;
                report.add(environment, kept, weir.now());
            }
            Err(error) if error.kind() == Kind::Interrupted => return Err(error),
            Err(error) => {
                if environments.len() > 1 {
                    context.warn(format!(
                        "the holds of {environment} are not readable from here: {error}"
                    ));
                }
                failure.get_or_insert(error);
            }
        }
    }
    if let (0, Some(error)) = (read, failure) {
        return Err(error);
    }
    report.holds.retain(|found| all || found.in_force);
    report
        .holds
        .sort_by_key(|found| std::cmp::Reverse(found.hold.from));
    Ok(report)
}

/// The holds in force of a job, or of some operation of it.
///
/// # Errors
/// `usage` for a job that is not there; `store`.
pub async fn of_job(weir: &Weir, address: &str, context: &Context) -> Result<Vec<Hold>> {
    let job = weir.fleet().job(address)?;
    let report = list(weir, Some(&job.environment), false, context).await?;
    let concerns = |hold: &Hold| {
        let app = hold.app.as_ref().is_none_or(|app| *app == job.app);
        app && hold.job.as_ref().is_none_or(|name| *name == job.name)
    };
    let holds = report.holds.into_iter().map(|found| found.hold);
    Ok(holds.filter(concerns).collect())
}

/// All that is remembered of an environment's holds.
pub(crate) async fn kept(
    weir: &Weir,
    environment: &str,
    context: &Context,
) -> Result<Vec<KeptHold>> {
    let state = weir.stores(environment, context).await?.state;
    weir_store::list_holds(&state).await
}

impl HoldReport {
    pub(crate) fn add(&mut self, environment: &str, kept: Vec<KeptHold>, now: Timestamp) {
        for KeptHold { id, hold, released } in kept {
            match hold {
                Ok(hold) if hold.environment == environment => self.holds.push(HoldSummary {
                    in_force: released.is_none() && hold.is_in_force(now),
                    hold,
                    released: released.and_then(Result::ok),
                }),
                // Of an environment that keeps its state in the same place.
                Ok(_) => {}
                Err(why) => self.add_unreadable(environment, id, why, released.is_some()),
            }
        }
    }

    /// Takes in those of another environment, as they stand now.
    pub(crate) fn join(&mut self, other: &Self, now: Timestamp) {
        let holds = other.holds.iter().cloned();
        self.holds.extend(holds.map(|found| HoldSummary {
            in_force: found.in_force && found.hold.is_in_force(now),
            ..found
        }));
        for UnreadableHold {
            environment,
            id,
            why,
        } in &other.unreadable
        {
            self.add_unreadable(environment, id.clone(), why.clone(), false);
        }
    }

    fn add_unreadable(&mut self, environment: &str, id: String, why: String, released: bool) {
        if !released && self.unreadable.iter().all(|known| known.id != id) {
            self.unreadable.push(UnreadableHold {
                environment: environment.to_owned(),
                id,
                why,
            });
        }
    }
}

/// Refuses a verb by hand that a hold forbids.
///
/// # Errors
/// `held`; what kept the holds from being read, where the operation replaces a live copy.
pub(crate) async fn refuse_held(
    weir: &Weir,
    job: &Job,
    operation: &str,
    despite: &[String],
    context: &Context,
) -> Result<()> {
    let holds = Holds::read(weir, &job.environment, context).await;
    holds.obstacle(job, operation, despite).map_or(Ok(()), Err)
}
