use crate::doctor::check::{Check, Subject};
use crate::words;
use jiff::SignedDuration;
use std::time::Duration;
use weir_model::error::Kind;
use weir_store::{LifecycleRule, Lock};

/// Classes from which an object must be brought back before it can be read.
const ARCHIVES: [&str; 3] = ["GLACIER", "DEEP_ARCHIVE", "ARCHIVE"];

/// What the configuration expects of a bucket.
#[derive(Debug, Clone)]
pub(super) struct Expectations {
    pub(super) bucket: String,
    /// What the keys of backups begin with, where they lie in this bucket.
    pub(super) backups: Option<String>,
    /// What the keys of the state begin with, where it lies in this bucket.
    pub(super) state: Option<String>,
    /// How long a backup is expected to stay: the longest of the jobs.
    pub(super) keep: Option<Duration>,
    /// The longest time between two backups of one job.
    pub(super) cadence: Option<Duration>,
}

impl Expectations {
    /// Judges the rules of a lifecycle.
    pub(super) fn lifecycle(
        &self,
        subject: &Subject,
        rules: &[LifecycleRule],
        versioned: bool,
    ) -> Vec<Check> {
        let mut checks = Vec::new();
        if let Some(backups) = &self.backups {
            let touching: Vec<&LifecycleRule> = self.of_backups(rules, backups);
            checks.extend(
                touching
                    .iter()
                    .filter_map(|rule| self.expiry(subject, rule)),
            );
            checks.extend(
                touching
                    .iter()
                    .filter_map(|rule| self.archive(subject, rule)),
            );
            checks.extend(self.never_removed(subject, &touching, backups));
            checks.extend(self.unfinished(subject, &touching));
            if versioned {
                checks.extend(self.old_versions(subject, &touching));
            }
        }
        checks.extend(self.expiring_state(subject, rules));
        if checks.is_empty() {
            checks.push(subject.ok(format!("that of {} fits what is expected", self.bucket)));
        }
        checks
    }

    /// Judges the lock that new objects get.
    pub(super) fn lock(&self, subject: &Subject, lock: Option<&Lock>) -> Vec<Check> {
        let Some(lock) = lock else {
            return vec![subject.ok(format!("{} locks nothing by itself", self.bucket))];
        };
        let locked = format!("{} locks every object for {} days", self.bucket, lock.days);
        let mut checks = Vec::new();
        if let Some(keep) = self.keep.filter(|keep| days(lock.days) > *keep) {
            checks.push(subject.warning(
                format!(
                    "{locked} ({}), longer than `keep` ({})",
                    lock.mode,
                    in_words(keep)
                ),
                "nothing can be removed before: shorten the lock, or raise `keep`",
            ));
        }
        if self.state.is_some() {
            checks.push(subject.warning(
                format!("{locked}, also every version of the leases and records in the state"),
                "put `state` into a bucket without a lock",
            ));
        }
        if checks.is_empty() {
            checks.push(subject.ok(format!("{locked} ({})", lock.mode)));
        }
        checks
    }

