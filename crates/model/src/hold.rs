//! Holds: what an operator has stopped for a while, and until when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What replaces the live copy of a database, by the names of operations and verbs: a hold of
/// `restore` is one of all of them.
const REPLACES: [&str; 4] = ["restore", "transform", "recover", "rollback"];

/// Whether an operation of this name replaces the live copy of a database.
#[must_use]
pub fn replaces_live_copy(operation: &str) -> bool {
    REPLACES.contains(&operation)
}

/// An operation, or all of them, that does not start before a moment, unless somebody releases
/// the hold earlier. Written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id, e.g. `hold-0a1b2c3d`.
    pub id: String,
    /// The environment.
    pub environment: String,
    /// Only this app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Only this job of the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// Only this operation; `restore` is everything that replaces the live copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Who wants it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When it was placed.
    pub from: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// Written when a hold is ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Hold {
    /// Whether its time is not over. When it was placed does not matter: by another machine's
    /// clock that may be in the future.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Whether it is one of this operation of this job.
    #[must_use]
    pub fn covers(&self, environment: &str, app: &str, job: &str, operation: &str) -> bool {
        let same = |wanted: &Option<String>, name: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == name)
        };
        self.environment == environment
            && same(&self.app, app)
            && same(&self.job, job)
            && self.covers_operation(operation)
    }

    fn covers_operation(&self, operation: &str) -> bool {
        match self.operation.as_deref() {
            None => true,
            Some("restore") => replaces_live_copy(operation),
            Some(held) => held == operation,
        }
    }

    /// What is held, as an operator names it: `staging`, `staging/whitehall`.
    #[must_use]
    pub fn place(&self) -> String {
        let parts = [
            Some(&self.environment),
            self.app.as_ref(),
            self.job.as_ref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join("/")
    }

    /// Who holds it, until when and why, as every list and every record says it.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!(
            "held by {} until {}: {}",
            self.owner,
            self.until.strftime("%Y-%m-%d %H:%M UTC"),
            self.reason
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(app: Option<&str>, operation: Option<&str>) -> Hold {
        Hold {
            id: "hold-00000001".to_owned(),
            environment: "staging".to_owned(),
            app: app.map(str::to_owned),
            job: None,
            operation: operation.map(str::to_owned),
            owner: "alice".to_owned(),
            reason: "a test".to_owned(),
            from: "2026-11-22T12:00:00Z".parse().unwrap(),
            until: "2026-11-23T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_hold_of_restore_is_one_of_all_that_replaces_the_live_copy_and_of_nothing_else() {
        let held = hold(Some("shop"), Some("restore"));
        for (operation, covered) in [
            ("restore", true),
            ("transform", true),
            ("recover", true),
            ("rollback", true),
            ("backup", false),
            ("drill", false),
        ] {
            let covers = held.covers("staging", "shop", "main", operation);
            assert_eq!(covers, covered, "{operation}");
        }
        assert!(!held.covers("staging", "other", "main", "restore"));
        assert!(!held.covers("integration", "shop", "main", "restore"));
    }

    #[test]
    fn a_hold_of_an_environment_is_one_of_every_operation_until_its_time_is_over() {
        let held = hold(None, None);
        assert!(held.covers("staging", "shop", "nightly", "backup"));
        assert!(held.is_in_force("2026-11-23T11:59:59Z".parse().unwrap()));
        assert!(!held.is_in_force("2026-11-23T12:00:00Z".parse().unwrap()));
        assert_eq!(
            held.in_words(),
            "held by alice until 2026-11-23 12:00 UTC: a test"
        );
    }
}
