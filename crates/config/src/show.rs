//! A job with every value and the line it comes from.

use std::fmt::Display;

use crate::fleet::{Clean, Job, Replica, TargetPolicy};
use crate::located::{Located, Origin};
use crate::value::OperationKind;

/// One line of `weir config show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The field, with the database where it belongs to one.
    pub field: String,
    /// The value as text.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Every value of a job in the order an operator asks for them.
#[must_use]
pub fn show(job: &Job) -> Vec<Shown> {
    let mut lines = Lines(Vec::new());
    lines.value("engine", &job.engine);
    lines.value("instance", &job.instance);
    lines.value("schedule", &job.schedule);
    lines.value("timezone", &job.timezone);
    lines.value("deadline", &job.deadline);
    lines.start(job);
    lines.add("operations", words(&job.chain.value), &job.chain.origin);
    if let Some(source) = &job.source {
        lines.add(
            "from",
            format!("{}/{}", source.environment, source.app),
            &source.origin,
        );
        lines.add("from instance", source.instance.clone(), &source.origin);
        lines.value("reads", &source.reads);
        if let Some(replica) = &source.replica {
            lines.replica(replica);
        }
    }
    if let Some(clean) = &job.clean {
        lines.clean(clean);
    }
    lines.value("data", &job.data);
    lines.optional("password", job.password.as_ref());
    lines.optional("owner", job.owner.as_ref());
    lines.target_policy(job.target_policy.as_ref());
    lines.value("previous", &job.previous);
    lines.optional("keep", job.keep.as_ref());
    lines.optional("max_age", job.max_age.as_ref());
    lines.value("verify", &job.verify);
    lines.objectives(job);
    lines.hooks(job);
    lines.special(job);
    for database in &job.databases {
        let field = |name: &str| format!("{}: {name}", database.name);
        lines.value(&field("url"), &database.url);
        lines.path(&field("transform"), database.transform.as_ref());
        lines.path(&field("sanitise"), database.sanitise.as_ref());
        lines.add(
            &field("operations"),
            words(&database.operations),
            &job.chain.origin,
        );
    }
    lines.0
}

fn words(operations: &[OperationKind]) -> String {
    let names: Vec<&str> = operations.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

struct Lines(Vec<Shown>);

impl Lines {
    fn add(&mut self, field: &str, value: String, origin: &Origin) {
        self.0.push(Shown {
            field: field.to_owned(),
            value,
            origin: origin.clone(),
        });
    }

    fn value<T: Display>(&mut self, field: &str, located: &Located<T>) {
        self.add(field, located.value.to_string(), &located.origin);
    }

    fn optional<T: Display>(&mut self, field: &str, located: Option<&Located<T>>) {
        if let Some(located) = located {
            self.value(field, located);
        }
    }

    fn path(&mut self, field: &str, located: Option<&Located<std::path::PathBuf>>) {
        if let Some(located) = located {
            self.add(field, located.value.display().to_string(), &located.origin);
        }
    }

    fn start(&mut self, job: &Job) {
        self.value("start_within", &job.start_within);
        self.value("jitter", &job.jitter);
        self.value("retry", &job.retry);
        self.value("wait", &job.wait);
        self.value("stale", &job.stale);
        for after in &job.after {
            self.value("after", after);
        }
        self.optional("group", job.group.as_ref());
    }

    fn objectives(&mut self, job: &Job) {
        let objectives = &job.objectives;
        self.optional("recovery_time", objectives.recovery_time.as_ref());
        self.optional("recovery_point", objectives.recovery_point.as_ref());
    }

    fn hooks(&mut self, job: &Job) {
        for (place, hook) in job.hooks.all() {
            self.value(&format!("hook {place}"), hook);
        }
    }

    fn replica(&mut self, replica: &Located<Replica>) {
        let Replica {
            store,
            wait,
            incomplete,
            recipients,
        } = &replica.value;
        let mut text = format!("{}, wait {wait}, then {incomplete}", store.location);
        if !recipients.is_empty() {
            text.push_str(&format!(", encrypted to {}", recipients.join(", ")));
        }
        self.add("replica", text, &replica.origin);
    }

    fn clean(&mut self, clean: &Located<Clean>) {
        let Clean {
            store,
            recipients,
            keep,
        } = &clean.value;
        self.add("clean", store.location.to_string(), &clean.origin);
        for recipient in recipients {
            self.value("clean recipient", recipient);
        }
        self.optional("clean keep", keep.as_ref());
    }

    fn target_policy(&mut self, policy: Option<&TargetPolicy>) {
        let Some(policy) = policy else { return };
        if let Some(roles) = &policy.roles {
            for (source, target) in &roles.value {
                self.add(&format!("role {source}"), target.clone(), &roles.origin);
            }
        }
        self.value("missing roles", &policy.missing_roles);
        self.value("missing tablespaces", &policy.missing_tablespaces);
        self.value("missing extensions", &policy.missing_extensions);
    }

    /// The values few jobs have.
    fn special(&mut self, job: &Job) {
        if let Some(vouched) = &job.vouched {
            let text = format!(
                "by {} until {}: {}",
                vouched.value.by, vouched.value.until, vouched.value.why
            );
            self.add("vouched", text, &vouched.origin);
        }
        if let Some(clone) = &job.clone {
            let text = format!(
                "{} is a clone of {}",
                clone.value.target, clone.value.source
            );
            self.add("clone", text, &clone.origin);
        }
        if let Some(expect) = &job.expect {
            for (table, bounds) in &expect.value {
                let bound =
                    |rows: Option<u64>| rows.map_or_else(String::new, |rows| rows.to_string());
                let text = format!("{}..{} rows", bound(bounds.min), bound(bounds.max));
                self.add(&format!("expect {table}"), text, &expect.origin);
            }
        }
    }
}