    /// The rules that can be for a backup: those for the state alone are not.
    fn of_backups<'a>(&self, rules: &'a [LifecycleRule], backups: &str) -> Vec<&'a LifecycleRule> {
        let only_state = |rule: &&LifecycleRule| {
            let state = self.state.as_ref();
            state.is_some_and(|state| state != backups && rule.prefix.starts_with(state))
        };
        let touching = rules.iter().filter(|rule| rule.touches(backups));
        touching.filter(|rule| !only_state(rule)).collect()
    }

    /// Backups that go before they may, or before the next one comes.
    fn expiry(&self, subject: &Subject, rule: &LifecycleRule) -> Option<Check> {
        let after = rule.expires_after?;
        let goes = format!(
            "rule {} of {} removes objects after {after} days",
            named(rule),
            self.bucket
        );
        let too_soon = |limit: Option<Duration>| limit.filter(|limit| days(after) < *limit);
        let fix = "raise the days of that rule, or lower `keep` and back up more often";
        if let Some(cadence) = too_soon(self.cadence) {
            let cadence = in_words(cadence);
            let what = format!("{goes}, and the next backup comes after up to {cadence}");
            return Some(subject.failure(Kind::Store, what, fix));
        }
        let keep = in_words(too_soon(self.keep)?);
        let what = format!("{goes}, and `keep` is {keep}");
        Some(subject.failure(Kind::Store, what, fix))
    }

    /// Backups that cannot be read while they are the ones to restore.
    fn archive(&self, subject: &Subject, rule: &LifecycleRule) -> Option<Check> {
        let archived = |class: &str| ARCHIVES.contains(&class);
        let moves = rule
            .transitions
            .iter()
            .filter(|found| archived(&found.class));
        let soonest = moves.min_by_key(|found| found.days)?;
        let goes = format!(
            "rule {} of {} moves objects to {} after {} days, where no restore can read them",
            named(rule),
            self.bucket,
            soonest.class,
            soonest.days
        );
        let before =
            |limit: Option<Duration>| limit.is_some_and(|limit| days(soonest.days) < limit);
        if before(self.cadence) {
            let what = format!("{goes}, before the next backup is made");
            return Some(subject.failure(Kind::Store, what, "raise the days of that transition"));
        }
        (before(self.keep) || self.keep.is_none()).then(|| {
            let fix = "a recovery to that far back must bring objects back first, which takes hours: \
                       raise the days, or take GLACIER_IR";
            subject.warning(goes, fix)
        })
    }

    /// `keep` promises an end that nothing brings.
    fn never_removed(
        &self,
        subject: &Subject,
        touching: &[&LifecycleRule],
        backups: &str,
    ) -> Option<Check> {
        let keep = self.keep?;
        let removes = |rule: &&&LifecycleRule| rule.covers(backups) && rule.expires_after.is_some();
        if touching.iter().any(|rule| removes(&rule)) {
            return None;
        }
        let days = keep.as_secs().div_ceil(86_400);
        Some(subject.warning(
            format!(
                "`keep` is {}, and no rule of {} ever removes a backup",
                in_words(keep),
                self.bucket
            ),
            format!(
                "weir prune {}; or add to the bucket's lifecycle: {{\"ID\": \"weir\", \"Status\": \
                 \"Enabled\", \"Filter\": {{\"Prefix\": \"{backups}\"}}, \"Expiration\": {{\"Days\": \
                 {days}}}, \"AbortIncompleteMultipartUpload\": {{\"DaysAfterInitiation\": 2}}}}",
                subject.place()
            ),
        ))
    }

    /// Pieces of writes that a killed run has left cost, and no listing shows them.
    fn unfinished(&self, subject: &Subject, touching: &[&LifecycleRule]) -> Option<Check> {
        let cleans = |rule: &&LifecycleRule| rule.unfinished_expire_after.is_some();
        (!touching.iter().any(cleans)).then(|| {
            subject.warning(
                format!(
                    "no rule of {} removes writes that were never finished",
                    self.bucket
                ),
                "add to a rule: \"AbortIncompleteMultipartUpload\": {\"DaysAfterInitiation\": 2}",
            )
        })
    }

    fn old_versions(&self, subject: &Subject, touching: &[&LifecycleRule]) -> Option<Check> {
        let removes = |rule: &&LifecycleRule| rule.old_versions_expire_after.is_some();
        (!touching.iter().any(removes)).then(|| {
            subject.warning(
                format!("{} keeps every older version for ever", self.bucket),
                "add to a rule: \"NoncurrentVersionExpiration\": {\"NoncurrentDays\": 1}",
            )
        })
    }

    fn expiring_state(&self, subject: &Subject, rules: &[LifecycleRule]) -> Option<Check> {
        let state = self.state.as_ref()?;
        let removes = |rule: &&LifecycleRule| rule.touches(state) && rule.expires_after.is_some();
        let rule = rules.iter().find(removes)?;
        Some(subject.warning(
            format!(
                "rule {} of {} also removes the state, {state}: leases, claims and history",
                named(rule),
                self.bucket
            ),
            "put `state` into a bucket or under a prefix that no rule is for",
        ))
    }
}

fn named(rule: &LifecycleRule) -> String {
    match rule.id.as_str() {
        "" => format!("for {:?}", rule.prefix),
        id => format!("{id:?}"),
    }
}

fn days(days: u32) -> Duration {
    Duration::from_secs(u64::from(days) * 86_400)
}

fn in_words(length: Duration) -> String {
    words::age(SignedDuration::try_from(length).unwrap_or_default())
}
